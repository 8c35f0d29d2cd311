import type { AppUpdate } from './app-model.ts';
import { percentText } from './amount-text.ts';
import type { ServiceLosses } from './loss-book.ts';
import { optionalNumber } from './plain-losses.ts';

/**
 * For who bounds an update by shares: how much stays healthy and how much more may exist. What the source says by lots
 * and order is turned into such bounds and told. Undefined: nothing is said of either.
 */
export function sharesOfUpdate(
  update: AppUpdate | undefined,
  replicas: number,
  losses: ServiceLosses,
): { readonly healthy: number; readonly over: number } | undefined {
  if (update === undefined) return undefined;
  const { minHealthyShare, maxSurgeShare, parallelism, order } = update;
  const isSaid = minHealthyShare !== undefined || maxSurgeShare !== undefined;
  if (!isSaid && parallelism === undefined && order === undefined) return undefined;
  const count = Math.max(1, replicas);
  const lot = parallelism === 0 ? 1 : Math.min(1, (parallelism ?? 1) / count);
  const isStartFirst = order === 'start-first';
  const shares = isSaid
    ? { healthy: minHealthyShare ?? 1, over: maxSurgeShare ?? 0 }
    : { healthy: isStartFirst ? 1 : 1 - lot, over: isStartFirst ? lot : 0 };
  const instead = `at least ${percentText(shares.healthy)} healthy, at most ${percentText(1 + shares.over)} there`;
  losses.near('update.parallelism', optionalNumber(parallelism), instead);
  losses.near('update.order', order, instead);
  return shares;
}
