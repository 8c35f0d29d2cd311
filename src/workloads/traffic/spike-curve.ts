import { exp, log, pow } from '../../sim/exact-math.ts';
import { InputError } from '../../sim/input-error.ts';
import type { LevelCurve } from '../../sim/requests/traffic.ts';
import { checkLevel, constantCurve } from './basic-curves.ts';
import { sumOfCurves } from './combine-curves.ts';
import { stepCurve } from './step-curve.ts';

/** How a spike dies away from its plateau; t is the time since then. */
export type SpikeDecay =
  /** Half of it is left after each `halfLifeUs`. */
  | { readonly kind: 'exponential'; readonly halfLifeUs: number }
  /** (1 + t / scaleUs)^-exponent: fast at first, with a long tail, as views of videos (Crane and Sornette, PNAS 105, 2008). */
  | { readonly kind: 'power'; readonly scaleUs: number; readonly exponent: number }
  /** Straight down to nothing. */
  | { readonly kind: 'linear'; readonly lastsUs: number };

export interface Spike {
  /** When it begins to rise. */
  readonly atUs: number;
  /** The straight way up; 0: at once. */
  readonly riseUs: number;
  /** What it adds at its height. */
  readonly peak: number;
  /** How long it stays there. */
  readonly plateauUs: number;
  readonly decay: SpikeDecay;
}

/** Steps of the way up, and of each halving on the way down. */
const RISE_STEPS = 32;
const STEPS_A_HALVING = 8;
/** Below this share of its peak a spike is over. */
const OVER = 0.001;

/**
 * Spikes, or flash crowds, on top of a base level; where several overlap they add up. Every step has the mean of the
 * exact shape over it. A decay is cut where a thousandth of the peak is left (`spikeEndUs`).
 */
export function spikesCurve({
  base = 0,
  spikes,
}: {
  readonly base?: number;
  readonly spikes: readonly Spike[];
}): LevelCurve {
  return sumOfCurves([constantCurve(base), ...spikes.map(oneSpike)]);
}

/** When nothing is left of the spike. */
export function spikeEndUs(spike: Spike): number {
  return Math.round(spike.atUs + spike.riseUs + spike.plateauUs + decayLastsUs(spike.decay));
}

/** What the spike adds in all, in level times microseconds: the exact area under it. */
export function spikeArea({ peak, riseUs, plateauUs, decay }: Spike): number {
  return peak * (riseUs / 2 + plateauUs + decayArea(decay, decayLastsUs(decay)));
}

function oneSpike(spike: Spike): LevelCurve {
  check(spike);
  const { atUs, riseUs, peak, plateauUs, decay } = spike;
  const timesUs: number[] = [];
  const levels: number[] = [];
  const add = (timeUs: number, level: number): void => {
    // What is shorter than a microsecond does not exist.
    const at = timesUs[timesUs.length - 1] === timeUs ? timesUs.length - 1 : timesUs.length;
    timesUs[at] = timeUs;
    levels[at] = level;
  };
  const rises = riseUs > 0 ? Math.min(RISE_STEPS, riseUs) : 0;
  for (let k = 0; k < rises; k++) add(atUs + Math.round((riseUs * k) / rises), (peak * (k + 0.5)) / rises);
  const topUs = atUs + riseUs;
  add(topUs, peak);
  const fallUs = topUs + plateauUs;
  const edges = decayEdgesUs(decay);
  for (let k = 1; k < edges.length; k++)
    add(
      fallUs + Math.round(edges[k - 1]),
      (peak * (decayArea(decay, edges[k]) - decayArea(decay, edges[k - 1]))) / (edges[k] - edges[k - 1]),
    );
  add(spikeEndUs(spike), 0);
  return stepCurve(timesUs, levels, 0);
}

function check({ riseUs, peak, plateauUs, decay }: Spike): void {
  checkLevel('the peak of a spike', peak);
  if (!(riseUs >= 0 && plateauUs >= 0)) throw new InputError('a spike cannot rise or stay for less than no time');
  const lengthUs =
    decay.kind === 'exponential' ? decay.halfLifeUs : decay.kind === 'power' ? decay.scaleUs : decay.lastsUs;
  if (!(lengthUs > 0 && lengthUs < Infinity))
    throw new InputError('the decay of a spike needs a time above 0; write it like 10m');
  if (decay.kind === 'power' && !(decay.exponent >= 0.2))
    throw new InputError(`the exponent of a decay is ${decay.exponent}; write a number from 0.2 up, such as 1.4`);
}

/** How long the decay lasts until it is cut. */
function decayLastsUs(decay: SpikeDecay): number {
  if (decay.kind === 'linear') return decay.lastsUs;
  if (decay.kind === 'power') return decay.scaleUs * (pow(OVER, -1 / decay.exponent) - 1);
  return (decay.halfLifeUs * -log(OVER)) / Math.LN2;
}

/** The area under a decay from height 1 in its first `afterUs`. */
function decayArea(decay: SpikeDecay, afterUs: number): number {
  switch (decay.kind) {
    case 'linear':
      return afterUs - (afterUs * afterUs) / (2 * decay.lastsUs);
    case 'exponential':
      return (decay.halfLifeUs / Math.LN2) * (1 - exp((-Math.LN2 * afterUs) / decay.halfLifeUs));
    case 'power': {
      const grown = log(1 + afterUs / decay.scaleUs);
      const rest = 1 - decay.exponent;
      return decay.scaleUs * (rest === 0 ? grown : (exp(rest * grown) - 1) / rest);
    }
    default:
      return decay satisfies never;
  }
}

/** Edges of steps in which the decay loses about equal shares, from 0 to where it is cut. */
function decayEdgesUs(decay: SpikeDecay): number[] {
  const lastsUs = decayLastsUs(decay);
  if (decay.kind === 'linear') return Array.from({ length: RISE_STEPS + 1 }, (_, k) => (lastsUs * k) / RISE_STEPS);
  const count = Math.ceil((-log(OVER) / Math.LN2) * STEPS_A_HALVING);
  return Array.from({ length: count + 1 }, (_, k) => {
    if (k === count) return lastsUs;
    if (decay.kind === 'exponential') return (lastsUs * k) / count;
    return decay.scaleUs * (pow(OVER, -k / count / decay.exponent) - 1);
  });
}
