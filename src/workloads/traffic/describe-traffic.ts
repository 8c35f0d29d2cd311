import { days, hours, minutes, seconds } from '../../sim/time.ts';
import type { LevelCurve } from '../../sim/requests/traffic.ts';
import { fixedBatch, type BatchSizes } from './batch-sizes.ts';
import { eachLevel, meanOfCurve, peakOfCurve } from './curve-measures.ts';
import type { RequestTimes } from './request-times.ts';
import type { TrafficSeries } from './traffic-series.ts';

/** What traffic is like, in the terms in which it is published. */
export interface TrafficStatistics {
  readonly spanUs: number;
  /** Requests in all; expected ones, for a rate. */
  readonly requests: number;
  readonly meanPerSecond: number;
  /** The highest rate over an interval (a minute, for single requests), and that over the mean. */
  readonly peakPerSecond: number;
  readonly peakToMean: number;
  /** Standard deviation over mean of the rate in intervals. */
  readonly cv: number;
  /** Highest over lowest mean rate of an hour of the day (UTC, or as the file says); absent below one day. */
  readonly dayPeakToTrough?: number;
  /** Standard deviation over mean of the gaps between single requests. */
  readonly gapCv?: number;
  /**
   * Index of dispersion for counts in windows of a second, a minute, an hour, 1 for a Poisson process; absent where
   * there are fewer than 10 whole windows or the intervals are longer. For a rate: of Poisson arrivals at that rate.
   */
  readonly dispersion: { readonly second?: number; readonly minute?: number; readonly hour?: number };
}

const WINDOWS_US = { second: seconds(1), minute: minutes(1), hour: hours(1) };
const DAY_US = days(1);
const HOUR_US = hours(1);

/** Statistics of the intervals that have a count; what is missing counts for nothing. */
export function describeSeries(series: TrafficSeries): TrafficStatistics {
  const { counts, intervalUs, startUs } = series;
  const present = counts.filter((count) => count === count);
  const { mean, variance } = moments(present);
  const perSecond = 1e6 / intervalUs;
  const hourSums = new Float64Array(24);
  const hourHits = new Float64Array(24);
  for (let place = 0; place < counts.length; place++) {
    if (counts[place] !== counts[place]) continue;
    const hour = Math.floor(((((startUs + place * intervalUs) % DAY_US) + DAY_US) % DAY_US) / HOUR_US);
    hourSums[hour] += counts[place];
    hourHits[hour]++;
  }
  const peak = present.reduce((most, count) => Math.max(most, count), 0);
  const byHour = hourSums.map((sum, hour) => sum / hourHits[hour]);
  const hasDay = intervalUs <= HOUR_US && counts.length * intervalUs >= DAY_US;
  return {
    spanUs: counts.length * intervalUs,
    requests: present.reduce((sum, count) => sum + count, 0),
    meanPerSecond: mean * perSecond,
    peakPerSecond: peak * perSecond,
    peakToMean: peak / mean,
    cv: Math.sqrt(variance) / mean,
    ...(hasDay ? { dayPeakToTrough: highestOverLowest(byHour) } : {}),
    dispersion: dispersions((windowUs) => dispersionOf(windowCounts(counts, windowUs / intervalUs))),
  };
}

/** Statistics of single requests; rates are those of whole minutes from the first request on. */
export function describeRequests({ name, timesUs }: RequestTimes): TrafficStatistics {
  const firstUs = timesUs[0];
  const lastUs = timesUs[timesUs.length - 1];
  const gaps = timesUs.slice(1).map((timeUs, k) => timeUs - timesUs[k]);
  const { mean, variance } = moments(gaps);
  // The last window is cut by the end, so it is left out unless it is the only one.
  const inWindows = (windowUs: number): Float64Array => {
    const counts = new Float64Array(Math.floor((lastUs - firstUs) / windowUs) + 1);
    for (const timeUs of timesUs) counts[Math.floor((timeUs - firstUs) / windowUs)]++;
    return counts.length > 1 ? counts.slice(0, -1) : counts;
  };
  const ofMinutes = describeSeries({ name, startUs: firstUs, intervalUs: minutes(1), counts: inWindows(minutes(1)) });
  return {
    ...ofMinutes,
    spanUs: lastUs - firstUs,
    requests: timesUs.length,
    meanPerSecond: 1e6 / mean,
    gapCv: Math.sqrt(variance) / mean,
    dispersion: dispersions((windowUs) => dispersionOf(inWindows(windowUs))),
  };
}

/** Statistics of requests that come at this rate over [fromUs, toUs): batches at the rate, each of such a size. */
export function describeCurve(
  curve: LevelCurve,
  fromUs: number,
  toUs: number,
  batch: BatchSizes = fixedBatch(1),
): TrafficStatistics {
  const spanUs = toUs - fromUs;
  const mean = meanOfCurve(curve, fromUs, toUs);
  const peak = peakOfCurve(curve, fromUs, toUs);
  let squares = 0;
  eachLevel(curve, fromUs, toUs, (level, lastsUs) => (squares += ((level - mean) * (level - mean) * lastsUs) / spanUs));
  const byHour = new Float64Array(24);
  const daysUs = fromUs + Math.floor(spanUs / DAY_US) * DAY_US;
  eachWindow(curve, fromUs, daysUs, HOUR_US, (expected, count, startUs) => {
    for (let k = 0; k < count; k++) byHour[(((Math.floor(startUs / HOUR_US) + k) % 24) + 24) % 24] += expected;
  });
  return {
    spanUs,
    requests: (mean * batch.mean * spanUs) / 1e6,
    meanPerSecond: mean * batch.mean,
    peakPerSecond: peak * batch.mean,
    peakToMean: peak / mean,
    cv: Math.sqrt(squares) / mean,
    ...(spanUs >= DAY_US ? { dayPeakToTrough: highestOverLowest(byHour) } : {}),
    // Var N = E[M] E[X^2] + Var M E[X]^2 for M expected batches of X requests.
    dispersion: dispersions((windowUs) => {
      const expected = (mean * windowUs) / 1e6;
      let windows = 0;
      let variance = 0;
      eachWindow(curve, fromUs, toUs, windowUs, (got, count) => {
        windows += count;
        variance += count * (got - expected) * (got - expected);
      });
      return expected > 0 && windows >= 10
        ? batch.dispersion + (batch.mean * variance) / windows / expected
        : undefined;
    }),
  };
}

/** What the curve brings in each whole window of [fromUs, toUs), one after the other; `count` alike ones at once. */
function eachWindow(
  curve: LevelCurve,
  fromUs: number,
  toUs: number,
  windowUs: number,
  visit: (expected: number, count: number, startUs: number) => void,
): void {
  let open = 0;
  let openUs = 0;
  eachLevel(curve, fromUs, toUs, (level, lastsUs, startUs) => {
    let leftUs = lastsUs;
    if (openUs > 0) {
      const partUs = Math.min(leftUs, windowUs - openUs);
      open += (level * partUs) / 1e6;
      openUs += partUs;
      leftUs -= partUs;
      if (openUs === windowUs) {
        visit(open, 1, startUs + partUs - windowUs);
        open = openUs = 0;
      }
    }
    const whole = Math.floor(leftUs / windowUs);
    if (whole > 0) visit((level * windowUs) / 1e6, whole, startUs + lastsUs - leftUs);
    leftUs -= whole * windowUs;
    if (leftUs > 0) {
      open = (level * leftUs) / 1e6;
      openUs = leftUs;
    }
  });
}

function dispersions(indexIn: (windowUs: number) => number | undefined): TrafficStatistics['dispersion'] {
  const found: { second?: number; minute?: number; hour?: number } = {};
  for (const name of ['second', 'minute', 'hour'] as const) {
    const index = indexIn(WINDOWS_US[name]);
    if (index !== undefined) found[name] = index;
  }
  return found;
}

/** Variance over mean; undefined for fewer than 10 windows, or nothing in them. */
function dispersionOf(counts: Float64Array): number | undefined {
  const { mean, variance } = moments(counts);
  return counts.length >= 10 && mean > 0 ? variance / mean : undefined;
}

/** Sums of so many intervals; windows with a missing one are left out, and the cut one at the end. */
function windowCounts(counts: Float64Array, intervals: number): Float64Array {
  if (!Number.isInteger(intervals)) return new Float64Array(0);
  const sums = new Float64Array(Math.floor(counts.length / intervals));
  for (let place = 0; place < sums.length * intervals; place++) sums[Math.floor(place / intervals)] += counts[place];
  return sums.filter((sum) => sum === sum);
}

function moments(values: Float64Array): { mean: number; variance: number } {
  let mean = 0;
  for (const value of values) mean += value / values.length;
  let variance = 0;
  for (const value of values) variance += ((value - mean) * (value - mean)) / values.length;
  return { mean, variance };
}

function highestOverLowest(values: Float64Array): number {
  const known = values.filter((value) => value === value);
  return Math.max(...known) / Math.min(...known);
}
