import { sin } from '../../sim/exact-math.ts';
import { InputError } from '../../sim/input-error.ts';
import type { LevelCurve } from '../../sim/requests/traffic.ts';
import { days, hours, minutes } from '../../sim/time.ts';
import { checkedSteps, checkLevel } from './basic-curves.ts';
import { repeatedCurve } from './combine-curves.ts';
import { stepCurve } from './step-curve.ts';

const DAY_US = days(1);

/**
 * Monday to Sunday at English Wikipedia, October 2008 to December 2009: mean page views an hour of each weekday (UTC),
 * relative to the mean of all hours that are there whole.
 */
export const WIKIPEDIA_WEEK: readonly number[] = [1.066, 1.055, 1.043, 1.021, 0.97, 0.883, 0.962];

export interface DiurnalOptions {
  readonly meanPerSecond: number;
  /** Highest over lowest rate, >= 1. Published: Wikipedia 1.6, Azure batches 2.3, Huawei 3.5, WorldCup98 and NASA 4.0. */
  readonly peakToTrough: number;
  /** When in the period it is highest; absent: 14:00, as for Azure's batches. */
  readonly peakAtUs?: number;
  /** Absent: a day. */
  readonly periodUs?: number;
  /** Width of its steps, 5 minutes by default; rounded so that a whole number of them makes a period. */
  readonly stepUs?: number;
}

/**
 * A cosine around the mean, mean (1 + a cos(2 pi (t - peak) / period)) with a = (r - 1) / (r + 1), so that highest over
 * lowest is r. Each step has the mean of the cosine over it: no step width changes the mean of the day.
 */
export function diurnalCurve({
  meanPerSecond,
  peakToTrough,
  peakAtUs = hours(14),
  periodUs = DAY_US,
  stepUs = minutes(5),
}: DiurnalOptions): LevelCurve {
  checkLevel('the mean', meanPerSecond);
  if (!(peakToTrough >= 1 && peakToTrough < Infinity))
    throw new InputError(`the highest over the lowest rate is ${peakToTrough}; write a number from 1 up, such as 3`);
  checkPeriod(periodUs);
  const swing = (peakToTrough - 1) / (peakToTrough + 1);
  const count = stepsIn(periodUs, stepUs);
  const edges = Array.from({ length: count + 1 }, (_, k) => Math.round((periodUs * k) / count));
  const angle = (timeUs: number): number => (2 * Math.PI * (timeUs - (peakAtUs % periodUs))) / periodUs;
  const levels = edges.slice(1).map((endUs, k) => {
    const from = angle(edges[k]);
    const to = angle(endUs);
    return meanPerSecond * Math.max(0, 1 + (swing * (sin(to) - sin(from))) / (to - from));
  });
  return repeatedCurve(stepCurve(edges.slice(0, count), levels), periodUs);
}

export interface ProfileOptions {
  /** Relative levels of equal parts of the period, one after the other; brought to mean 1 unless `asGiven`. */
  readonly factors: readonly number[];
  readonly periodUs: number;
  readonly asGiven?: boolean;
}

/** Stairs that repeat: the hours of a day, the days of a week. */
export function profileCurve({ factors, periodUs, asGiven = false }: ProfileOptions): LevelCurve {
  checkPeriod(periodUs);
  for (const [k, factor] of factors.entries()) checkLevel(`factor ${k + 1}`, factor);
  const mean = asGiven ? 1 : factors.reduce((sum, factor) => sum + factor, 0) / factors.length;
  if (!(mean > 0))
    throw new InputError('the factors are all 0 or there are none; write relative levels such as [1, 2, 1]');
  const timesUs = factors.map((_, k) => Math.round((periodUs * k) / factors.length));
  return repeatedCurve(
    stepCurve(
      timesUs,
      factors.map((factor) => factor / mean),
    ),
    periodUs,
  );
}

export interface WeeklyOptions {
  /** Monday to Sunday, brought to mean 1; absent: those of Wikipedia. */
  readonly factors?: readonly number[];
  /** The weekday of time 0: 0 Monday (the default) to 6 Sunday. */
  readonly startsOn?: number;
}

/** A factor for each day of the week; multiply it into a rate. */
export function weeklyCurve({ factors = WIKIPEDIA_WEEK, startsOn = 0 }: WeeklyOptions = {}): LevelCurve {
  if (factors.length !== 7) throw new InputError(`a week has 7 factors, Monday to Sunday, and not ${factors.length}`);
  if (!Number.isInteger(startsOn) || startsOn < 0 || startsOn > 6)
    throw new InputError(`the first weekday is ${startsOn}; write 0 for Monday to 6 for Sunday`);
  return profileCurve({ factors: factors.map((_, k) => factors[(k + startsOn) % 7]), periodUs: 7 * DAY_US });
}

function stepsIn(periodUs: number, stepUs: number): number {
  if (!(stepUs > 0)) throw new InputError('the width of a step must be above 0; write it like 5m');
  return checkedSteps(Math.max(1, Math.min(Math.round(periodUs / stepUs), periodUs)));
}

function checkPeriod(periodUs: number): void {
  if (!(Number.isInteger(periodUs) && periodUs > 0))
    throw new InputError('the period must be above 0; write it like 1d');
}
