import { stringify } from 'csv-stringify/sync';
import type { Comparison } from '../experiment/comparison.ts';
import { METRICS } from '../sim/metric-catalogue.ts';

/**
 * One row a run: what it was, how it ended, its fingerprint and every metric, in full precision. Metrics that no run
 * reports have no column; a metric that a run lacks is empty.
 */
export function runsCsv(comparison: Comparison): string {
  const metrics = METRICS.filter((metric) =>
    comparison.runs.some((run) => run.result?.metrics[metric.name] !== undefined),
  );
  const columns = ['id', 'cluster', 'workload', 'policy', 'seed', 'status', 'error', 'fingerprint'];
  const counts = ['arrived', 'finished', 'running', 'pending', 'refused', 'killed'] as const;
  const timings = ['wallMs', 'cpuMs', 'decisionUsMean', 'decisionUsP50', 'decisionUsP99', 'peakRssBytes'];
  const rows = comparison.runs.map((run) => [
    run.id,
    run.cluster,
    run.workload,
    run.policy,
    run.seed,
    run.status,
    run.error ?? '',
    run.result?.fingerprint ?? '',
    ...counts.map((name) => run.result?.counts[name] ?? ''),
    ...metrics.map((metric) => run.result?.metrics[metric.name] ?? ''),
    run.timing?.wallMs ?? '',
    run.timing?.cpuMs ?? '',
    run.timing?.decisionUs?.mean ?? '',
    run.timing?.decisionUs?.p50 ?? '',
    run.timing?.decisionUs?.p99 ?? '',
    run.timing?.peakRssBytes ?? '',
  ]);
  return table([...columns, ...counts, ...metrics.map((metric) => metric.name), ...timings], rows);
}

/** One row for each policy and metric of each cell: mean, interval, difference to the best, tests and verdict. */
export function policiesCsv(comparison: Comparison): string {
  const rows = comparison.cells.flatMap((cell) =>
    Object.values(cell.metrics).flatMap(({ metric, policies }) =>
      policies.map((one) => [
        cell.cluster,
        cell.workload,
        metric,
        one.policy,
        one.n,
        one.mean,
        one.standardDeviation ?? '',
        one.low ?? '',
        one.high ?? '',
        one.verdict ?? '',
        one.toBest?.mean ?? '',
        one.toBest?.low ?? '',
        one.toBest?.high ?? '',
        one.toBest?.shareOfBest ?? '',
        one.toBest?.pValue ?? '',
        one.toBest?.pHolm ?? '',
        one.toBest?.pSignFlip ?? '',
      ]),
    ),
  );
  const difference = ['difference', 'differenceLow95', 'differenceHigh95', 'differenceShareOfBest'];
  const tests = ['pPairedT', 'pHolm', 'pSignFlip'];
  const columns = [
    'cluster',
    'workload',
    'metric',
    'policy',
    'n',
    'mean',
    'standardDeviation',
    'low95',
    'high95',
    'verdict',
  ];
  return table([...columns, ...difference, ...tests], rows);
}

/** Names that a spreadsheet would take for a formula are disarmed with an apostrophe. */
function table(columns: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return stringify([[...columns], ...rows.map((row) => [...row])], { escape_formulas: true });
}
