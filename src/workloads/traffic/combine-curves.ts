import { InputError } from '../../sim/input-error.ts';
import type { LevelCurve } from '../../sim/requests/traffic.ts';

/** The level at each time, times the factor. */
export function scaledCurve(curve: LevelCurve, factor: number): LevelCurve {
  if (!(factor >= 0 && factor < Infinity)) throw new InputError(`the factor is ${factor}; write a number from 0 up`);
  return { at: (timeUs) => curve.at(timeUs) * factor, untilUs: (timeUs) => curve.untilUs(timeUs) };
}

/** The sum of the levels; of no curves, 0. */
export function sumOfCurves(curves: readonly LevelCurve[]): LevelCurve {
  return folded(curves, 0, (a, b) => a + b);
}

/** The product of the levels; of no curves, 1. */
export function productOfCurves(curves: readonly LevelCurve[]): LevelCurve {
  return folded(curves, 1, (a, b) => a * b);
}

function folded(curves: readonly LevelCurve[], empty: number, fold: (a: number, b: number) => number): LevelCurve {
  if (curves.length === 1) return curves[0];
  return {
    at: (timeUs) => curves.reduce((level, curve) => fold(level, curve.at(timeUs)), empty),
    untilUs: (timeUs) => curves.reduce((least, curve) => Math.min(least, curve.untilUs(timeUs)), Infinity),
  };
}

/** Everything later by so much (earlier, when below 0). */
export function shiftedCurve(curve: LevelCurve, byUs: number): LevelCurve {
  if (byUs === 0) return curve;
  return { at: (timeUs) => curve.at(timeUs - byUs), untilUs: (timeUs) => curve.untilUs(timeUs - byUs) + byUs };
}

/** Never below `least` nor above `most`. */
export function clippedCurve(curve: LevelCurve, { least = 0, most = Infinity }): LevelCurve {
  if (!(least >= 0 && least <= most))
    throw new InputError(`levels cannot lie between ${least} and ${most}; write the smaller bound first, from 0 up`);
  return {
    at: (timeUs) => Math.min(most, Math.max(least, curve.at(timeUs))),
    untilUs: (timeUs) => curve.untilUs(timeUs),
  };
}

/** To the nearest whole number, halves up: there is no half a user. */
export function roundedCurve(curve: LevelCurve): LevelCurve {
  return { at: (timeUs) => Math.floor(curve.at(timeUs) + 0.5), untilUs: (timeUs) => curve.untilUs(timeUs) };
}

/** 0 outside of [fromUs, toUs). Time stays as it is: shift the result by -fromUs to begin with the window. */
export function windowOfCurve(curve: LevelCurve, fromUs: number, toUs = Infinity): LevelCurve {
  if (!(fromUs < toUs)) throw new InputError('the window is empty; write a length above 0, such as 6h');
  return {
    at: (timeUs) => (timeUs >= fromUs && timeUs < toUs ? curve.at(timeUs) : 0),
    untilUs(timeUs) {
      if (timeUs < fromUs) return fromUs;
      return timeUs < toUs ? Math.min(toUs, curve.untilUs(timeUs)) : Infinity;
    },
  };
}

/** What the curve has in [0, periodUs), again and again, before time 0 too. */
export function repeatedCurve(curve: LevelCurve, periodUs: number): LevelCurve {
  if (!(Number.isInteger(periodUs) && periodUs > 0))
    throw new InputError('the period must be above 0; write it like 1d');
  const startOf = (timeUs: number): number => Math.floor(timeUs / periodUs) * periodUs;
  return {
    at: (timeUs) => curve.at(timeUs - startOf(timeUs)),
    untilUs(timeUs) {
      const startUs = startOf(timeUs);
      return startUs + Math.min(periodUs, curve.untilUs(timeUs - startUs));
    },
  };
}

/**
 * The same levels in a time that runs so many times as fast: a day compressed by 24 takes an hour, and has a 24th of
 * the requests. Changes fall on whole microseconds, the first at which the old curve has changed.
 */
export function compressedCurve(curve: LevelCurve, factor: number): LevelCurve {
  if (!(factor > 0 && factor < Infinity))
    throw new InputError(`time cannot run ${factor} times as fast; write a factor above 0, such as 24`);
  if (factor === 1) return curve;
  return {
    at: (timeUs) => curve.at(timeUs * factor),
    untilUs(timeUs) {
      const changeUs = curve.untilUs(timeUs * factor);
      if (changeUs === Infinity) return Infinity;
      let untilUs = Math.max(Math.floor(timeUs) + 1, Math.ceil(changeUs / factor));
      // Rounding of the quotient may miss by one either way.
      if (untilUs * factor < changeUs) untilUs++;
      else if (untilUs - 1 > timeUs && (untilUs - 1) * factor >= changeUs) untilUs--;
      return untilUs;
    },
  };
}
