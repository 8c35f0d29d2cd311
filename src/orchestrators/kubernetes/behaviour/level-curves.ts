import { cos } from '../../../sim/exact-math.ts';
import type { LevelCurve } from '../../../sim/requests/traffic.ts';
import { days, minutes } from '../../../sim/time.ts';

const DAY_US = days(1);
const FULL_TURN = 6.283185307179586;
/** Curves that change all the time are taken for steps of so long. */
const STEP_US = minutes(1);

/** The same all the time. */
export function constantLevel(level: number): LevelCurve {
  return { at: () => level, untilUs: () => Infinity };
}

/**
 * A cosine between the two levels with a period of a day, highest at this time of the day (microseconds since midnight);
 * `epochMs`: the wall clock at the beginning of the run, in UTC.
 */
export function diurnalLevel(low: number, high: number, peakUs: number, epochMs: number): LevelCurve {
  const beginsUs = (epochMs * 1000) % DAY_US;
  return stepped((timeUs) => {
    const angle = (((beginsUs + timeUs - peakUs) % DAY_US) / DAY_US) * FULL_TURN;
    return low + ((high - low) * (1 + cos(angle))) / 2;
  }, STEP_US);
}

/** A straight line from one level to another over this time from the beginning on, then the latter. */
export function rampLevel(from: number, to: number, overUs: number): LevelCurve {
  const curve = stepped((timeUs) => from + ((to - from) * timeUs) / overUs, Math.max(1, Math.ceil(overUs / 100)));
  return {
    at: (timeUs) => (timeUs >= overUs ? to : curve.at(timeUs)),
    untilUs: (timeUs) => (timeUs >= overUs ? Infinity : Math.min(overUs, curve.untilUs(timeUs))),
  };
}

/** One level, and another from `atUs` on for so long. */
export function spikeLevel(usual: number, high: number, atUs: number, forUs: number): LevelCurve {
  const endUs = atUs + forUs;
  return {
    at: (timeUs) => (timeUs >= atUs && timeUs < endUs ? high : usual),
    untilUs: (timeUs) => (timeUs < atUs ? atUs : timeUs < endUs ? endUs : Infinity),
  };
}

/** A curve whose value in the middle of each step holds for all of it. */
function stepped(value: (timeUs: number) => number, stepUs: number): LevelCurve {
  const stepOf = (timeUs: number): number => Math.floor(timeUs / stepUs);
  return {
    at: (timeUs) => value((stepOf(timeUs) + 0.5) * stepUs),
    untilUs: (timeUs) => (stepOf(timeUs) + 1) * stepUs,
  };
}
