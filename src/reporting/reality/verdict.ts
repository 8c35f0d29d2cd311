import { fixed, formatPercent } from '../format.ts';
import type { Verdict } from './reality-check.ts';

/** Within this share of what was measured a prediction is called close. */
export const CLOSE = 0.1;

/** From this on a difference is told as `2.4 times`. */
const TOLD_AS_TIMES = 1;

/** A prediction, and what was measured with its 95 % interval, if there is one. */
export interface Judged {
  readonly predicted: number | undefined;
  readonly measured: number | undefined;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  /** `longer` and `shorter`, `higher` and `lower`, ... */
  readonly more: string;
  readonly less: string;
  /** Values so near to each other are the same, whatever their ratio. */
  readonly negligible?: number;
}

/** Says how what was measured stands to what was predicted. */
export function verdictOf({ predicted, measured, low, high, more, less, negligible = 0 }: Judged): Verdict {
  if (predicted === undefined || measured === undefined) {
    const lacks =
      predicted === undefined
        ? measured === undefined
          ? 'neither predicted nor measured'
          : 'not predicted'
        : 'not measured';
    return { is: 'unknown', text: lacks };
  }
  const gap = measured - predicted;
  const hasInterval = low !== undefined && high !== undefined;
  const isInside = hasInterval && predicted >= low && predicted <= high;
  if (Math.abs(gap) <= negligible) return { is: 'same', ...ratio(gap, predicted), text: 'as predicted' };
  if (predicted === 0) return { is: gap > 0 ? 'higher' : 'lower', text: `predicted was 0` };
  const relative = gap / predicted;
  const word = gap > 0 ? more : less;
  const within = hasInterval ? ` (95 % interval ${interval(low / predicted - 1, high / predicted - 1)})` : '';
  if (isInside) return { is: 'same', relative, text: `as predicted${within}` };
  const text =
    relative >= TOLD_AS_TIMES
      ? `${fixed(measured / predicted, 1)} times what was predicted`
      : `${formatPercent(relative)} ${word} than predicted${within}`;
  if (Math.abs(gap) <= CLOSE * Math.abs(measured)) return { is: 'close', relative, text };
  return { is: gap > 0 ? 'higher' : 'lower', relative, text };
}

function ratio(gap: number, predicted: number): { relative?: number } {
  return predicted === 0 ? {} : { relative: gap / predicted };
}

/** `+2.1 to +5.4 %`: both ends relative to what was predicted. */
function interval(low: number, high: number): string {
  const signed = (share: number): string => `${share < 0 ? '−' : '+'}${formatPercent(share)}`;
  return `${signed(low).replace(/ %$/, '')} to ${signed(high)}`;
}
