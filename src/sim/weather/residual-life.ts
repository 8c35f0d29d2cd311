import {
  durationMeanUs,
  durationSampler,
  empiricalParts,
  hyperexponentialParts,
  type DurationSpec,
} from '../duration-spec.ts';
import { exp, log, pow } from '../exact-math.ts';
import { gamma } from '../gamma.ts';
import { InputError } from '../input-error.ts';
import type { RandomStream } from '../random.ts';
import { unitExponential, unitNormal } from '../ziggurat.ts';

/**
 * How long a spell still lasts when one looks at a random moment, long after the beginning: a random moment falls into
 * long spells more often (in proportion to their length), and anywhere within them. Its density is (1 - F(t)) / mean
 * (Cox, Renewal Theory, 1962, section 5.4); its mean is mean (1 + squaredCv) / 2.
 */
export function residualSampler(spec: DurationSpec, stream: RandomStream): () => number {
  const spell = lengthBiasedSampler(spec, stream);
  return () => spell() * stream.fine();
}

/** The rest of a life that has already lasted `agedUs`: t = scale ((aged / scale)^shape - ln U)^(1 / shape) - aged. */
export function firstUpUs(spec: DurationSpec, agedUs: number, stream: RandomStream): number {
  if (spec.kind === 'exponential') return spec.meanUs * unitExponential(stream);
  if (spec.kind !== 'weibull')
    throw new InputError(
      `a ${spec.kind} time between failures cannot begin at an age; begin "new" or "stationary", or use an exponential or Weibull one`,
    );
  const scale = spec.meanUs / gamma(1 + 1 / spec.shape);
  return scale * pow(pow(agedUs / scale, spec.shape) + unitExponential(stream), 1 / spec.shape) - agedUs;
}

/** Draws with density x f(x) / mean, f being that of the spec. */
function lengthBiasedSampler(spec: DurationSpec, stream: RandomStream): () => number {
  switch (spec.kind) {
    case 'constant':
      return () => spec.meanUs;
    case 'exponential':
      return () => spec.meanUs * (unitExponential(stream) + unitExponential(stream));
    case 'uniform': {
      const { lowUs, highUs } = spec;
      return () => Math.sqrt(lowUs * lowUs + stream.fine() * (highUs * highUs - lowUs * lowUs));
    }
    case 'erlang':
      return durationSampler(
        { kind: 'erlang', meanUs: (spec.meanUs * (spec.phases + 1)) / spec.phases, phases: spec.phases + 1 },
        stream,
      );
    case 'hyperexponential': {
      // Balanced means: each of the two holds half of all time.
      const { firstUs, secondUs } = hyperexponentialParts(spec.meanUs, spec.squaredCv);
      return () => (stream.next() < 0.5 ? firstUs : secondUs) * (unitExponential(stream) + unitExponential(stream));
    }
    case 'lognormal': {
      // x times a lognormal density is one again, with mu moved up by sigma^2.
      const mu = log(spec.meanUs) + (spec.sigma * spec.sigma) / 2;
      return () => exp(mu + spec.sigma * unitNormal(stream));
    }
    case 'weibull': {
      // (x / scale)^shape is then gamma distributed with shape 1 + 1 / shape.
      const scale = spec.meanUs / gamma(1 + 1 / spec.shape);
      return () => scale * pow(unitGamma(1 + 1 / spec.shape, stream), 1 / spec.shape);
    }
    case 'pareto':
      return lengthBiasedPareto(spec, stream);
    case 'empirical':
      return lengthBiasedSampler({ kind: 'mixture', parts: empiricalParts(spec) }, stream);
    case 'mixture': {
      const parts = spec.parts.map(({ weight, of }) => ({
        weight: weight * durationMeanUs(of),
        draw: lengthBiasedSampler(of, stream),
      }));
      const total = parts.reduce((sum, part) => sum + part.weight, 0);
      return () => {
        let at = stream.next() * total;
        let k = 0;
        while (k < parts.length - 1 && at >= parts[k].weight) at -= parts[k++].weight;
        return parts[k].draw();
      };
    }
    default:
      return spec satisfies never;
  }
}

/** A Pareto weighted by x is one with alpha - 1, which may be 0 or below when it is cut. */
function lengthBiasedPareto(spec: Extract<DurationSpec, { kind: 'pareto' }>, stream: RandomStream): () => number {
  const { fromUs, limitUs = Infinity } = spec;
  const alpha = spec.alpha - 1;
  if (limitUs === Infinity && !(alpha > 0))
    throw new InputError(`a Pareto time with alpha ${spec.alpha} and no limit has no mean; give it a limit`);
  if (alpha === 0) return () => fromUs * pow(limitUs / fromUs, stream.fine());
  const cut = limitUs === Infinity ? 0 : pow(fromUs / limitUs, alpha);
  return () => fromUs * pow(1 - stream.fine() * (1 - cut), -1 / alpha);
}

/** A gamma draw of scale 1 and shape >= 1 (Marsaglia and Tsang, ACM TOMS 26, 2000). */
function unitGamma(shape: number, stream: RandomStream): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = unitNormal(stream);
    const root = 1 + c * x;
    if (root <= 0) continue;
    const v = root * root * root;
    if (log(1 - stream.fine()) < 0.5 * x * x + d - d * v + d * log(v)) return d * v;
  }
}
