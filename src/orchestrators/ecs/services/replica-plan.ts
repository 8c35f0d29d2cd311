import { deploymentLimits } from './deployment-limits.ts';

/** What there is of a REPLICA service, as its scheduler counts it. */
export interface ReplicaCounts {
  readonly desired: number;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  /** RUNNING, STOPPING, PENDING or waiting for room, of all deployments. */
  readonly there: number;
  /** Healthy and meant to run, of all deployments, wherever they are. */
  readonly healthy: number;
  /** Of the PRIMARY deployment, meant to run, not to be replaced; those among them that are healthy. */
  readonly current: number;
  readonly currentHealthy: number;
  /** Of the PRIMARY deployment: a health check has failed. */
  readonly unhealthy: number;
  /** Of older deployments, or on instances that are DRAINING: those not yet healthy, and healthy ones. */
  readonly outdatedUnready: number;
  readonly outdatedHealthy: number;
  readonly stopping: number;
  /** Whether unhealthy tasks are replaced before they are stopped. */
  readonly startsReplacementFirst: boolean;
  /** The deployment has FAILED and is not rolled back: nothing more is started, nothing old is stopped for it. */
  readonly isFailed: boolean;
  /** A task more than desired, while zones are rebalanced. */
  readonly extra: number;
}

export interface ReplicaPlan {
  readonly start: number;
  readonly stopUnhealthy: number;
  readonly stopOutdatedUnready: number;
  readonly stopOutdatedHealthy: number;
  /** Too many of the PRIMARY deployment. */
  readonly stopCurrent: number;
  /** Neither limit lets it go on. */
  readonly isStuck: boolean;
}

/**
 * What the service scheduler does next (Developer Guide, deployment-type-ecs and service-concepts): starts while there are
 * fewer than the upper limit, stops while the lower one stays kept.
 */
export function replicaPlan(counts: ReplicaCounts): ReplicaPlan {
  const { desired, there, healthy, current, currentHealthy, unhealthy, outdatedUnready, outdatedHealthy } = counts;
  const { lower, upper } = deploymentLimits(desired, counts.minimumHealthyPercent, counts.maximumPercent);
  const wanted = desired + counts.extra;
  // What fails its health checks counts as missing, so that its replacement is started beside it, or is stopped at once.
  const missing = counts.isFailed ? 0 : Math.max(0, wanted - current);
  const start = Math.min(missing, Math.max(0, upper - there));
  const stopCurrent = Math.max(0, current - wanted);
  const blocked = missing > 0 && start === 0;
  let stopUnhealthy = counts.startsReplacementFirst
    ? Math.min(unhealthy, Math.max(0, unhealthy + currentHealthy - desired))
    : unhealthy;
  // Where the upper limit lets no replacement start first, they are stopped one by one.
  if (stopUnhealthy === 0 && unhealthy > 0 && blocked && counts.stopping === 0) stopUnhealthy = 1;
  const mayStop = counts.isFailed ? 0 : Math.min(outdatedHealthy, Math.max(0, healthy - lower));
  const stopOutdatedUnready = counts.isFailed ? 0 : outdatedUnready;
  const isStuck =
    blocked &&
    outdatedHealthy > 0 &&
    mayStop === 0 &&
    stopOutdatedUnready === 0 &&
    stopUnhealthy === 0 &&
    counts.stopping === 0 &&
    there - counts.stopping === healthy;
  return { start, stopUnhealthy, stopOutdatedUnready, stopOutdatedHealthy: mayStop, stopCurrent, isStuck };
}
