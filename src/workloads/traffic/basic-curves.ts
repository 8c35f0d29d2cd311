import { InputError } from '../../sim/input-error.ts';
import type { LevelCurve } from '../../sim/requests/traffic.ts';
import { stepCurve } from './step-curve.ts';

/** Steps of a line that is not level, where nothing else is said. */
const LINE_STEPS = 100;
const MAX_STEPS = 1_000_000;

/** The same level for ever. */
export function constantCurve(level: number): LevelCurve {
  checkLevel('the level', level);
  return { at: () => level, untilUs: () => Infinity };
}

export interface StepsOptions {
  /** [time in microseconds, level from there on], in rising order of time. */
  readonly points: readonly (readonly [number, number])[];
  /** `stairs`: each level holds until the next point; `linear`: straight from point to point. */
  readonly shape?: 'stairs' | 'linear';
  /** Width of the steps a sloping line is made of; absent: a hundredth of it. */
  readonly stepUs?: number | undefined;
}

/**
 * Levels at given times. Before the first point its level holds, after the last one that one's. Throws InputError for
 * points that do not rise or levels below 0.
 */
export function stepsCurve({ points, shape = 'stairs', stepUs }: StepsOptions): LevelCurve {
  if (points.length === 0) throw new InputError('there are no points; write at least one [time, level]');
  for (const [k, [timeUs, level]] of points.entries()) {
    checkLevel(`the level of point ${k + 1}`, level);
    if (k > 0 && !(timeUs > points[k - 1][0]))
      throw new InputError(
        `point ${k + 1} is at ${timeUs / 1e6} s and the one before it at ${points[k - 1][0] / 1e6} s; write points in the order of time`,
      );
  }
  if (shape === 'stairs')
    return stepCurve(
      points.map(([timeUs]) => timeUs),
      points.map(([, level]) => level),
    );
  const timesUs: number[] = [];
  const levels: number[] = [];
  for (let k = 1; k < points.length; k++) addLine(timesUs, levels, points[k - 1], points[k], stepUs);
  const [endUs, end] = points[points.length - 1];
  timesUs.push(endUs);
  levels.push(end);
  return stepCurve(timesUs, levels, points[0][1]);
}

export interface RampOptions {
  readonly from: number;
  readonly to: number;
  readonly startUs: number;
  readonly lastsUs: number;
  /** Width of its steps; absent: a hundredth of the ramp. */
  readonly stepUs?: number | undefined;
}

/** From one level to another in a straight line; level before and after. */
export function rampCurve({ from, to, startUs, lastsUs, stepUs }: RampOptions): LevelCurve {
  if (!(lastsUs > 0)) throw new InputError('a ramp must last longer than 0; write it like 10m');
  return stepsCurve({
    points: [
      [startUs, from],
      [startUs + lastsUs, to],
    ],
    shape: 'linear',
    stepUs,
  });
}

/** Steps between two points, each at the height of the line in its middle, so that the area is that of the line. */
function addLine(
  timesUs: number[],
  levels: number[],
  [fromUs, from]: readonly [number, number],
  [toUs, to]: readonly [number, number],
  stepUs = (toUs - fromUs) / LINE_STEPS,
): void {
  const count = from === to ? 1 : checkedSteps(Math.max(1, Math.ceil((toUs - fromUs) / Math.max(1, stepUs))));
  const edge = (k: number): number => fromUs + Math.round(((toUs - fromUs) * k) / count);
  for (let k = 0; k < count; k++) {
    const middle = (edge(k) + edge(k + 1)) / 2;
    timesUs.push(edge(k));
    levels.push(from + ((to - from) * (middle - fromUs)) / (toUs - fromUs));
  }
}

/** Throws InputError unless the level is a number >= 0. */
export function checkLevel(what: string, level: number): void {
  if (!(level >= 0 && level < Infinity)) throw new InputError(`${what} is ${level}; write a number from 0 up`);
}

/** The number of steps of a slope, unless it is too large to be kept; then throws InputError. */
export function checkedSteps(count: number): number {
  if (count <= MAX_STEPS) return count;
  throw new InputError(`the slope would have ${count} steps, more than ${MAX_STEPS}; write a wider step`);
}
