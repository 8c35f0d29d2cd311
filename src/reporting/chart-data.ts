import type { Cell, Comparison, RunRecord } from '../experiment/comparison.ts';
import type { Curves, RunResult } from '../sim/result.ts';
import { average, quantileOf, resample } from './resample.ts';

/** Rows for a chart, kept as columns: they are many, and names once are enough. */
export interface ChartData {
  readonly fields: readonly string[];
  readonly columns: readonly (readonly (number | string | null)[])[];
}

const CURVE_POINTS = 160;
const HEAT_COLUMNS = 96;
const HEAT_ROWS = 48;
const MOST_USERS = 120;

/** The finished runs of a cell that its statistics rest on, by policy. */
export function runsOfCell(comparison: Comparison, cell: Cell): Map<string, RunResult[]> {
  const usable = (run: RunRecord): boolean =>
    run.cluster === cell.cluster && run.workload === cell.workload && cell.seeds.includes(run.seed);
  return new Map(
    cell.policies.map((policy) => [
      policy,
      comparison.runs.flatMap((run) => (run.policy === policy && run.result && usable(run) ? [run.result] : [])),
    ]),
  );
}

/**
 * One curve for each policy: the mean over seeds at even times since the start, with the lowest and highest seed.
 * Ends where the first of the policy's seeds ends.
 */
export function curveData(
  runs: ReadonlyMap<string, readonly RunResult[]>,
  curve: Exclude<keyof Curves, 'timeUs'>,
  secondsPerUnit: number,
): ChartData {
  const untilUs = longest(runs);
  const [time, value, low, high, policy]: [number[], number[], number[], number[], string[]] = [[], [], [], [], []];
  for (const [name, results] of runs) {
    const perSeed = results.map((one) =>
      resample(one.curves.timeUs, one.curves[curve], { startUs: one.startUs, untilUs, count: CURVE_POINTS }),
    );
    for (let step = 0; step < CURVE_POINTS; step++) {
      const here = perSeed.map((values) => values[step]);
      if (here.some((one) => one === undefined)) break;
      const known = here as number[];
      time.push(rounded((untilUs * step) / (CURVE_POINTS - 1) / 1e6 / secondsPerUnit));
      value.push(rounded(average(known)));
      low.push(rounded(Math.min(...known)));
      high.push(rounded(Math.max(...known)));
      policy.push(name);
    }
  }
  return { fields: ['t', 'v', 'low', 'high', 'policy'], columns: [time, value, low, high, policy] };
}

/** A distribution function for each policy: the value at each whole per cent of pods, mean over seeds, at least `floor`. */
export function distributionData(
  runs: ReadonlyMap<string, readonly RunResult[]>,
  of: keyof RunResult['distributions'],
  floor: number,
): ChartData {
  const [value, share, policy]: [number[], number[], string[]] = [[], [], []];
  for (const [name, results] of runs) {
    const known = results.map((one) => one.distributions[of].cdf).filter((cdf) => cdf.length > 0);
    if (known.length === 0) continue;
    for (let percent = 0; percent <= 100; percent++) {
      value.push(rounded(Math.max(floor, average(known.map((cdf) => quantileOf(cdf, percent / 100))))));
      share.push(percent / 100);
      policy.push(name);
    }
  }
  return { fields: ['v', 'share', 'policy'], columns: [value, share, policy] };
}

/**
 * The first seed's heat map of a policy on a grid of at most 96 × 48: the mean over groups that share a row. Values only,
 * row by row; null past the end of the run. `step` is the width of a column in the unit of time.
 */
export function heatData(
  result: RunResult,
  untilUs: number,
  secondsPerUnit: number,
): { data: ChartData; rows: number; columns: number; step: number } {
  const { groups, share, timeUs } = result.heat;
  const rows = Math.min(HEAT_ROWS, groups.length);
  const window = { startUs: result.startUs, untilUs, count: HEAT_COLUMNS };
  const values: (number | null)[] = [];
  for (let r = 0; r < rows; r++) {
    const members = share.slice(Math.floor((r * groups.length) / rows), Math.floor(((r + 1) * groups.length) / rows));
    const perGroup = members.map((one) => resample(timeUs, one, window));
    for (let c = 0; c < HEAT_COLUMNS; c++) {
      const here = perGroup.map((one) => one[c]).filter((one) => one !== undefined);
      values.push(here.length === 0 ? null : Math.round(average(here) * 100) / 100);
    }
  }
  const step = untilUs / HEAT_COLUMNS / 1e6 / secondsPerUnit;
  return { data: { fields: ['v'], columns: [values] }, rows, columns: HEAT_COLUMNS, step };
}

/** What each user got under each policy: mean bounded slowdown over seeds, of the users with most pods. */
export function userData(runs: ReadonlyMap<string, readonly RunResult[]>): ChartData {
  const [user, policy, value, pods]: [string[], string[], number[], number[]] = [[], [], [], []];
  for (const [name, results] of runs) {
    const perUser = new Map<string, { slowdowns: number[]; pods: number }>();
    for (const result of results)
      for (const one of result.users) {
        const entry = perUser.get(one.user) ?? { slowdowns: [], pods: one.pods };
        if (Number.isFinite(one.meanBoundedSlowdown)) entry.slowdowns.push(one.meanBoundedSlowdown);
        perUser.set(one.user, entry);
      }
    const largest = [...perUser].filter(([, one]) => one.slowdowns.length > 0).sort((a, b) => b[1].pods - a[1].pods);
    for (const [label, one] of largest.slice(0, MOST_USERS)) {
      user.push(label === '' ? '(no name)' : label);
      policy.push(name);
      value.push(rounded(average(one.slowdowns)));
      pods.push(one.pods);
    }
  }
  return { fields: ['user', 'policy', 'v', 'pods'], columns: [user, policy, value, pods] };
}

/** The longest time any of the runs spans, in microseconds; at least one. */
export function longest(runs: ReadonlyMap<string, readonly RunResult[]>): number {
  let most = 1;
  for (const results of runs.values()) for (const one of results) most = Math.max(most, one.endUs - one.startUs);
  return most;
}

/** Four significant digits: more cannot be seen. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
