import { wholeSeconds } from '../amount-text.ts';
import type { ServiceLosses } from '../loss-book.ts';
import { optionalTime } from '../plain-losses.ts';

/** Whole seconds; `isTold`: it has been told already. */
export function seconds(
  us: number | undefined,
  field: string,
  losses: ServiceLosses,
  isTold = false,
): number | undefined {
  if (us === undefined) return undefined;
  const whole = wholeSeconds(us);
  if (!whole.isExact && !isTold) losses.near(field, optionalTime(us), `${whole.seconds} s: whole seconds only`);
  return whole.seconds;
}
