import type { Allocation, JobVersion } from '../state/allocation.ts';

/** One allocation that is wanted. */
export interface PlaceRequest {
  readonly name: string;
  readonly index: number;
  readonly group: string;
  /** The version that it is to run. */
  readonly of: JobVersion;
  readonly previous: Allocation | undefined;
  readonly isReschedule: boolean;
  readonly rescheduleDelayUs: number;
  readonly isCanary: boolean;
  /** Part of the current deployment. */
  readonly inDeployment: boolean;
}

export interface StopRequest {
  readonly alloc: Allocation;
  readonly as: 'stopped' | 'lost';
  readonly why: string;
}

/** Failed allocations that are replaced at a later time, by one evaluation. */
export interface LaterRequest {
  readonly atUs: number;
  readonly allocs: readonly Allocation[];
}

/** What has to change so that a group is as it should be. */
export interface GroupChanges {
  readonly place: PlaceRequest[];
  readonly stop: StopRequest[];
  /** Stop the old, place the new. */
  readonly destructive: { readonly old: Allocation; readonly request: PlaceRequest }[];
  readonly inPlace: Allocation[];
  readonly unknown: Allocation[];
  readonly reconnected: Allocation[];
  readonly later: LaterRequest[];
  /** Updates that wait for the deployment. */
  waitingUpdates: number;
}

export const noChanges = (): GroupChanges => ({
  place: [],
  stop: [],
  destructive: [],
  inPlace: [],
  unknown: [],
  reconnected: [],
  later: [],
  waitingUpdates: 0,
});

/** Lowest indexes that are free: `web.app[0]`, `[1]`, … */
export function freeIndexes(taken: Iterable<number>, count: number, wanted: number): number[] {
  const used = new Set(taken);
  const free: number[] = [];
  for (let index = 0; free.length < wanted; index++) {
    if (index < count && used.has(index)) continue;
    if (index >= count && used.has(index)) continue;
    free.push(index);
  }
  return free;
}
