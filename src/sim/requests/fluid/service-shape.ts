import { durationMeanUs, type DurationSpec, empiricalParts, hyperexponentialParts } from '../../duration-spec.ts';
import { exp, log, pow } from '../../exact-math.ts';
import { gamma } from '../../gamma.ts';
import { constantShape, type LatencyShape, mixtureOf, NO_TIME, scaled, shapeOf } from './latency-shape.ts';
import { NODE_RATIO, NODE_US, NODES } from './log-grid.ts';

/** The distribution of a duration on the grid, with its exact mean where that is finite. */
export function serviceShape(spec: DurationSpec): LatencyShape {
  if (spec.kind === 'constant') return constantShape(spec.meanUs);
  if (spec.kind === 'empirical') return serviceShape({ kind: 'mixture', parts: empiricalParts(spec) });
  if (spec.kind === 'mixture') {
    const total = spec.parts.reduce((sum, part) => sum + part.weight, 0);
    return mixtureOf(spec.parts.map((part) => ({ weight: part.weight / total, shape: serviceShape(part.of) })));
  }
  const meanUs = durationMeanUs(spec);
  if (!(meanUs > 0)) return NO_TIME;
  const below = shareBelow(spec);
  const grid = new Float64Array(NODES);
  const half = Math.sqrt(NODE_RATIO);
  let before = 0;
  for (let node = 0; node < NODES; node++) {
    const now = below(NODE_US[node] * half);
    grid[node] = Math.max(0, now - before);
    before = now;
    if (now > 1 - 1e-12) break;
  }
  const shape = shapeOf(0, grid);
  return meanUs < Infinity ? scaled(shape, meanUs / shape.meanUs) : shape;
}

/** The distribution function: the share of durations below a time. */
function shareBelow(
  spec: Exclude<DurationSpec, { kind: 'constant' | 'empirical' | 'mixture' }>,
): (us: number) => number {
  switch (spec.kind) {
    case 'exponential':
      return (us) => 1 - exp(-us / spec.meanUs);
    case 'uniform':
      return (us) =>
        spec.highUs > spec.lowUs
          ? Math.min(1, Math.max(0, (us - spec.lowUs) / (spec.highUs - spec.lowUs)))
          : Number(us >= spec.lowUs);
    case 'erlang':
      return (us) => erlangBelow((us * spec.phases) / spec.meanUs, spec.phases);
    case 'hyperexponential': {
      const { chance, firstUs, secondUs } = hyperexponentialParts(spec.meanUs, spec.squaredCv);
      return (us) => 1 - chance * exp(-us / firstUs) - (1 - chance) * exp(-us / secondUs);
    }
    case 'lognormal': {
      const mu = log(spec.meanUs) - (spec.sigma * spec.sigma) / 2;
      return (us) => (spec.sigma > 0 ? normalBelow((log(us) - mu) / spec.sigma) : Number(us >= spec.meanUs));
    }
    case 'weibull': {
      const scale = spec.meanUs / gamma(1 + 1 / spec.shape);
      return (us) => 1 - exp(-pow(us / scale, spec.shape));
    }
    case 'pareto': {
      const kept = spec.limitUs === undefined ? 1 : 1 - pow(spec.fromUs / spec.limitUs, spec.alpha);
      return (us) => {
        if (us <= spec.fromUs) return 0;
        return Math.min(1, (1 - pow(spec.fromUs / us, spec.alpha)) / kept);
      };
    }
    default:
      return spec satisfies never;
  }
}

/** The chance that so many exponential phases of mean 1 take at most x: 1 - e^-x sum x^i / i!. */
export function erlangBelow(x: number, phases: number): number {
  if (x <= 0) return 0;
  // In logarithms from the largest term on, since e^-x alone may be 0.
  let term = exp(-x);
  if (term === 0) return normalBelow((x - phases) / Math.sqrt(phases));
  let sum = term;
  for (let i = 1; i < phases; i++) {
    term *= x / i;
    sum += term;
  }
  return Math.max(0, 1 - sum);
}

/** The standard normal distribution function within 1e-7 (Abramowitz and Stegun 1964, 26.2.17). */
export function normalBelow(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const density = exp((-z * z) / 2) * 0.3989422804014327;
  const tail =
    density * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z >= 0 ? 1 - tail : tail;
}

/** The same kind of duration, so many times as long. */
export function scaledDuration(spec: DurationSpec, factor: number): DurationSpec {
  switch (spec.kind) {
    case 'uniform':
      return { ...spec, lowUs: spec.lowUs * factor, highUs: spec.highUs * factor };
    case 'pareto':
      return {
        ...spec,
        fromUs: spec.fromUs * factor,
        ...(spec.limitUs !== undefined && { limitUs: spec.limitUs * factor }),
      };
    case 'empirical':
      return { ...spec, quantilesUs: spec.quantilesUs.map((us) => us * factor) };
    case 'mixture':
      return { ...spec, parts: spec.parts.map(({ weight, of }) => ({ weight, of: scaledDuration(of, factor) })) };
    default:
      return { ...spec, meanUs: spec.meanUs * factor };
  }
}
