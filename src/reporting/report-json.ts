import type { Comparison } from '../experiment/comparison.ts';
import type { LivingResult } from '../sim/monitoring/living-result.ts';

/**
 * The whole comparison as JSON, every run with its `fingerprint` beside its status. Keys stand in the order of the
 * types, records (metrics, statistics) in the order of their names, so that equal comparisons give equal text.
 * Timelines, decisions, happenings and timers of a living cluster are those of the first seed alone: twenty of each would fill
 * tens of megabytes, and they lie beside every run's result. `curves: false` leaves out what fills most of the file: curves, heat maps, distribution functions, timelines, decisions.
 */
export function jsonReport(comparison: Comparison, { curves = true }: { curves?: boolean } = {}): string {
  const { runs, cells, ...facts } = comparison;
  const plain = {
    ...facts,
    cells,
    runs: runs.map(({ result, ...run }) => {
      if (!result) return run;
      const { fingerprint, curves: lines, heat, distributions, living, ...rest } = result;
      const first = run.seed === comparison.seeds[0];
      const full = {
        ...rest,
        distributions,
        curves: lines,
        heat,
        ...(living && { living: first ? living : withoutRecords(living) }),
      };
      const short = {
        ...rest,
        distributions: withoutCdf(distributions),
        ...(living && { living: withoutRecords(living) }),
      };
      return { ...run, fingerprint, result: curves ? full : short };
    }),
  };
  return `${JSON.stringify(sorted(plain), null, 2)}\n`;
}

function withoutRecords({ timeline: _, decisions: __, happenings: ___, timers: ____, ...rest }: LivingResult): object {
  return rest;
}

function withoutCdf(distributions: object): object {
  return Object.fromEntries(
    Object.entries(distributions).map(([name, { cdf: _, ...rest }]: [string, { cdf?: unknown }]) => [name, rest]),
  );
}

/** The order of keys of the objects that are put together in different places; all others sort by name. */
const FIRST = [
  'title',
  'id',
  'cluster',
  'workload',
  'policy',
  'metric',
  'seed',
  'name',
  'status',
  'error',
  'fingerprint',
];

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const rank = (key: string): number => (FIRST.includes(key) ? FIRST.indexOf(key) : FIRST.length);
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  entries.sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one)]));
}
