/** One task of a run, simulated or real. Infinity: not within the run. */
export interface TaskLife {
  readonly workload: string;
  /** `web.3`. */
  readonly name: string;
  /** Number of its machine; -1: none was found. */
  machine: number;
  madeUs: number;
  runningUs: number;
  endedUs: number;
}

/** What befell, in the control loop's own words. */
export interface SwarmHappening {
  readonly atUs: number;
  readonly kind: string;
  readonly about: string;
  readonly what: string;
}

export interface SwarmRun {
  readonly tasks: readonly TaskLife[];
  readonly happenings: readonly SwarmHappening[];
  readonly durationUs: number;
}

/** How many tasks of each workload run on each machine at some time: `{ web: [2, 1, 0] }`. */
export function placementAt(
  run: SwarmRun,
  atUs: number,
  machines: number,
): Readonly<Record<string, readonly number[]>> {
  const placement: Record<string, number[]> = {};
  for (const { workload, machine, runningUs, endedUs } of run.tasks) {
    placement[workload] ??= Array.from({ length: machines }, () => 0);
    if (machine >= 0 && runningUs <= atUs && atUs < endedUs) placement[workload][machine]++;
  }
  return placement;
}
