import type { DecisionRecord, HappeningRecord, LivingResult } from '../../sim/monitoring/living-result.ts';
import { happeningBands, toneOf, type HappeningBand, type Tone } from './happening-bands.ts';
import { type Panel, seriesId } from './timeline-panels.ts';

/** What the page holds of one policy: its first seed in full, and the mean over seeds with the lowest and highest. */
export interface PolicyTimeline {
  readonly name: string;
  /** In units of the time axis. */
  readonly first: { readonly t: readonly number[]; readonly values: Lines };
  readonly mean?: { readonly t: readonly number[]; readonly values: Lines; readonly low: Lines; readonly high: Lines };
  readonly decisions: readonly MarkedDecision[];
  readonly happenings: readonly MarkedHappening[];
  readonly bands: readonly HappeningBand[];
  /** How many decisions and happenings are not in the page. */
  readonly leftOut: number;
}

/** By panel, then by key of the panel, then by time; null where nothing was measured. */
type Lines = readonly (readonly (readonly (number | null)[])[])[];

export interface MarkedDecision extends Omit<DecisionRecord, 'timeUs'> {
  readonly t: number;
}

export interface MarkedHappening extends Omit<HappeningRecord, 'timeUs'> {
  readonly t: number;
  readonly tone: Tone;
}

const MOST_POINTS = 500;
const BAND_POINTS = 150;
const MOST_MARKS = 1000;

/** Brings the runs of one policy (its seeds, first one first) into the form in which the page draws them. */
export function policyTimeline(
  name: string,
  runs: readonly LivingResult[],
  panels: readonly Panel[],
  { untilUs, usPerUnit }: { untilUs: number; usPerUnit: number },
): PolicyTimeline {
  const [first] = runs;
  const inUnits = (timeUs: number): number => rounded(timeUs / usPerUnit, 6);
  const full = first.timeline.timeUs.length <= MOST_POINTS ? undefined : evenTimes(untilUs, MOST_POINTS);
  const linesOf = (living: LivingResult, times: readonly number[] | undefined): (number | null)[][][] => {
    const byId = new Map(living.timeline.series.map((one) => [seriesId(one), one.values]));
    return panels.map(({ keys }) =>
      keys.map(({ id }) => {
        const values = byId.get(id);
        if (values === undefined) return (times ?? living.timeline.timeUs).map(() => null);
        return times === undefined
          ? values.map((value) => (known(value) ? value : null))
          : bucketMeans(living.timeline.timeUs, values, times);
      }),
    );
  };
  const decisions = thinned(first.decisions, (one) => one.by);
  // Timers have a section of their own.
  const told = first.happenings.filter(({ kind }) => kind !== 'timer' || first.timers === undefined);
  const happenings = thinned(told, (one) => one.kind);
  return {
    name,
    first: { t: (full ?? first.timeline.timeUs).map(inUnits), values: eachValue(linesOf(first, full), 4) },
    ...(runs.length > 1 && { mean: meanOver(runs, evenTimes(untilUs, BAND_POINTS), linesOf, inUnits) }),
    decisions: decisions.map(({ timeUs, ...rest }) => ({ t: inUnits(timeUs), ...rest })),
    happenings: happenings.map(({ timeUs, ...rest }) => ({ t: inUnits(timeUs), tone: toneOf(rest.kind), ...rest })),
    bands: happeningBands(first.happenings, untilUs).map((band) => ({
      ...band,
      from: inUnits(band.from),
      to: inUnits(band.to),
    })),
    leftOut: first.decisions.length - decisions.length + told.length - happenings.length,
  };
}

function meanOver(
  runs: readonly LivingResult[],
  times: readonly number[],
  linesOf: (living: LivingResult, times: readonly number[]) => (number | null)[][][],
  inUnits: (timeUs: number) => number,
): NonNullable<PolicyTimeline['mean']> {
  const perRun = runs.map((living) => linesOf(living, times));
  const fold = (of: (values: number[]) => number): (number | null)[][][] =>
    perRun[0].map((keys, panel) =>
      keys.map((line, key) =>
        line.map((_, at) => {
          const values = perRun.map((lines) => lines[panel][key][at]).filter((value) => value !== null);
          return values.length === 0 ? null : of(values);
        }),
      ),
    );
  return {
    t: times.map(inUnits),
    values: eachValue(
      fold((values) => values.reduce((sum, value) => sum + value, 0) / values.length),
      3,
    ),
    low: eachValue(
      fold((values) => Math.min(...values)),
      3,
    ),
    high: eachValue(
      fold((values) => Math.max(...values)),
      3,
    ),
  };
}

/** The ends of so many even steps. */
function evenTimes(untilUs: number, count: number): number[] {
  return Array.from({ length: count }, (_, step) => (untilUs * (step + 1)) / count);
}

/** The mean of what was measured up to each of the times since the one before; null where nothing was. */
export function bucketMeans(
  timeUs: readonly number[],
  values: readonly (number | null)[],
  times: readonly number[],
): (number | null)[] {
  let at = 0;
  return times.map((until) => {
    let sum = 0;
    let count = 0;
    // Half a microsecond: the last step may end that far before the last point by rounding.
    for (; at < timeUs.length && timeUs[at] <= until + 0.5; at++) {
      const value = values[at];
      if (!known(value)) continue;
      sum += value;
      count++;
    }
    return count === 0 ? null : sum / count;
  });
}

/**
 * At most `most` records, in their order: of kinds with few all, of kinds with many so many that they share alike what is
 * left, evenly over the run. The thousandth placement says less than the one scale-out.
 */
export function thinned<T>(records: readonly T[], kindOf: (record: T) => string, most = MOST_MARKS): readonly T[] {
  if (records.length <= most) return records;
  const places = new Map<string, number[]>();
  records.forEach((record, at) => {
    const same = places.get(kindOf(record));
    if (same) same.push(at);
    else places.set(kindOf(record), [at]);
  });
  const kept = new Set<number>();
  const fewestFirst = [...places.values()].sort((a, b) => a.length - b.length);
  fewestFirst.forEach((same, rank) => {
    const share = Math.floor((most - kept.size) / (fewestFirst.length - rank));
    const count = Math.min(same.length, share);
    for (let k = 0; k < count; k++) kept.add(same[Math.floor((k * same.length) / count)]);
  });
  return records.filter((_, at) => kept.has(at));
}

function known(value: number | null | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function eachValue(lines: readonly (readonly (readonly (number | null)[])[])[], digits: number): Lines {
  return lines.map((keys) => keys.map((line) => line.map((value) => (value === null ? null : rounded(value, digits)))));
}

function rounded(value: number, digits: number): number {
  return Number(value.toPrecision(digits));
}
