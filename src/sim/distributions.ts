import { exp, log, pow } from './exact-math.ts';
import type { RandomStream } from './random.ts';
import { unitExponential, unitNormal } from './ziggurat.ts';

/**
 * Samplers, stream first: `exponential(stream)(ratePerSecond)` draws once. Each stream gives the same numbers on every
 * engine, because nothing here calls the engine's own exp and log (see exact-math.ts).
 */
export type Sampler = (stream: RandomStream) => number;

/** Exponential gaps: mean 1 / rate, in the unit the rate is per. */
export const exponential =
  (stream: RandomStream) =>
  (rate: number): number =>
    unitExponential(stream) / rate;

export const normal =
  (stream: RandomStream) =>
  (mean: number, deviation: number): number =>
    mean + deviation * unitNormal(stream);

/** exp of a normal with this mean and deviation; the median is exp(mu). */
export const lognormal =
  (stream: RandomStream) =>
  (mu: number, sigma: number): number =>
    exp(mu + sigma * unitNormal(stream));

/** Weibull of this shape and scale: below shape 1 bursty, at 1 exponential, above it regular. */
export const weibull =
  (stream: RandomStream) =>
  (shape: number, scale: number): number =>
    scale * pow(unitExponential(stream), 1 / shape);

/** Pareto from `from` on with tail exponent alpha, cut at `limit` (Infinity: not at all) without heaping up there. */
export const pareto =
  (stream: RandomStream) =>
  (alpha: number, from: number, limit = Infinity): number => {
    const cut = limit === Infinity ? 0 : pow(from / limit, alpha);
    // 1 - u lies in (0, 1], so the power is finite.
    return from * pow(cut + (1 - stream.fine()) * (1 - cut), -1 / alpha);
  };

/** Tries up to and with the first success: 1, 2, ..., mean 1 / chance. */
export const geometric =
  (stream: RandomStream) =>
  (chance: number): number =>
    chance >= 1 ? 1 : 1 + Math.floor(unitExponential(stream) / -log(1 - chance));

/** The number of arrivals in a span that has `mean` of them on average: counts exponential gaps, so O(mean). */
export const poisson =
  (stream: RandomStream) =>
  (mean: number): number => {
    let count = 0;
    for (let left = mean - unitExponential(stream); left > 0; left -= unitExponential(stream)) count++;
    return count;
  };

/**
 * Draws an index with chance proportional to its weight, in constant time (Walker 1977, built by Vose's method 1991).
 * Weights are finite, >= 0, not all 0, and at most 2^16 of them, since one number of 32 bits decides.
 */
export function aliasTable(weights: readonly number[]): Sampler {
  const size = weights.length;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (size === 0 || size > 65_536 || !(total > 0 && total < Infinity) || weights.some((weight) => !(weight >= 0)))
    throw new RangeError(
      `an alias table needs 1 to 65536 weights >= 0 with a positive sum, got ${size} with sum ${total}`,
    );
  const chance = new Float64Array(size);
  const alias = new Uint16Array(size);
  const small: number[] = [];
  const large: number[] = [];
  weights.forEach((weight, k) => {
    chance[k] = (weight * size) / total;
    (chance[k] < 1 ? small : large).push(k);
  });
  while (small.length > 0 && large.length > 0) {
    const poor = small.pop()!;
    const rich = large.pop()!;
    alias[poor] = rich;
    chance[rich] = chance[rich] + chance[poor] - 1;
    (chance[rich] < 1 ? small : large).push(rich);
  }
  // What is left differs from 1 by rounding only.
  for (const k of [...small, ...large]) chance[k] = 1;
  return (stream) => {
    const place = stream.next() * size;
    const k = Math.floor(place);
    return place - k < chance[k] ? k : alias[k];
  };
}

/** Weights 1, 1/2^s, 1/3^s, ...: few who ask for much, many who ask for little. */
export function zipfWeights(count: number, exponent: number): number[] {
  return Array.from({ length: count }, (_, k) => pow(k + 1, -exponent));
}
