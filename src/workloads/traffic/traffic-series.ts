import { InputError } from '../../sim/input-error.ts';
import type { LevelCurve } from '../../sim/requests/traffic.ts';
import type { ByteSource } from '../byte-source.ts';
import { durationText } from '../quantity-text.ts';
import type { MissingPolicy, SeriesFormat, ValueUnit } from './series-format.ts';
import { stepCurve } from './step-curve.ts';
import { readTimedRows, type TimedRows } from './timed-rows.ts';

/** Counts of requests in intervals of equal length, one after the other. */
export interface TrafficSeries {
  readonly name: string;
  /** When the first interval begins: since 1970, or since the file's own beginning. */
  readonly startUs: number;
  readonly intervalUs: number;
  /** Requests in each interval; NaN where the file says nothing. */
  readonly counts: Float64Array;
}

const MAX_INTERVALS = 50_000_000;

/**
 * Reads counts or rates from a file. Rows may come in any order; counts that fall into one interval are added up,
 * rates are averaged. Throws InputError with file and line for what cannot be read.
 */
export function readSeries(source: ByteSource, format: SeriesFormat): TrafficSeries {
  const rows = readTimedRows(source, format);
  const intervalUs = format.intervalUs ?? (format.values === undefined ? 1e6 : smallestStepUs(rows));
  let firstUs = Infinity;
  let lastUs = -Infinity;
  for (const timeUs of rows.timesUs) {
    if (timeUs < firstUs) firstUs = timeUs;
    if (timeUs > lastUs) lastUs = timeUs;
  }
  const length = Math.floor((lastUs - firstUs) / intervalUs) + 1;
  if (length > MAX_INTERVALS)
    throw new InputError(
      `${rows.name}: from the first to the last time there are ${length} intervals of ${durationText(intervalUs)}, more than ${MAX_INTERVALS}; give a longer interval, or look for a time that is wrong`,
    );
  const counts = new Float64Array(length).fill(NaN);
  const hits = new Uint32Array(length);
  for (let row = 0; row < rows.timesUs.length; row++) {
    const value = rows.values[row];
    if (value !== value) continue;
    const place = Math.floor((rows.timesUs[row] - firstUs) / intervalUs);
    counts[place] = hits[place]++ === 0 ? value : counts[place] + value;
  }
  const unit = format.valuesAs ?? 'count';
  const perInterval = intervalUs / 1e6 / UNIT_SECONDS[unit];
  if (unit !== 'count')
    for (let place = 0; place < length; place++) counts[place] = (counts[place] / hits[place]) * perInterval;
  // Where rows are requests, an interval without rows had none.
  if (format.values === undefined)
    for (let place = 0; place < length; place++) if (hits[place] === 0) counts[place] = 0;
  return { name: rows.name, startUs: firstUs - (format.time?.marks === 'end' ? intervalUs : 0), intervalUs, counts };
}

/** Requests per second over time, on the series' own clock; 0 before and after it. */
export function seriesCurve(series: TrafficSeries, missing: MissingPolicy): LevelCurve {
  const { startUs, intervalUs } = series;
  const counts = filled(series.counts, missing);
  const timesUs = new Float64Array(counts.length + 1);
  const levels = new Float64Array(counts.length + 1);
  for (let place = 0; place <= counts.length; place++) {
    timesUs[place] = startUs + place * intervalUs;
    levels[place] = place < counts.length ? counts[place] / (intervalUs / 1e6) : 0;
  }
  return stepCurve(timesUs, levels, 0);
}

/** When the last interval ends. */
export function seriesEndUs(series: TrafficSeries): number {
  return series.startUs + series.counts.length * series.intervalUs;
}

const UNIT_SECONDS: Readonly<Record<ValueUnit, number>> = {
  count: 1,
  'per-second': 1,
  'per-minute': 60,
  'per-hour': 3600,
};

function filled(counts: Float64Array, missing: MissingPolicy): Float64Array {
  const full = counts.slice();
  let known = -1;
  for (let place = 0; place < full.length; place++) {
    if (counts[place] === counts[place]) known = place;
    else if (missing === 'zero') full[place] = 0;
    else {
      let next = place;
      while (next < counts.length && counts[next] !== counts[next]) next++;
      const after = next < counts.length ? counts[next] : known < 0 ? 0 : counts[known];
      const before = known < 0 ? after : counts[known];
      for (let gap = place; gap < next; gap++)
        full[gap] = missing === 'hold' ? before : before + ((after - before) * (gap - known)) / (next - known);
      place = next - 1;
    }
  }
  return full;
}

function smallestStepUs(rows: TimedRows): number {
  const sorted = rows.timesUs.slice().sort();
  let least = Infinity;
  for (let row = 1; row < sorted.length; row++) {
    const stepUs = sorted[row] - sorted[row - 1];
    if (stepUs > 0 && stepUs < least) least = stepUs;
  }
  if (least < Infinity) return least;
  throw new InputError(`${rows.name}: all rows have the same time, so the interval must be given, such as 1m`);
}
