import { InputError } from '../../sim/input-error.ts';

/** What the numbers of the steps mean: replicas more or fewer, percent more or fewer, or the count itself. */
export const ADJUSTMENTS = ['change', 'percent', 'exact'] as const;
export type Adjustment = (typeof ADJUSTMENTS)[number];

/** One step: applies from `bound` away from the threshold on. */
export interface Step {
  readonly bound: number;
  readonly by: number;
}

/**
 * Reads "0:10 15:30": by 10 from the threshold on, by 30 from 15 above it (for scaling in "0:-10 -15:-30": below it).
 * Throws an InputError. `side` is 1 for steps above the threshold, -1 for steps below.
 */
export function steps(text: string, side: 1 | -1): Step[] {
  const words = text.split(/[\s;]+/).filter((word) => word !== '');
  const read = words.map((word) => {
    const match = /^([+-]?\d+(?:\.\d+)?):([+-]?\d+(?:\.\d+)?)$/.exec(word);
    if (!match || Number(match[1]) * side < 0) throw mistake(text, side);
    return { bound: Number(match[1]), by: Number(match[2]) };
  });
  for (let k = 1; k < read.length; k++) if ((read[k].bound - read[k - 1].bound) * side <= 0) throw mistake(text, side);
  return read;
}

/**
 * The step for a metric so far from its threshold. Above, bounds include their lower end and exclude the upper one;
 * below it is the other way round, so the bound itself belongs to the step in both.
 */
export function stepFor(all: readonly Step[], difference: number, side: 1 | -1): Step | undefined {
  let found: Step | undefined;
  for (const step of all) if ((difference - step.bound) * side >= 0) found = step;
  return found;
}

/**
 * The new count. Percentages are rounded as Application Auto Scaling does: above 1 down, between 0 and 1 to 1, between
 * -1 and 0 to -1, below -1 towards zero; `minimumMagnitude` then makes the change at least so large.
 */
export function adjusted(capacity: number, by: number, type: Adjustment, minimumMagnitude: number): number {
  if (type === 'exact') return Math.max(0, Math.trunc(by));
  if (type === 'change') return Math.max(0, capacity + Math.trunc(by));
  const change = wholeChange((capacity * by) / 100);
  const size = change === 0 ? 0 : Math.max(Math.abs(change), minimumMagnitude);
  return Math.max(0, capacity + Math.sign(change) * size);
}

function wholeChange(change: number): number {
  if (change > 0 && change < 1) return 1;
  if (change < 0 && change > -1) return -1;
  return Math.trunc(change);
}

function mistake(text: string, side: 1 | -1): InputError {
  const like = side === 1 ? '0:10 15:30' : '0:-10 -15:-30';
  return new InputError(
    `cannot read "${text}" as steps; write "distance from the threshold:adjustment", like "${like}"`,
  );
}
