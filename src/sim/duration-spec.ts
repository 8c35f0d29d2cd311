import { gamma } from './gamma.ts';
import { exp, log } from './exact-math.ts';
import { lognormal, pareto, weibull } from './distributions.ts';
import type { RandomStream } from './random.ts';
import { unitExponential } from './ziggurat.ts';

/**
 * How long something takes, as plain data. All but `pareto` are told by their mean, so that load can be reckoned
 * without drawing. Times are microseconds and need not be whole; whoever turns one into an event rounds it.
 */
export type DurationSpec =
  | { readonly kind: 'constant'; readonly meanUs: number }
  | { readonly kind: 'exponential'; readonly meanUs: number }
  | { readonly kind: 'uniform'; readonly lowUs: number; readonly highUs: number }
  /** Sum of so many exponential phases: squared coefficient of variation 1 / phases. */
  | { readonly kind: 'erlang'; readonly meanUs: number; readonly phases: number }
  /** Two exponentials with balanced means; `squaredCv` (variance over squared mean) >= 1. */
  | { readonly kind: 'hyperexponential'; readonly meanUs: number; readonly squaredCv: number }
  /** exp of a normal with deviation `sigma`; its median is meanUs / exp(sigma^2 / 2). */
  | { readonly kind: 'lognormal'; readonly meanUs: number; readonly sigma: number }
  | { readonly kind: 'weibull'; readonly meanUs: number; readonly shape: number }
  /** Tail exponent `alpha`, from `fromUs` on, cut at `limitUs` (absent: not at all; then alpha must exceed 1). */
  | { readonly kind: 'pareto'; readonly alpha: number; readonly fromUs: number; readonly limitUs?: number }
  /** As it was measured: at least two quantiles at even shares from 0 to 1, which do not fall; linear between them. */
  | { readonly kind: 'empirical'; readonly quantilesUs: readonly number[] }
  /** One of several, each with a weight. */
  | { readonly kind: 'mixture'; readonly parts: readonly { readonly weight: number; readonly of: DurationSpec }[] };

/** A source of durations in microseconds; every call draws once. */
export type DurationSampler = () => number;

/** A sampler of the durations that the spec describes, drawing from the stream. */
export function durationSampler(spec: DurationSpec, stream: RandomStream): DurationSampler {
  switch (spec.kind) {
    case 'constant': {
      const { meanUs } = spec;
      return () => meanUs;
    }
    case 'exponential': {
      const { meanUs } = spec;
      return () => meanUs * unitExponential(stream);
    }
    case 'uniform': {
      const { lowUs, highUs } = spec;
      return () => lowUs + (highUs - lowUs) * stream.fine();
    }
    case 'erlang': {
      const phaseUs = spec.meanUs / spec.phases;
      return () => {
        let sum = 0;
        for (let phase = 0; phase < spec.phases; phase++) sum += unitExponential(stream);
        return sum * phaseUs;
      };
    }
    case 'hyperexponential': {
      const { chance, firstUs, secondUs } = hyperexponentialParts(spec.meanUs, spec.squaredCv);
      return () => (stream.next() < chance ? firstUs : secondUs) * unitExponential(stream);
    }
    case 'lognormal': {
      const draw = lognormal(stream);
      const mu = log(spec.meanUs) - (spec.sigma * spec.sigma) / 2;
      return () => draw(mu, spec.sigma);
    }
    case 'weibull': {
      const draw = weibull(stream);
      const scale = spec.meanUs / gamma(1 + 1 / spec.shape);
      return () => draw(spec.shape, scale);
    }
    case 'pareto': {
      const draw = pareto(stream);
      return () => draw(spec.alpha, spec.fromUs, spec.limitUs ?? Infinity);
    }
    case 'empirical': {
      const { quantilesUs } = spec;
      const steps = quantilesUs.length - 1;
      return () => {
        const place = stream.fine() * steps;
        const below = Math.floor(place);
        return quantilesUs[below] + (quantilesUs[below + 1] - quantilesUs[below]) * (place - below);
      };
    }
    case 'mixture':
      return mixtureSampler(spec.parts, stream);
    default:
      return spec satisfies never;
  }
}

function mixtureSampler(
  parts: readonly { readonly weight: number; readonly of: DurationSpec }[],
  stream: RandomStream,
): DurationSampler {
  const total = parts.reduce((sum, part) => sum + part.weight, 0);
  const samplers = parts.map((part) => durationSampler(part.of, stream));
  return () => {
    let at = stream.next() * total;
    let k = 0;
    while (k < parts.length - 1 && at >= parts[k].weight) at -= parts[k++].weight;
    return samplers[k]();
  };
}

/**
 * The two exponentials of a hyperexponential with balanced means (each contributes half of the mean): the chance of the
 * first and both means (Allen, Probability, Statistics and Queueing Theory, 1990).
 */
export function hyperexponentialParts(
  meanUs: number,
  squaredCv: number,
): { chance: number; firstUs: number; secondUs: number } {
  const chance = (1 + Math.sqrt((squaredCv - 1) / (squaredCv + 1))) / 2;
  return { chance, firstUs: meanUs / (2 * chance), secondUs: meanUs / (2 * (1 - chance)) };
}

/** What was measured as a mixture: uniform between neighbouring quantiles, all equally likely. */
export function empiricalParts({
  quantilesUs,
}: Extract<DurationSpec, { kind: 'empirical' }>): { readonly weight: number; readonly of: DurationSpec }[] {
  return quantilesUs
    .slice(1)
    .map((highUs, k) => ({ weight: 1, of: { kind: 'uniform' as const, lowUs: quantilesUs[k], highUs } }));
}

/** The mean in microseconds. */
export function durationMeanUs(spec: DurationSpec): number {
  switch (spec.kind) {
    case 'uniform':
      return (spec.lowUs + spec.highUs) / 2;
    case 'pareto':
      return paretoMoment(spec, 1);
    case 'empirical':
      return weighted(empiricalParts(spec), durationMeanUs);
    case 'mixture':
      return weighted(spec.parts, durationMeanUs);
    default:
      return spec.meanUs;
  }
}

/** The squared coefficient of variation: variance over the square of the mean; 0 when the mean is 0. */
export function durationSquaredCv(spec: DurationSpec): number {
  const meanUs = durationMeanUs(spec);
  return meanUs === 0 ? 0 : secondMoment(spec) / (meanUs * meanUs) - 1;
}

function secondMoment(spec: DurationSpec): number {
  switch (spec.kind) {
    case 'constant':
      return spec.meanUs * spec.meanUs;
    case 'exponential':
      return 2 * spec.meanUs * spec.meanUs;
    case 'uniform':
      return (spec.lowUs * spec.lowUs + spec.lowUs * spec.highUs + spec.highUs * spec.highUs) / 3;
    case 'erlang':
      return (1 + 1 / spec.phases) * spec.meanUs * spec.meanUs;
    case 'hyperexponential':
      return (1 + spec.squaredCv) * spec.meanUs * spec.meanUs;
    case 'lognormal':
      return exp(spec.sigma * spec.sigma) * spec.meanUs * spec.meanUs;
    case 'weibull': {
      const first = gamma(1 + 1 / spec.shape);
      return (gamma(1 + 2 / spec.shape) / (first * first)) * spec.meanUs * spec.meanUs;
    }
    case 'pareto':
      return paretoMoment(spec, 2);
    case 'empirical':
      return weighted(empiricalParts(spec), secondMoment);
    case 'mixture':
      return weighted(spec.parts, secondMoment);
    default:
      return spec satisfies never;
  }
}

/** E[X^order] of a Pareto between `fromUs` and `limitUs`; Infinity where it has none. */
function paretoMoment(spec: Extract<DurationSpec, { kind: 'pareto' }>, order: 1 | 2): number {
  const { alpha, fromUs, limitUs } = spec;
  const power = order === 1 ? fromUs : fromUs * fromUs;
  if (limitUs === undefined || limitUs === Infinity)
    return alpha > order ? (alpha * power) / (alpha - order) : Infinity;
  const ratio = log(limitUs / fromUs);
  const kept = 1 - exp(-alpha * ratio);
  if (alpha === order) return (alpha * power * ratio) / kept;
  return ((alpha * power) / (alpha - order)) * ((1 - exp((order - alpha) * ratio)) / kept);
}

function weighted(
  parts: readonly { readonly weight: number; readonly of: DurationSpec }[],
  value: (spec: DurationSpec) => number,
): number {
  const total = parts.reduce((sum, part) => sum + part.weight, 0);
  return parts.reduce((sum, part) => sum + part.weight * value(part.of), 0) / total;
}
