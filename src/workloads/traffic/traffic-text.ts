import type { DurationSpec } from '../../sim/duration-spec.ts';
import { InputError } from '../../sim/input-error.ts';
import { stream } from '../../sim/random.ts';
import type { LevelCurve, TrafficSource } from '../../sim/requests/traffic.ts';
import {
  clippedCurve,
  compressedCurve,
  productOfCurves,
  repeatedCurve,
  roundedCurve,
  scaledCurve,
  shiftedCurve,
  sumOfCurves,
  windowOfCurve,
} from './combine-curves.ts';
import { scaledToMean, scaledToPeak } from './curve-measures.ts';
import type { StreamOf, TrafficContext } from './traffic-kind.ts';
import { durationText } from '../quantity-text.ts';
import { batchKind, trafficKind } from './traffic-kinds.ts';
import { trafficOptions } from './traffic-options.ts';

/** One kind with its options as the user wrote them. */
export interface ShapeText {
  readonly kind: string;
  readonly options?: Readonly<Record<string, unknown>> | undefined;
}

/** Changes to a curve, in the order in which they are made. */
export interface TrafficAdjustments {
  /** Time runs so many times as fast. */
  readonly compress?: number | undefined;
  /** Everything comes so much later. */
  readonly delayUs?: number | undefined;
  /** Nothing before and after; absent: from 0, for ever. */
  readonly fromUs?: number | undefined;
  readonly untilUs?: number | undefined;
  /** What has come until then comes again and again. */
  readonly repeatUs?: number | undefined;
  /** At most one of these three: times so much, or to this mean or highest level over the run. */
  readonly factor?: number | undefined;
  readonly mean?: number | undefined;
  readonly peak?: number | undefined;
  /** Never less nor more. */
  readonly least?: number | undefined;
  readonly most?: number | undefined;
}

/** Traffic as plain data. Exactly one of `shape`, `users` and `requests` is there. */
export interface TrafficText {
  readonly name: string;
  /** Rates of requests; their sum is the rate. */
  readonly shape?: readonly ShapeText[] | undefined;
  /** Numbers of users; their sum, rounded, is how many there are. */
  readonly users?: readonly ShapeText[] | undefined;
  /** How long a user thinks between answer and next request; with `users` only. */
  readonly think?: DurationSpec | undefined;
  /** Single requests as they were recorded. */
  readonly requests?: ShapeText | undefined;
  /** Multiplied into the sum of the shapes or users. */
  readonly factors?: readonly ShapeText[] | undefined;
  readonly adjust?: TrafficAdjustments | undefined;
  /** Absent: `poisson`. With `shape` only. */
  readonly spacing?: 'poisson' | 'even' | undefined;
  /** With `shape` only, whose rate stays that of requests: there are as many fewer batches. */
  readonly batch?: ShapeText | undefined;
}

/** What `trafficSource` needs besides the text. */
export interface TrafficRun extends Pick<TrafficContext, 'open'> {
  /** Length of the run, over which means and peaks are taken. */
  readonly durationUs: number;
}

/**
 * What the text describes, as a function that makes it anew for each run from the run's streams (whose names begin with
 * `traffic/<name>/`). Files are read here, once. Throws InputError for everything that cannot be, before any run.
 */
export function trafficSource(text: TrafficText, run: TrafficRun): (streams: StreamOf) => TrafficSource {
  const make = unchecked(text, run);
  // Once for nothing: what shows only when the curve is made, or played, should be told now.
  const source = make((name) => stream('check', name));
  if (source.kind !== 'times') checkCurve(source.kind === 'open' ? source.curve : source.users, run.durationUs);
  return make;
}

/** A run that has more changes of rate than this would do little else. */
const MOST_CHANGES = 2_000_000;
/** A million requests a second are 10^6: nothing real is above this. */
const HIGHEST_LEVEL = 1e12;

function checkCurve(curve: LevelCurve, durationUs: number): void {
  let changes = 0;
  for (let timeUs = 0; timeUs < durationUs; timeUs = curve.untilUs(timeUs)) {
    const level = curve.at(timeUs);
    if (!(level >= 0 && level <= HIGHEST_LEVEL))
      throw new InputError(
        `the traffic comes to ${level} at ${durationText(timeUs)}; it must stay between 0 and ${HIGHEST_LEVEL}`,
      );
    if (++changes > MOST_CHANGES)
      throw new InputError(
        `the traffic changes more than ${MOST_CHANGES} times in the run; write longer bursts, periods or steps`,
      );
  }
}

function unchecked(text: TrafficText, run: TrafficRun): (streams: StreamOf) => TrafficSource {
  const given = [text.shape, text.users, text.requests].filter((part) => part !== undefined);
  if (given.length !== 1)
    throw new InputError('traffic has one of shape, users and requests; write shape for requests at a rate');
  if (text.requests !== undefined) return recorded(text, text.requests, run);
  const { users, think } = text;
  if (users !== undefined) {
    if (think === undefined)
      throw new InputError('users need a time to think between answer and next request; write think: 5s');
    if (text.batch !== undefined || text.spacing !== undefined)
      throw new InputError('users ask one by one when they have thought: batch and spacing belong to shape');
    const curve = curveOf(text, users, run);
    return (streams) => ({ kind: 'closed', users: roundedCurve(curve(streams)), think });
  }
  if (think !== undefined) throw new InputError('think belongs to users; a shape has requests that come by themselves');
  const curve = curveOf(text, text.shape ?? [], run);
  const { spacing = 'poisson' } = text;
  if (text.batch === undefined) return (streams) => ({ kind: 'open', curve: curve(streams), spacing });
  const kind = batchKind(text.batch.kind);
  const batch = kind.make(trafficOptions(kind, text.batch.options));
  return (streams) => ({ kind: 'open', curve: scaledCurve(curve(streams), 1 / batch.mean), spacing, batch });
}

function recorded(text: TrafficText, requests: ShapeText, run: TrafficRun): (streams: StreamOf) => TrafficSource {
  for (const key of ['think', 'factors', 'adjust', 'spacing', 'batch'] as const)
    if (text[key] !== undefined)
      throw new InputError(
        `${key} cannot be applied to single requests; use the options of ${requests.kind}, or a series`,
      );
  const kind = trafficKind(requests.kind, ['requests']);
  return kind.make(trafficOptions(kind, requests.options), {
    open: run.open,
    streamName: `traffic/${text.name}/${kind.name}`,
  });
}

function curveOf(
  { name, factors = [], adjust = {} }: TrafficText,
  shapes: readonly ShapeText[],
  run: TrafficRun,
): (streams: StreamOf) => LevelCurve {
  if (shapes.length === 0)
    throw new InputError('the list of shapes is empty; write at least one, such as constant: { rate: 10/s }');
  const made = (list: readonly ShapeText[], makes: 'rate' | 'factor', part: string) =>
    list.map(({ kind: kindName, options }, place) => {
      const kind = trafficKind(kindName, [makes]);
      const streamName = `traffic/${name}/${part}${place}-${kind.name}`;
      const curve = kind.curve?.(trafficOptions(kind, options), { open: run.open, streamName });
      if (curve === undefined) throw new InputError(`${kind.name} has no curve`);
      return curve;
    });
  const rates = made(shapes, 'rate', 'shape-');
  const multiplied = made(factors, 'factor', 'factor-');
  const build = (streams: StreamOf): LevelCurve => {
    const sum = sumOfCurves(rates.map((curve) => curve(streams)));
    return adjusted(productOfCurves([sum, ...multiplied.map((curve) => curve(streams))]), adjust, run.durationUs);
  };
  if ([adjust.factor, adjust.mean, adjust.peak].filter((value) => value !== undefined).length > 1)
    throw new InputError('a factor, a mean and a peak were given; keep one of them, since each sets the scale');
  return build;
}

function adjusted(curve: LevelCurve, how: TrafficAdjustments, durationUs: number): LevelCurve {
  let result = curve;
  if (how.compress !== undefined) result = compressedCurve(result, how.compress);
  if (how.delayUs !== undefined) result = shiftedCurve(result, how.delayUs);
  if (how.fromUs !== undefined || how.untilUs !== undefined)
    result = windowOfCurve(result, how.fromUs ?? 0, how.untilUs ?? Infinity);
  if (how.repeatUs !== undefined) result = repeatedCurve(result, how.repeatUs);
  if (how.factor !== undefined) result = scaledCurve(result, how.factor);
  if (how.mean !== undefined) result = scaledToMean(result, how.mean, 0, durationUs);
  if (how.peak !== undefined) result = scaledToPeak(result, how.peak, 0, durationUs);
  if (how.least !== undefined || how.most !== undefined)
    result = clippedCurve(result, { least: how.least ?? 0, most: how.most ?? Infinity });
  return result;
}
