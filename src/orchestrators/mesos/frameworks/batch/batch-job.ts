import type { CronSchedule } from '../../../kubernetes/controllers/cronjob/cron-schedule.ts';
import type { ProcessBehaviour } from '../../../data-plane/process-behaviour.ts';
import type { AgentAttributes } from '../../allocator/offer-constraints.ts';
import type { JobSchedule, JobSpec } from './job-spec.ts';

/** `delayed`: it failed and is tried again soon. */
export type RunState = 'delayed' | 'queued' | 'launched' | 'ended';

/** One run of a job, over all its attempts. */
export interface JobRun {
  readonly id: number;
  readonly job: BatchJob;
  /** When it was asked for. */
  readonly beganUs: number;
  state: RunState;
  attempt: number;
  name: string;
  book: number;
  /** The master's number; -1: not launched. */
  task: number;
  attributes: AgentAttributes | undefined;
}

export interface BatchJob {
  readonly id: string;
  readonly workload: number;
  spec: JobSpec;
  behaviour: ProcessBehaviour;
  isRemoved: boolean;
  readonly runs: Set<JobRun>;
  /** Those that wait for an offer, first come first; some may have ended since. */
  queue: JobRun[];
  made: number;
}

/** A schedule of a job and when it is due next, in the run's time. */
export interface RunningSchedule {
  readonly job: BatchJob;
  readonly schedule: JobSchedule;
  readonly cron: CronSchedule;
  nextUs: number;
}
