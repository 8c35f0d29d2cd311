/** Tasks that wait and are alike, and how many of them one instance of the group's largest type holds. */
export interface WaitingGroup {
  readonly tasks: number;
  readonly perInstance: number;
}

/**
 * Instances that are needed, M: those with tasks other than daemons, and for each group of waiting tasks as many as
 * hold it, in whole instances (AWS Containers Blog: Deep Dive on Amazon ECS Cluster Auto Scaling). Groups that no
 * instance can hold ask for nothing.
 */
export function neededInstances(busyInstances: number, waiting: readonly WaitingGroup[]): number {
  return waiting.reduce(
    (sum, { tasks, perInstance }) => sum + (perInstance > 0 ? Math.ceil(tasks / perInstance) : 0),
    busyInstances,
  );
}

/** CapacityProviderReservation, percent: M / N × 100; 100 for nothing of nothing, 200 for something of nothing. */
export function reservation(needed: number, instances: number): number {
  if (instances === 0) return needed === 0 ? 100 : 200;
  return (100 * needed) / instances;
}

/** What target tracking makes of it: ceil(N × CPR / T); no instances count as one. */
export function desiredInstances(instances: number, reservationPercent: number, targetCapacity: number): number {
  if (instances === 0) return reservationPercent > 100 ? Math.ceil(reservationPercent / targetCapacity) : 0;
  return Math.ceil(Math.round(((instances * reservationPercent) / targetCapacity) * 1e9) / 1e9);
}
