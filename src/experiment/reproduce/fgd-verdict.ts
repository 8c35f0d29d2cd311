import type { FgdCurves } from './fgd-curves.ts';
import type { FgdReferenceRun } from './fgd-reference.ts';
import type { FgdRun } from './fgd-run.ts';

/** Upstream's Random cannot be repeated (threads race), so its mean over the seeds is compared, in points of allocation. */
const RANDOM = '01-Random';
const RANDOM_TOLERANCE_POINTS = 0.5;
const RANDOM_SEEDS = 10;
const CURVES = ['allocated', 'fragmented', 'fragmentedOfIdle'] as const satisfies readonly (keyof FgdCurves)[];

/** How the runs of one policy on one trace compare with the published ones. */
export interface FgdVerdictRow {
  readonly workload: string;
  readonly policy: string;
  readonly runs: number;
  /** Runs whose three curves are equal at every point; -1 where equality is not asked for. */
  readonly equalRuns: number;
  /** Largest difference at any point, in per cent points, by curve; for Random of the mean final allocation only. */
  readonly largestDifference: number;
  /** Mean final allocation (column 130), here and published, in per cent. */
  readonly meanAllocated: number;
  readonly publishedAllocated: number;
  readonly verdict: 'equal' | 'within tolerance' | 'not checked' | 'DIFFERENT';
}

export interface FgdVerdict {
  readonly passed: boolean;
  readonly runs: number;
  readonly deterministicRuns: number;
  readonly equalRuns: number;
  readonly rows: readonly FgdVerdictRow[];
  /** The first few points that differ, in words. */
  readonly differences: readonly string[];
}

/** Holds runs against the published ones; the two lists go together, one run a reference run. */
export function fgdVerdict(reference: readonly FgdReferenceRun[], runs: readonly FgdRun[]): FgdVerdict {
  const groups = new Map<string, number[]>();
  reference.forEach(({ workload, policy }, k) => {
    const key = `${workload}\n${policy}`;
    groups.set(key, [...(groups.get(key) ?? []), k]);
  });
  const differences: string[] = [];
  const rows = [...groups.values()].map((members) => {
    const pairs = members.map((k) => ({ published: reference[k], run: runs[k] }));
    return pairs[0].published.policy === RANDOM ? randomRow(pairs, differences) : exactRow(pairs, differences);
  });
  const exact = rows.filter((row) => row.equalRuns >= 0);
  return {
    passed: rows.every((row) => row.verdict !== 'DIFFERENT'),
    runs: runs.length,
    deterministicRuns: exact.reduce((sum, row) => sum + row.runs, 0),
    equalRuns: exact.reduce((sum, row) => sum + row.equalRuns, 0),
    rows,
    differences: differences.slice(0, 10),
  };
}

type Pair = { published: FgdReferenceRun; run: FgdRun };

function exactRow(pairs: readonly Pair[], differences: string[]): FgdVerdictRow {
  let largest = 0;
  let equalRuns = 0;
  for (const { published, run } of pairs) {
    let equal = true;
    for (const curve of CURVES) {
      published.curves[curve].forEach((value, column) => {
        const got = run.curves[curve][column];
        if (got === value) return;
        equal = false;
        const difference = Math.abs(got - value);
        largest = Number.isNaN(difference) ? Infinity : Math.max(largest, difference);
        if (differences.length < 10)
          differences.push(
            `${published.workload} ${published.policy} seed ${published.seed}: ${curve} at ${column} % is ${got}, published ${value}`,
          );
      });
    }
    if (equal) equalRuns++;
  }
  const verdict = equalRuns === pairs.length ? 'equal' : 'DIFFERENT';
  return { ...common(pairs), equalRuns, largestDifference: largest, verdict };
}

function randomRow(pairs: readonly Pair[], differences: string[]): FgdVerdictRow {
  const row = common(pairs);
  const largestDifference = Math.abs(row.meanAllocated - row.publishedAllocated);
  const within = largestDifference <= RANDOM_TOLERANCE_POINTS;
  const checked = pairs.length >= RANDOM_SEEDS;
  if (checked && !within)
    differences.push(
      `${row.workload} ${row.policy}: mean final allocation is ${row.meanAllocated} %, published ${row.publishedAllocated} %`,
    );
  const verdict = !checked ? 'not checked' : within ? 'within tolerance' : 'DIFFERENT';
  return { ...row, equalRuns: -1, largestDifference, verdict };
}

function common(pairs: readonly Pair[]): Omit<FgdVerdictRow, 'equalRuns' | 'largestDifference' | 'verdict'> {
  const { workload, policy } = pairs[0].published;
  const mean = (of: (pair: Pair) => FgdCurves): number =>
    pairs.reduce((sum, pair) => sum + of(pair).allocated.at(-1)!, 0) / pairs.length;
  return {
    workload,
    policy,
    runs: pairs.length,
    meanAllocated: mean(({ run }) => run.curves),
    publishedAllocated: mean(({ published }) => published.curves),
  };
}
