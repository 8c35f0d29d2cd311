/** What the scheduler has done so far. */
export interface SchedulerStats {
  /** Attempts by outcome (`scheduler_schedule_attempts_total`). */
  readonly attempts: { scheduled: number; unschedulable: number; error: number };
  /** Pods bound, and how long they took from when they were first ready for an attempt (`scheduler_pod_scheduling_sli_duration_seconds`). */
  bound: number;
  waitUsSum: number;
  waitUsMax: number;
  /** Time spent in scheduling cycles, waits for the client included. */
  busyUs: number;
  /** Nodes looked at. */
  examined: number;
  /** Attempts that looked for victims, and victims told to go. */
  preemptions: number;
  victims: number;
}

export function noStats(): SchedulerStats {
  return {
    attempts: { scheduled: 0, unschedulable: 0, error: 0 },
    bound: 0,
    waitUsSum: 0,
    waitUsMax: 0,
    busyUs: 0,
    examined: 0,
    preemptions: 0,
    victims: 0,
  };
}
