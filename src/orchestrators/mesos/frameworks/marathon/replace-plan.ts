import type { UpgradeStrategy } from './app-spec.ts';

/** How an upgrade begins. */
export interface ReplacePlan {
  readonly minHealthy: number;
  /** Old and new instances together. */
  readonly maxCapacity: number;
  readonly killNow: number;
}

/**
 * How many old instances an upgrade may kill at once and how many it may have at most
 * (mesosphere/marathon core/deployment/impl/TaskReplaceActor.scala, `computeRestartStrategy`).
 */
export function planReplace(
  instances: number,
  healthy: number,
  current: number,
  { minimumHealthCapacity, maximumOverCapacity }: UpgradeStrategy,
  isResident: boolean,
): ReplacePlan {
  const minHealthy = Math.ceil(round(instances * minimumHealthCapacity));
  let maxCapacity = Math.floor(round(instances * (1 + maximumOverCapacity)));
  let killNow = Math.max(0, healthy - minHealthy);
  if (minHealthy === maxCapacity && maxCapacity <= healthy) {
    // Otherwise nothing could ever begin. A resident instance has to give its volume up first.
    if (isResident) killNow = healthy - minHealthy + 1;
    else maxCapacity++;
  }
  return { minHealthy, maxCapacity, killNow: Math.max(killNow, current - instances) };
}

/** Instances of the new version to launch now. */
export function toLaunch(instances: number, maxCapacity: number, oldAlive: number, newStarted: number): number {
  return Math.max(0, Math.min(instances - newStarted, maxCapacity - oldAlive - newStarted));
}

/** Products such as 3 x 1.1 are meant as they are written. */
function round(value: number): number {
  return Math.round(value * 1e9) / 1e9;
}
