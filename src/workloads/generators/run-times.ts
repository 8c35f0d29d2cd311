import { lognormal, pareto, type Sampler } from '../../sim/distributions.ts';
import { exp, log } from '../../sim/exact-math.ts';

/** A sampler that knows its mean, so that load can be set without trying. */
export interface KnownMean {
  readonly mean: number;
  readonly draw: Sampler;
}

/** A lognormal body with a Pareto tail, in seconds: run times of jobs, whose tail one lognormal underestimates. */
export interface BodyAndTail {
  readonly mu: number;
  readonly sigma: number;
  /** The share of draws in the tail, and where it begins. */
  readonly tailShare: number;
  readonly tailFrom: number;
  readonly alpha: number;
}

/** Draws from body and tail, nothing beyond `longest` seconds. */
export function bodyAndTail({ mu, sigma, tailShare, tailFrom, alpha }: BodyAndTail, longest: number): KnownMean {
  const bodyEnd = Math.min(tailFrom, longest);
  const share = longest > tailFrom ? tailShare : 0;
  const draw: Sampler = (stream) => {
    if (stream.next() < share) return pareto(stream)(alpha, tailFrom, longest);
    for (;;) {
      const run = lognormal(stream)(mu, sigma);
      if (run < bodyEnd) return run;
    }
  };
  const body = lognormalMeanBelow(mu, sigma, bodyEnd);
  const tail = share === 0 ? 0 : paretoMean(alpha, tailFrom, longest);
  return { mean: (1 - share) * body + share * tail, draw };
}

/** E[X | X < end] of a lognormal, by the midpoint rule over its logarithm. */
function lognormalMeanBelow(mu: number, sigma: number, end: number): number {
  const low = -8;
  const high = (log(end) - mu) / sigma;
  const steps = 2000;
  const width = (high - low) / steps;
  let weight = 0;
  let sum = 0;
  for (let k = 0; k < steps; k++) {
    const z = low + (k + 0.5) * width;
    const density = exp((-z * z) / 2);
    weight += density;
    sum += density * exp(mu + sigma * z);
  }
  return sum / weight;
}

/** The mean of a Pareto cut at `limit`: the integral of its quantile function. */
function paretoMean(alpha: number, from: number, limit: number): number {
  const steps = 2000;
  const ratio = log(limit / from) / steps;
  const mass = 1 - exp(-alpha * steps * ratio);
  let sum = 0;
  for (let k = 0; k < steps; k++) {
    const share = (exp(-alpha * k * ratio) - exp(-alpha * (k + 1) * ratio)) / mass;
    sum += share * from * exp((k + 0.5) * ratio);
  }
  return sum;
}

/**
 * Draws from a table of quantiles, [share, value] in rising order from share 0 to 1: between two of them the logarithm
 * of the value is linear, so the published quantiles come out exactly. Values above `longest` are cut to it.
 */
export function quantileTable(points: readonly (readonly [number, number])[], longest = Infinity): KnownMean {
  const shares = points.map(([share]) => share);
  const logs = points.map(([, value]) => log(value));
  let mean = 0;
  for (let k = 1; k < points.length; k++) {
    const steps = 200;
    const share = (shares[k] - shares[k - 1]) / steps;
    for (let step = 0; step < steps; step++) {
      const value = exp(logs[k - 1] + ((logs[k] - logs[k - 1]) * (step + 0.5)) / steps);
      mean += share * Math.min(value, longest);
    }
  }
  const draw: Sampler = (stream) => {
    const place = stream.next();
    let k = 1;
    while (k < shares.length - 1 && shares[k] <= place) k++;
    const along = (place - shares[k - 1]) / (shares[k] - shares[k - 1]);
    return Math.min(exp(logs[k - 1] + (logs[k] - logs[k - 1]) * along), longest);
  };
  return { mean, draw };
}
