import type { Resources } from '../../data-plane/machine-spec.ts';
import type { NomadGroup, NomadJob } from '../jobs/nomad-jobs.ts';

/** A job as it was registered at some time. */
export interface JobVersion {
  readonly job: NomadJob;
  readonly version: number;
  /** Its deployment succeeded, so that a later one may go back to it. */
  stable: boolean;
  /** `web` of `web/periodic-1700000000`; its own id else. */
  readonly parent: string;
}

export interface RescheduleEvent {
  readonly timeUs: number;
  readonly node: number;
  readonly delayUs: number;
}

export type ClientStatus = 'pending' | 'running' | 'complete' | 'failed' | 'lost' | 'unknown';

/** One placement of a group's tasks on a node. */
export interface Allocation {
  readonly id: number;
  /** `web.app[2]`. */
  readonly name: string;
  readonly index: number;
  readonly jobId: string;
  readonly group: string;
  readonly node: number;
  readonly resources: Resources;
  readonly staticPorts: readonly number[];
  readonly dynamicPorts: number;
  readonly createdUs: number;
  /** In the books. */
  readonly task: number;
  readonly score: number;
  readonly reschedules: readonly RescheduleEvent[];
  /** In-place updates change it. */
  of: JobVersion;
  desired: 'run' | 'stop' | 'evict';
  status: ClientStatus;
  /** Number of its deployment; -1: none. */
  deployment: number;
  isCanary: boolean;
  healthy: boolean | undefined;
  /** The drainer wants it elsewhere. */
  migrate: boolean;
  /** The deployment watcher allows a replacement though the deployment goes on. */
  mayReschedule: boolean;
  /** The evaluation that waits to replace it; -1: none. */
  followUp: number;
  next: Allocation | undefined;
  /** When its last task ended, as its client told. */
  endedUs: number;
  runningSinceUs: number;
  /** When its node fell silent; NaN: it did not. */
  disconnectedUs: number;
}

export const clientHasEnded = ({ status }: Allocation): boolean =>
  status === 'complete' || status === 'failed' || status === 'lost';

/** Whether it holds nothing any more, as schedulers reckon (structs.go, `Allocation.TerminalStatus`). */
export const isTerminal = (alloc: Allocation): boolean => alloc.desired !== 'run' || clientHasEnded(alloc);

export function groupOf(version: JobVersion, name: string): NomadGroup | undefined {
  return version.job.groups.find((group) => group.name === name);
}

export const allocName = (jobId: string, group: string, index: number): string => `${jobId}.${group}[${index}]`;
