import type { Comparison } from '../experiment/comparison.ts';

/**
 * A comparison for programs: every run with its fingerprint and metrics, and the statistics of each cell. Curves and
 * distributions are left to result.json. Only `timing` differs between two runs of the same command.
 */
export function comparisonJson(comparison: Comparison): object {
  const { runs, ...rest } = comparison;
  return {
    ...rest,
    runs: runs.map(({ result, timing, ...run }) => ({
      ...run,
      ...(result && {
        fingerprint: result.fingerprint,
        counts: result.counts,
        startUs: result.startUs,
        endUs: result.endUs,
        metrics: result.metrics,
        work: result.work,
      }),
      ...(timing && { timing }),
    })),
  };
}
