import { countOfShare, wholeSeconds } from '../amount-text.ts';
import type { ServiceLosses } from '../loss-book.ts';
import { optionalTime } from '../plain-losses.ts';

/** Kubernetes has whole seconds. */
export function secondsOf(us: number | undefined, field: string, losses: ServiceLosses): number | undefined {
  if (us === undefined) return undefined;
  const { seconds, isExact } = wholeSeconds(us);
  if (!isExact) losses.near(field, optionalTime(us), `${seconds} s: whole seconds only`);
  return seconds;
}

/** A share of replicas: a number where it is one, else whole percents. */
export function wholePercent(share: number, replicas: number, rounding: 'up' | 'down'): number | string {
  const count = countOfShare(share, replicas);
  if (count !== undefined) return count;
  const percent = Math.round(share * 1e6) / 1e4;
  return `${rounding === 'up' ? Math.ceil(percent) : Math.floor(percent)}%`;
}

/** Bytes as a quantity. */
export function memoryText(bytes: number): string {
  for (const [unit, size] of [
    ['Ti', 2 ** 40],
    ['Gi', 2 ** 30],
    ['Mi', 2 ** 20],
    ['Ki', 2 ** 10],
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const)
    if (bytes > 0 && bytes % size === 0) return `${bytes / size}${unit}`;
  return String(bytes);
}
