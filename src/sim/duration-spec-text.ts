import { empiricalParts, type DurationSpec } from './duration-spec.ts';

/** A duration as `durationSpecOf` reads it. Times are written in whole microseconds; of measured quantiles, at most 19 parts. */
export function durationSpecText(spec: DurationSpec): string {
  switch (spec.kind) {
    case 'constant':
      return time(spec.meanUs);
    case 'exponential':
      return `exponential ${time(spec.meanUs)}`;
    case 'uniform':
      return `uniform ${time(spec.lowUs)}..${time(spec.highUs)}`;
    case 'erlang':
      return `erlang ${time(spec.meanUs)} phases ${spec.phases}`;
    case 'hyperexponential':
      return `hyperexponential ${time(spec.meanUs)} cv2 ${plain(spec.squaredCv)}`;
    case 'lognormal':
      return `lognormal ${time(spec.meanUs)} sigma ${plain(spec.sigma)}`;
    case 'weibull':
      return `weibull ${time(spec.meanUs)} shape ${plain(spec.shape)}`;
    case 'pareto':
      return `pareto ${time(spec.fromUs)} alpha ${plain(spec.alpha)}${spec.limitUs === undefined ? '' : ` to ${time(spec.limitUs)}`}`;
    case 'empirical':
      return mixture(empiricalParts(fewQuantiles(spec)));
    case 'mixture':
      return mixture(spec.parts);
    default:
      return spec satisfies never;
  }
}

const MOST_PARTS = 19;

function mixture(parts: readonly { readonly weight: number; readonly of: DurationSpec }[]): string {
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  return parts.map(({ weight, of }) => `${plain((100 * weight) / total)}% ${durationSpecText(of)}`).join(', ');
}

type Empirical = Extract<DurationSpec, { kind: 'empirical' }>;

/** The same quantiles at fewer shares: those of the nearest lower place. */
function fewQuantiles(spec: Empirical): Empirical {
  const { quantilesUs } = spec;
  const steps = quantilesUs.length - 1;
  if (steps <= MOST_PARTS) return spec;
  const at = (k: number): number => quantilesUs[Math.floor((k * steps) / MOST_PARTS)];
  return { kind: 'empirical', quantilesUs: Array.from({ length: MOST_PARTS + 1 }, (_, k) => at(k)) };
}

/** In the largest unit that leaves no fraction: `20ms`, `1500us`. */
function time(us: number): string {
  const whole = Math.round(us);
  if (whole % 1_000_000 === 0) return `${whole / 1_000_000}s`;
  if (whole % 1000 === 0) return `${whole / 1000}ms`;
  return `${whole}us`;
}

/** A number without an exponent. */
const plain = (value: number): string => String(Number(value.toFixed(9)));
