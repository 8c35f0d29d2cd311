import { InputError } from '../../sim/input-error.ts';
import type { RandomStream } from '../../sim/random.ts';
import type { LevelCurve, TrafficSource } from '../../sim/requests/traffic.ts';
import { durationUs, quoted } from '../../sim/quantity.ts';
import { durationText } from '../quantity-text.ts';
import { compressedCurve, repeatedCurve, scaledCurve, shiftedCurve, windowOfCurve } from './combine-curves.ts';
import { scaledToMean, scaledToPeak } from './curve-measures.ts';
import { dateTimeText, dateTimeUs, looksLikeDate } from './date-time.ts';
import type { RequestTimes } from './request-times.ts';
import type { MissingPolicy } from './series-format.ts';
import { MAX_ROWS } from './timed-rows.ts';
import { seriesCurve, seriesEndUs, type TrafficSeries } from './traffic-series.ts';

/** Which part of a recording is played. Time 0 of the traffic is where the part begins. */
export interface ReplayWindow {
  /** A date and time, or a duration from the recording's beginning (`30h`); absent: its beginning. */
  readonly from?: string | undefined;
  /** Absent: to its end. */
  readonly lastsUs?: number | undefined;
}

export interface ReplayOptions extends ReplayWindow {
  readonly missing: MissingPolicy;
  /** At most one of these three; absent: the rates as recorded. */
  readonly factor?: number | undefined;
  /** The mean rate of the part played. */
  readonly meanPerSecond?: number | undefined;
  /** The highest rate of the part played. */
  readonly peakPerSecond?: number | undefined;
  /** Time runs so many times as fast, at the same rates: 24 makes an hour of a day. */
  readonly compress?: number | undefined;
  /** Begins anew when it is over; absent: nothing comes then. */
  readonly repeat?: boolean | undefined;
}

/** A recorded series as a rate from time 0 on. Throws InputError when the window lies outside of it. */
export function replayCurve(series: TrafficSeries, options: ReplayOptions): LevelCurve {
  const { factor, meanPerSecond, peakPerSecond, compress = 1 } = options;
  if ([factor, meanPerSecond, peakPerSecond].filter((given) => given !== undefined).length > 1)
    throw new InputError('a factor, a mean and a peak were given; keep one of them, since each sets the scale');
  const [fromUs, toUs] = windowUs(series.name, series.startUs, seriesEndUs(series), options);
  const lastsUs = toUs - fromUs;
  let curve = shiftedCurve(windowOfCurve(seriesCurve(series, options.missing), fromUs, toUs), -fromUs);
  if (factor !== undefined) curve = scaledCurve(curve, factor);
  if (meanPerSecond !== undefined) curve = scaledToMean(curve, meanPerSecond, 0, lastsUs);
  if (peakPerSecond !== undefined) curve = scaledToPeak(curve, peakPerSecond, 0, lastsUs);
  curve = compressedCurve(curve, compress);
  return options.repeat === true ? repeatedCurve(curve, Math.max(1, Math.round(lastsUs / compress))) : curve;
}

export interface RecordedOptions extends ReplayWindow {
  /** Each request comes so many times on average: 0.1 keeps a tenth of them, 2.5 makes two or three of each. */
  readonly factor?: number | undefined;
  /** Copies come at random within this time after their original; absent: 100 ms. */
  readonly spreadUs?: number | undefined;
  /** Time runs so many times as fast; the same requests then come at a higher rate. */
  readonly compress?: number | undefined;
}

/** Recorded requests from time 0 on, one by one; the stream decides which are left out or copied. */
export function recordedTraffic(
  recording: RequestTimes,
  options: RecordedOptions,
  stream: RandomStream,
): Extract<TrafficSource, { kind: 'times' }> {
  const { factor = 1, spreadUs = 100_000, compress = 1 } = options;
  if (!(factor >= 0 && factor <= 1e6))
    throw new InputError(`the factor is ${factor}; write a number from 0 to 1000000`);
  if (!(compress > 0 && compress < Infinity))
    throw new InputError(`time cannot run ${compress} times as fast; write a factor above 0, such as 24`);
  const { timesUs, name } = recording;
  const [fromUs, toUs] = windowUs(name, timesUs[0], timesUs[timesUs.length - 1] + 1, options);
  if (factor * timesUs.length > MAX_ROWS)
    throw new InputError(
      `${name} has ${timesUs.length} requests, and ${factor} times as many are more than ${MAX_ROWS}; replay it as a series`,
    );
  const kept: number[] = [];
  for (const timeUs of timesUs) {
    if (timeUs < fromUs || timeUs >= toUs) continue;
    // One number for each request whatever the factor, so that a smaller one keeps a part of what a larger one keeps.
    const copies = Math.floor(factor + 1 - stream.fine());
    const wanted = factor === 1 ? 1 : copies;
    for (let copy = 0; copy < wanted; copy++)
      kept.push(Math.floor((timeUs - fromUs + (copy === 0 ? 0 : spreadUs * stream.fine())) / compress));
  }
  const times = Float64Array.from(kept).sort();
  let next = 0;
  return { kind: 'times', next: () => (next < times.length ? times[next++] : Infinity) };
}

/** From when to when, on the recording's clock. */
function windowUs(name: string, startUs: number, endUs: number, { from, lastsUs }: ReplayWindow): [number, number] {
  const fromUs = from === undefined ? startUs : looksLikeDate(from) ? dateTimeUs(from) : startUs + offsetUs(from);
  if (!(fromUs >= startUs && fromUs < endUs))
    throw new InputError(
      `the window begins at ${quoted(from ?? '')}, where ${name} has nothing: it lasts from ${dateTimeText(startUs)} to ${dateTimeText(endUs)}, ${durationText(endUs - startUs)}`,
    );
  if (lastsUs !== undefined && !(lastsUs > 0))
    throw new InputError('the window is empty; write a length above 0, such as 6h');
  return [fromUs, Math.min(endUs, fromUs + (lastsUs ?? Infinity))];
}

/** Throws an InputError for a beginning that no recording could have: neither a date nor a time from its beginning. */
export function requireReplayStart(from: string): void {
  if (looksLikeDate(from)) dateTimeUs(from);
  else offsetUs(from);
}

function offsetUs(from: string): number {
  try {
    return durationUs(from);
  } catch {
    throw new InputError(
      `${quoted(from)} is neither a date nor a time from the beginning; write it like 1998-07-07 18:00 or 30h`,
    );
  }
}
