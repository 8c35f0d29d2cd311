import type { WorkloadStatistics } from './workload-statistics.ts';

/** The statistics that are single numbers. */
export type StatisticName = {
  [Name in keyof WorkloadStatistics]-?: WorkloadStatistics[Name] extends number | undefined ? Name : never;
}[keyof WorkloadStatistics];

/** A published number that a synthetic workload should come near. */
export interface Target {
  readonly statistic: StatisticName;
  readonly value: number;
  /** How far off counts as near, as a share of the value: 0.2 for 20 %. */
  readonly tolerance: number;
}

export interface TargetRow extends Target {
  /** What the workload has; undefined when it is too short to tell. */
  readonly got: number | undefined;
  readonly within: boolean;
}

/** Each target beside what the workload has. */
export function compareWithTargets(statistics: WorkloadStatistics, targets: readonly Target[]): TargetRow[] {
  return targets.map((target) => {
    const got = statistics[target.statistic];
    const within = got !== undefined && Math.abs(got - target.value) <= target.tolerance * Math.abs(target.value);
    return { ...target, got, within };
  });
}
