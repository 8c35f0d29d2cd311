import { aliasTable } from '../../sim/distributions.ts';
import { exp } from '../../sim/exact-math.ts';
import { InputError } from '../../sim/input-error.ts';
import type { RandomStream } from '../../sim/random.ts';
import type { LevelCurve } from '../../sim/requests/traffic.ts';
import { unitExponential } from '../../sim/ziggurat.ts';
import { checkLevel } from './basic-curves.ts';

/** One state of a Markov-modulated rate. */
export interface RateState {
  readonly level: number;
  /** Mean time in the state; times are exponential. */
  readonly meanUs: number;
}

/**
 * A rate that jumps between states at random: with Poisson arrivals, a Markov-modulated Poisson process (MMPP; Fischer
 * and Meier-Hellstern, Performance Evaluation 18, 1993). From each state every other follows with the same chance. It
 * begins in a state drawn by the share of time each has, so it is stationary from time 0; before that, the first state
 * holds. What has been drawn is kept (16 bytes a jump), so it may be asked about any time in any order.
 */
export function mmppCurve(states: readonly RateState[], stream: RandomStream): LevelCurve {
  if (states.length === 0) throw new InputError('there are no states; write at least one [mean time, rate]');
  for (const [k, state] of states.entries()) {
    checkLevel(`the level of state ${k + 1}`, state.level);
    if (!(state.meanUs >= 1))
      throw new InputError(`the mean time of state ${k + 1} must be above 0; write it like 30s`);
  }
  const first = aliasTable(states.map(({ meanUs }) => meanUs))(stream);
  if (states.length === 1) return { at: () => states[0].level, untilUs: () => Infinity };
  let state = first;
  let count = 0;
  let ends = new Float64Array(64);
  let levels = new Float64Array(64);
  let last = 0;
  const extend = (): void => {
    if (count === ends.length) [ends, levels] = [wider(ends), wider(levels)];
    const beganUs = count === 0 ? 0 : ends[count - 1];
    ends[count] = beganUs + Math.max(1, Math.round(states[state].meanUs * unitExponential(stream)));
    levels[count++] = states[state].level;
    const other = states.length === 2 ? 1 - state : stream.below(states.length - 1);
    state = states.length > 2 && other >= state ? other + 1 : other;
  };
  const find = (timeUs: number): number => {
    while (ends[count - 1] <= timeUs) extend();
    if (timeUs < 0) return 0;
    if (last > 0 && timeUs < ends[last - 1]) last = 0;
    if (ends[last] <= timeUs) last++;
    if (ends[last] <= timeUs) {
      let high = count - 1;
      while (last < high) {
        const middle = (last + high) >>> 1;
        if (ends[middle] > timeUs) high = middle;
        else last = middle + 1;
      }
    }
    return last;
  };
  extend();
  // The place first: finding it may put wider columns in place of these.
  return {
    at(timeUs) {
      const place = find(timeUs);
      return levels[place];
    },
    untilUs(timeUs) {
      const place = find(timeUs);
      return ends[place];
    },
  };
}

export interface BurstOptions {
  readonly meanPerSecond: number;
  /** Index of dispersion for counts, variance over mean, in windows of `windowUs`: 1 would be Poisson. */
  readonly dispersion: number;
  readonly windowUs: number;
  /** Mean length of a burst. */
  readonly burstUs: number;
  /**
   * Share of time in bursts, between 0 and 1. Absent: 0.1, or the largest share that allows this dispersion (with
   * silence between bursts) when that is less.
   */
  readonly burstShare?: number | undefined;
}

/**
 * The two-state MMPP, [quiet, burst], with this mean, dispersion and burst length. With q the share of bursts and
 * T = burst (1 - q) the time in which the state is forgotten, IDC(w) = 1 + 2 V / mean (T - T^2 / w (1 - e^(-w/T))), with
 * V = q (1 - q) (burst rate - quiet rate)^2 the variance of the rate; solved for the two rates. Throws InputError when
 * the quiet rate would have to be negative.
 */
export function fitBursts({
  meanPerSecond,
  dispersion,
  windowUs,
  burstUs,
  burstShare,
}: BurstOptions): readonly [RateState, RateState] {
  if (!(meanPerSecond > 0 && meanPerSecond < Infinity)) throw new InputError('bursts need a mean rate above 0');
  if (!(dispersion >= 1 && dispersion < Infinity))
    throw new InputError(`a dispersion of ${dispersion} is less than Poisson's 1, which bursts only raise`);
  if (!(windowUs > 0 && burstUs >= 1)) throw new InputError('the window and the length of bursts must be above 0');
  if (burstShare !== undefined && !(burstShare > 0 && burstShare < 1))
    throw new InputError(`the share of bursts is ${burstShare}; write a share between 0 and 1, such as 10%`);
  const deviation = (share: number): number => {
    const forgetS = (burstUs * (1 - share)) / 1e6;
    const windowS = windowUs / 1e6;
    const memoryS = forgetS - ((forgetS * forgetS) / windowS) * (1 - exp(-windowS / forgetS));
    return Math.sqrt(((dispersion - 1) * meanPerSecond) / (2 * memoryS));
  };
  /** How much quieter than the mean it is between bursts, when they have this share. */
  const dip = (share: number): number => deviation(share) * Math.sqrt(share / (1 - share));
  const share = burstShare ?? (dip(0.1) <= meanPerSecond ? 0.1 : largestShare((q) => dip(q) <= meanPerSecond));
  const quiet = meanPerSecond - dip(share);
  if (quiet < -1e-9 * meanPerSecond)
    throw new InputError(
      `a dispersion of ${dispersion} needs rarer bursts than ${share} of the time: write a share of at most ${largestShare((q) => dip(q) <= meanPerSecond).toPrecision(3)}, or longer bursts`,
    );
  return [
    { level: Math.max(0, quiet), meanUs: (burstUs * (1 - share)) / share },
    { level: meanPerSecond + deviation(share) * Math.sqrt((1 - share) / share), meanUs: burstUs },
  ];
}

/** By bisection; dips grow with the share, since longer and rarer bursts are forgotten later. */
function largestShare(feasible: (share: number) => boolean): number {
  let low = 0;
  let high = 1;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (feasible(middle)) low = middle;
    else high = middle;
  }
  return low;
}

function wider(values: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const copy = new Float64Array(values.length * 2);
  copy.set(values);
  return copy;
}
