import { fitLognormal, medianOf, quantileOf, type LognormalFit } from './lognormal-fit.ts';
import { around, fitWeibull, type Estimate, type WeibullFit } from './weibull-fit.ts';
import type { TimedWeather } from './timed-weather.ts';

/** A node was down from `downUs` until `upUs`; Infinity: it did not come back. */
export interface FailureRecord {
  readonly node: string;
  readonly downUs: number;
  readonly upUs: number;
}

export interface FailureStatistics {
  /** Spells of being down (overlapping records of one node are one), and the nodes that had any. */
  readonly failures: number;
  readonly nodes: number;
  /** From the beginning of a failure to that of the same node's next. */
  readonly mtbfUs: Estimate;
  /** The same as a Weibull (as Schroeder and Gibson fit it); the spell after a node's last failure counts as censored. */
  readonly between: WeibullFit | undefined;
  /** From a repair to the next failure: what a renewal process is fed with. */
  readonly up: WeibullFit | undefined;
  readonly repair: {
    readonly meanUs: Estimate;
    readonly medianUs: Estimate;
    readonly p25Us: number;
    readonly p75Us: number;
    readonly p90Us: number;
    readonly p95Us: number;
    readonly lognormal: LognormalFit | undefined;
  };
  /** Share of the failures that begin within five minutes of one of another node. */
  readonly nearOthersShare: number;
  /** Index of dispersion of failures an hour: variance over mean; 1 for a Poisson process. */
  readonly hourlyDispersion: number;
}

const NEAR_US = 300_000_000;
const HOUR_US = 3_600_000_000;
/** Half a minute: records in whole minutes have nothing shorter. */
const LEAST_US = 30_000_000;

/**
 * What recorded or simulated failures look like. `untilUs` is when one stopped looking: with it the spells that were
 * going on then count as censored; without it they are left out. Undefined quantities are 0.
 */
export function describeFailures(records: readonly FailureRecord[], untilUs?: number): FailureStatistics {
  const byNode = spellsByNode(records);
  const between: number[] = [];
  const up: number[] = [];
  const betweenOpen: number[] = [];
  const upOpen: number[] = [];
  const repairs: number[] = [];
  const starts: { atUs: number; node: number }[] = [];
  byNode.forEach((spells, node) => {
    spells.forEach(({ downUs, upUs }, k) => {
      starts.push({ atUs: downUs, node });
      if (upUs !== Infinity) repairs.push(upUs - downUs);
      if (k === 0) return;
      between.push(downUs - spells[k - 1].downUs);
      up.push(downUs - spells[k - 1].upUs);
    });
    const last = spells[spells.length - 1];
    if (untilUs === undefined) return;
    if (untilUs > last.downUs) betweenOpen.push(untilUs - last.downUs);
    if (untilUs > last.upUs) upOpen.push(untilUs - last.upUs);
  });
  starts.sort((a, b) => a.atUs - b.atUs || a.node - b.node);
  const sorted = [...repairs].sort((a, b) => a - b);
  return {
    failures: starts.length,
    nodes: byNode.length,
    mtbfUs: meanOf(between),
    between: fitWeibull(between, betweenOpen, LEAST_US),
    up: fitWeibull(up, upOpen, LEAST_US),
    repair: {
      meanUs: meanOf(repairs),
      medianUs: repairs.length > 0 ? medianOf(repairs) : { value: 0, low: 0, high: 0 },
      p25Us: quantileOf(sorted, 0.25),
      p75Us: quantileOf(sorted, 0.75),
      p90Us: quantileOf(sorted, 0.9),
      p95Us: quantileOf(sorted, 0.95),
      lognormal: fitLognormal(repairs, LEAST_US),
    },
    nearOthersShare: nearOthers(starts),
    hourlyDispersion: dispersion(starts.map(({ atUs }) => atUs)),
  };
}

/** The failures in a stretch of weather: from each `node-down` to the next `node-up`; what is still down never came up. */
export function failuresIn(
  events: readonly TimedWeather[],
  nameOf: (node: number) => string = String,
): FailureRecord[] {
  const since = new Map<number, number>();
  const records: FailureRecord[] = [];
  for (const { atUs, event } of events)
    if (event.kind === 'node-down') since.set(event.node, atUs);
    else if (event.kind === 'node-up') {
      const downUs = since.get(event.node);
      if (downUs !== undefined) records.push({ node: nameOf(event.node), downUs, upUs: atUs });
      since.delete(event.node);
    }
  for (const [node, downUs] of since) records.push({ node: nameOf(node), downUs, upUs: Infinity });
  return records.sort((a, b) => a.downUs - b.downUs);
}

/** Each node's spells in order of time, overlapping ones made one; nodes in the order in which they are first named. */
function spellsByNode(records: readonly FailureRecord[]): { downUs: number; upUs: number }[][] {
  const byNode = new Map<string, FailureRecord[]>();
  for (const record of records) {
    const list = byNode.get(record.node);
    if (list === undefined) byNode.set(record.node, [record]);
    else list.push(record);
  }
  return [...byNode.values()].map((list) => {
    const spells: { downUs: number; upUs: number }[] = [];
    for (const { downUs, upUs } of [...list].sort((a, b) => a.downUs - b.downUs)) {
      const last = spells[spells.length - 1];
      if (last !== undefined && downUs <= last.upUs) last.upUs = Math.max(last.upUs, upUs);
      else spells.push({ downUs, upUs });
    }
    return spells;
  });
}

/** The mean with the interval of a large sample, on a logarithmic scale: variance of ln mean = cv^2 / n. */
function meanOf(values: readonly number[]): Estimate {
  const n = values.length;
  if (n === 0) return { value: 0, low: 0, high: 0 };
  const mean = values.reduce((sum, one) => sum + one, 0) / n;
  const squares = values.reduce((sum, one) => sum + (one - mean) * (one - mean), 0) / Math.max(1, n - 1);
  return mean === 0 ? { value: 0, low: 0, high: 0 } : around(mean, squares / (mean * mean) / n);
}

function nearOthers(starts: readonly { atUs: number; node: number }[]): number {
  let near = 0;
  starts.forEach(({ atUs, node }, k) => {
    const other = (step: number) => {
      for (let j = k + step; j >= 0 && j < starts.length && Math.abs(starts[j].atUs - atUs) <= NEAR_US; j += step)
        if (starts[j].node !== node) return true;
      return false;
    };
    if (other(-1) || other(1)) near++;
  });
  return starts.length === 0 ? 0 : near / starts.length;
}

/** Variance over mean of the counts in each hour from the first failure's to the last one's. */
function dispersion(timesUs: readonly number[]): number {
  if (timesUs.length === 0) return 0;
  const firstHour = Math.floor(timesUs[0] / HOUR_US);
  const hours = Math.floor(timesUs[timesUs.length - 1] / HOUR_US) - firstHour + 1;
  const mean = timesUs.length / hours;
  let squares = 0;
  for (let k = 0; k < timesUs.length;) {
    const hour = Math.floor(timesUs[k] / HOUR_US);
    let count = 0;
    while (k < timesUs.length && Math.floor(timesUs[k] / HOUR_US) === hour) {
      count++;
      k++;
    }
    squares += count * count;
  }
  return squares / hours / mean - mean;
}
