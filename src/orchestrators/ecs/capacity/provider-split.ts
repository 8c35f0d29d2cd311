import type { ProviderShare } from '../files/ecs-files.ts';

/**
 * How many of `total` tasks go to each provider: first the base, the rest in proportion to the weights; what is left over
 * by rounding goes to the largest remainders, the first of equals first.
 */
export function providerSplit(total: number, shares: readonly ProviderShare[]): number[] {
  const counts = shares.map(({ base }) => Math.min(base, total));
  const rest = total - counts.reduce((sum, count) => sum + count, 0);
  const weights = shares.reduce((sum, { weight }) => sum + weight, 0);
  if (weights === 0 || rest <= 0) return counts;
  const exact = shares.map(({ weight }) => (rest * weight) / weights);
  const parts = exact.map(Math.floor);
  let left = rest - parts.reduce((sum, part) => sum + part, 0);
  const order = exact.map((_, k) => k).sort((a, b) => exact[b] - parts[b] - (exact[a] - parts[a]) || a - b);
  for (const k of order) if (left-- > 0) parts[k]++;
  return counts.map((count, k) => count + parts[k]);
}

/** Which provider the next task goes to, so many tasks of the service being at each: the one that lacks most; ties to the first. */
export function nextProvider(shares: readonly ProviderShare[], there: readonly number[]): number {
  const total = there.reduce((sum, count) => sum + count, 0) + 1;
  const wanted = providerSplit(total, shares);
  let best = -1;
  for (let k = 0; k < shares.length; k++)
    if (wanted[k] > there[k] && (best < 0 || wanted[k] - there[k] > wanted[best] - there[best])) best = k;
  if (best >= 0) return best;
  // All have their share already, as after a scale-in that left them uneven: the one with a weight and fewest.
  return shares.reduce(
    (found, { weight }, k) => (weight > 0 && (found < 0 || there[k] < there[found]) ? k : found),
    -1,
  );
}
