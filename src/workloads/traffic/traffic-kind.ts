import type { RandomStream } from '../../sim/random.ts';
import type { LevelCurve, TrafficSource } from '../../sim/requests/traffic.ts';
import type { ByteSource } from '../byte-source.ts';

/** One option of a kind of traffic, as a user writes it: `diurnal: { mean: 200/s, peakToTrough: 3 }`. */
export interface TrafficField {
  readonly name: string;
  /**
   * `duration` is written "30s" and handed over in microseconds; `rate` is written "200/s" or "12000/min" (a number of
   * users: plainly) and handed over per second; `share` is written "60%"; `points` are [duration, rate] pairs.
   */
  readonly kind:
    'count' | 'number' | 'share' | 'duration' | 'rate' | 'choice' | 'switch' | 'text' | 'numbers' | 'texts' | 'points';
  /** Absent: the option may be left out, and `make` knows what that means; or it must be given, if `required`. */
  readonly default?: TrafficValue;
  readonly required?: boolean;
  /** Whole sentence for lists. */
  readonly meaning: string;
  readonly choices?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

export type TrafficValue =
  number | string | boolean | readonly number[] | readonly string[] | readonly (readonly [number, number])[];

export type TrafficOptions = Readonly<Record<string, TrafficValue | undefined>>;

/** What a kind needs besides its options. */
export interface TrafficContext {
  /** What its random streams are called, `traffic/web/0-bursty`: unlike any other in the run. */
  readonly streamName: string;
  /** Opens a recording by the path the user or a preset gave, below the folder of traces. */
  readonly open: (file: string) => ByteSource;
}

export type StreamOf = (name: string) => RandomStream;

/** A kind of traffic that a scenario can name. */
export interface TrafficKind {
  readonly name: string;
  /** One line: what it does. */
  readonly summary: string;
  /** The paper, data or product it comes from. */
  readonly source: string;
  /** `rate`: requests per second, or users; `factor`: multiplied into a rate; `requests`: one by one, as recorded. */
  readonly makes: 'rate' | 'factor' | 'requests';
  readonly fields: readonly TrafficField[];
  /**
   * The curve alone, to be summed or multiplied; absent where single requests are made. `options` holds what
   * `trafficOptions` gives. Files are read at once, streams only when the function is called, once a run.
   */
  readonly curve?: (options: TrafficOptions, context: TrafficContext) => (streams: StreamOf) => LevelCurve;
  /** The whole traffic on its own; of a rate, with Poisson arrivals. */
  readonly make: (options: TrafficOptions, context: TrafficContext) => (streams: StreamOf) => TrafficSource;
}

/** A kind that makes a curve: alone it is Poisson arrivals at that rate. */
export function curveKind(
  kind: Omit<TrafficKind, 'make' | 'makes'> & {
    readonly makes: 'rate' | 'factor';
    readonly curve: NonNullable<TrafficKind['curve']>;
  },
): TrafficKind {
  return {
    ...kind,
    make(options, context) {
      const curve = kind.curve(options, context);
      return (streams) => ({ kind: 'open', curve: curve(streams), spacing: 'poisson' });
    },
  };
}
