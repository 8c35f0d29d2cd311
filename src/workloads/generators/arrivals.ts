import { weibull, type Sampler } from '../../sim/distributions.ts';
import { exp } from '../../sim/exact-math.ts';
import { stream } from '../../sim/random.ts';
import { hours } from '../../sim/time.ts';
import { unitExponential, unitNormal } from '../../sim/ziggurat.ts';

/**
 * Users come in sessions; a session brings one or several jobs. The rate of sessions follows the hour of the day, the
 * day of the week and a slow drift, which together with the sizes of sessions give the published dispersion.
 */
export interface ArrivalProcess {
  readonly sessionsPerHour: number;
  /** Gaps between sessions are Weibull of this shape (absent: exponential), `mean` being that of the unit scale. */
  readonly gaps?: { readonly shape: number; readonly mean: number };
  /** Relative rate in each hour of the day, from midnight; brought to mean 1. */
  readonly hourOfDay?: readonly number[];
  /** Relative rate on each day of the week, from Monday; brought to mean 1. */
  readonly dayOfWeek?: readonly number[];
  /** A lognormal factor of mean 1, drawn anew each hour, with this deviation of its logarithm and this memory. */
  readonly drift?: { readonly deviation: number; readonly memoryHours: number };
  /** Jobs in a session; absent: one. */
  readonly sessionSize?: Sampler;
  /** Mean gap between the jobs of a session, as a share of the mean gap between sessions. */
  readonly gapInSession?: number;
}

/** Arrivals in order of time; `advance` moves to the next. */
export interface Arrivals {
  /** Microseconds, whole. */
  atUs: number;
  /** A small number that the jobs of one session share; used again when the session is over. */
  slot: number;
  /** Whether this is the first job of its session. */
  opens: boolean;
  advance(): void;
}

const HOUR_US = hours(1);

/**
 * All gaps are drawn in *operational time*, in which sessions come at rate 1, and only then stretched to the clock. So
 * another rate moves every arrival but never swaps two.
 */
export function arrivalsOf(process: ArrivalProcess, seed: number | string): Arrivals {
  const starts = stream(seed, 'arrivals');
  const sizes = stream(seed, 'arrivals/sizes');
  const inner = stream(seed, 'arrivals/in-session');
  const { gaps, sessionSize } = process;
  const gap = gaps ? () => weibull(starts)(gaps.shape, 1 / gaps.mean) : () => unitExponential(starts);
  const innerMean = process.gapInSession ?? 0;
  const clock = stretch(process, seed);
  // Open sessions, unordered: few are open at once, so looking through them is cheap.
  const due: number[] = [];
  const left: number[] = [];
  const free: number[] = [];
  let nextStart = gap();
  return {
    atUs: 0,
    slot: 0,
    opens: true,
    advance() {
      let first = -1;
      for (let slot = 0; slot < due.length; slot++) {
        if (left[slot] > 0 && (first < 0 || due[slot] < due[first])) first = slot;
      }
      this.opens = first < 0 || nextStart <= due[first];
      if (this.opens) {
        first = free.pop() ?? due.length;
        due[first] = nextStart;
        left[first] = sessionSize ? sessionSize(sizes) : 1;
        nextStart += gap();
      }
      this.slot = first;
      this.atUs = clock(due[first]);
      if (--left[first] > 0) due[first] += innerMean * unitExponential(inner);
      else free.push(first);
    },
  };
}

/** From operational time to microseconds; asked in rising order. */
function stretch(process: ArrivalProcess, seed: number | string): (operational: number) => number {
  const weather = stream(seed, 'arrivals/drift');
  const byHour = meanOne(process.hourOfDay ?? [1]);
  const byDay = meanOne(process.dayOfWeek ?? [1]);
  const { deviation, memoryHours } = process.drift ?? { deviation: 0, memoryHours: 1 };
  const kept = exp(-1 / memoryHours);
  const fresh = Math.sqrt(1 - kept * kept);
  let drift = unitNormal(weather);
  const rateIn = (hour: number): number =>
    process.sessionsPerHour *
    byHour[hour % byHour.length] *
    byDay[Math.floor(hour / 24) % byDay.length] *
    exp(deviation * drift - (deviation * deviation) / 2);
  let hour = 0;
  let rate = rateIn(0);
  let from = 0;
  return (operational) => {
    while (operational >= from + rate) {
      from += rate;
      hour++;
      drift = kept * drift + fresh * unitNormal(weather);
      rate = rateIn(hour);
    }
    return hour * HOUR_US + Math.floor(((operational - from) / rate) * HOUR_US);
  };
}

function meanOne(factors: readonly number[]): number[] {
  const mean = factors.reduce((sum, factor) => sum + factor, 0) / factors.length;
  return factors.map((factor) => factor / mean);
}
