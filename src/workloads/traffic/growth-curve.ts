import { exp, log } from '../../sim/exact-math.ts';
import { InputError } from '../../sim/input-error.ts';
import type { LevelCurve } from '../../sim/requests/traffic.ts';
import { hours } from '../../sim/time.ts';

export interface GrowthOptions {
  /** The factor reached after `everyUs`: 2 doubles (Azure's VMs did so within 30 days), 0.5 halves. */
  readonly factor: number;
  readonly everyUs: number;
  /** `exponential`: by the same factor again and again; `linear`: by the same amount. */
  readonly shape?: 'exponential' | 'linear';
  /** It goes no further than this factor; absent: without bound (and never below 0). */
  readonly limit?: number;
  /** Width of its steps; absent: an hour. */
  readonly stepUs?: number;
}

/** A trend, as a factor that is 1 at time 0; multiply it into a rate. Each step has the trend's mean over it. */
export function growthCurve({
  factor,
  everyUs,
  shape = 'exponential',
  limit,
  stepUs = hours(1),
}: GrowthOptions): LevelCurve {
  if (!(factor > 0 && factor < Infinity))
    throw new InputError(`growth by ${factor} is none; write a factor above 0, such as 2`);
  if (!(everyUs > 0)) throw new InputError('the time of growth must be above 0; write it like 30d');
  if (!(stepUs >= 1)) throw new InputError('the width of a step must be above 0; write it like 1h');
  if (limit !== undefined && !(factor >= 1 ? limit >= 1 : limit >= 0 && limit <= 1))
    throw new InputError(`growth by ${factor} never comes to ${limit}; write a limit on the other side of 1`);
  const bound = limit ?? (factor > 1 ? Infinity : 0);
  const widthUs = Math.floor(stepUs);
  const kept = log(factor) / everyUs;
  /** The integral of the trend from time 0. */
  const area =
    shape === 'linear'
      ? (timeUs: number): number => timeUs + ((factor - 1) / everyUs) * (timeUs / 2) * timeUs
      : (timeUs: number): number => (kept === 0 ? timeUs : (exp(kept * timeUs) - 1) / kept);
  const meanOf = (step: number): number => {
    const mean = (area((step + 1) * widthUs) - area(step * widthUs)) / widthUs;
    return factor > 1 ? Math.min(mean, bound) : Math.max(mean, bound);
  };
  return {
    at: (timeUs) => (factor === 1 ? 1 : meanOf(Math.floor(timeUs / widthUs))),
    untilUs(timeUs) {
      const step = Math.floor(timeUs / widthUs);
      return factor === 1 || (timeUs >= 0 && meanOf(step) === bound) ? Infinity : (step + 1) * widthUs;
    },
  };
}
