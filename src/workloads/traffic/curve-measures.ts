import { InputError } from '../../sim/input-error.ts';
import type { LevelCurve } from '../../sim/requests/traffic.ts';
import { scaledCurve } from './combine-curves.ts';

/** The mean level over [fromUs, toUs). */
export function meanOfCurve(curve: LevelCurve, fromUs: number, toUs: number): number {
  let area = 0;
  eachLevel(curve, fromUs, toUs, (level, lastsUs) => (area += level * lastsUs));
  return area / (toUs - fromUs);
}

/** The highest level in [fromUs, toUs). */
export function peakOfCurve(curve: LevelCurve, fromUs: number, toUs: number): number {
  let peak = 0;
  eachLevel(curve, fromUs, toUs, (level) => (peak = Math.max(peak, level)));
  return peak;
}

/** Scaled so that its mean over [fromUs, toUs) is this. Throws InputError when the curve is 0 there. */
export function scaledToMean(curve: LevelCurve, mean: number, fromUs: number, toUs: number): LevelCurve {
  return scaledCurve(curve, mean / positive(meanOfCurve(curve, fromUs, toUs)));
}

/** Scaled so that its highest level in [fromUs, toUs) is this. Throws InputError when the curve is 0 there. */
export function scaledToPeak(curve: LevelCurve, peak: number, fromUs: number, toUs: number): LevelCurve {
  return scaledCurve(curve, peak / positive(peakOfCurve(curve, fromUs, toUs)));
}

/** Visits the curve's levels in [fromUs, toUs) in the order of time, with how long each lasts. */
export function eachLevel(
  curve: LevelCurve,
  fromUs: number,
  toUs: number,
  visit: (level: number, lastsUs: number, fromUs: number) => void,
): void {
  for (let timeUs = fromUs; timeUs < toUs;) {
    const untilUs = Math.min(toUs, curve.untilUs(timeUs));
    visit(curve.at(timeUs), untilUs - timeUs, timeUs);
    timeUs = untilUs;
  }
}

function positive(level: number): number {
  if (level > 0) return level;
  throw new InputError('the traffic is 0 all the time, so it cannot be scaled to a mean or a peak');
}
