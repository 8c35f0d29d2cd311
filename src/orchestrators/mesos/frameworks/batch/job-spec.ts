import type { Resources } from '../../../data-plane/machine-spec.ts';
import type { Constraint } from '../marathon/app-spec.ts';

export interface JobSchedule {
  readonly id: string;
  readonly cron: string;
  readonly timeZone: string;
  /** A run that could not begin for so long is not begun any more. */
  readonly startingDeadlineUs: number;
  /** Whether a run begins while another one goes on. */
  readonly allowsConcurrent: boolean;
  readonly enabled: boolean;
}

/** A job of Metronome (DC/OS jobs) with all defaults (dcos/metronome api/src/main/resources/public/api/v1/schema). */
export interface JobSpec {
  /** `prod.report`. */
  readonly id: string;
  readonly framework: string;
  readonly role: string;
  readonly resources: Resources;
  readonly image: string;
  readonly forcePullImage: boolean;
  readonly constraints: readonly Constraint[];
  readonly restartsOnFailure: boolean;
  /** No restart of a run that began so long ago; Infinity: always. */
  readonly activeDeadlineUs: number;
  readonly maxLaunchDelayUs: number;
  readonly taskKillGraceUs: number;
  readonly schedules: readonly JobSchedule[];
  /** Runs that are asked for when it is created. */
  readonly runs: number;
  readonly labels: Readonly<Record<string, string>>;
}
