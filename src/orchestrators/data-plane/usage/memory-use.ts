import { hours } from '../../../sim/time.ts';
import type { ProcessBehaviour } from '../process-behaviour.ts';

const HOUR_US = hours(1);

/** What a process has done so far, as far as it takes memory. */
export interface MemoryFacts {
  /** Since its start. */
  readonly ranUs: number;
  /** Requests that it has begun to serve. */
  readonly served: number;
  /** Of the requests that it has now. */
  readonly requestBytes: number;
}

/** Memory that a process uses, in whole bytes. */
export function memoryAt(behaviour: ProcessBehaviour, { ranUs, served, requestBytes }: MemoryFacts): number {
  const { memUsageBytes, memLeakBytesPerRequest } = behaviour;
  return Math.round(
    memUsageBytes + growsPerUs(behaviour) * Math.max(0, ranUs) + memLeakBytesPerRequest * served + requestBytes,
  );
}

/** By how much it grows by itself, in bytes per microsecond. */
export function growsPerUs({ memGrowthBytesPerHour }: ProcessBehaviour): number {
  return memGrowthBytesPerHour / HOUR_US;
}
