import type { SwarmServiceSpec } from '../../orchestrators/swarm/swarm-spec.ts';
import type { SwarmReplayStep } from './swarm-replay.ts';
import type { SwarmRun } from './swarm-run.ts';
import { wantedAfter, type WantedServices } from './wanted-stack.ts';

/** So many tasks of one version of a workload are to be on one node from some time on. */
export interface PinnedStep {
  readonly atUs: number;
  readonly workload: string;
  /** Of the workload: 1 is what was deployed first. */
  readonly version: number;
  readonly machine: number;
  readonly count: number;
  readonly spec: SwarmServiceSpec;
}

/** Changes nearer to each other than this are one. */
const TOGETHER_US = 200_000;

/**
 * What the simulation decided, as numbers of tasks by workload, version and node, each as a real service pinned to that
 * node. Jobs are left to the swarm, as nothing that has been done can be moved.
 */
export function pinnedSteps(
  run: SwarmRun,
  first: WantedServices,
  steps: readonly SwarmReplayStep[],
): readonly PinnedStep[] {
  const versions = versionsOf(first, steps);
  const changes: { atUs: number; key: string; by: number; step: Omit<PinnedStep, 'atUs' | 'count'> }[] = [];
  for (const { workload, machine, madeUs, endedUs } of run.tasks) {
    const version = versions.get(workload)?.findLast(({ sinceUs }) => sinceUs <= madeUs);
    if (machine < 0 || version === undefined || isJob(version.spec)) continue;
    const step = { workload, version: version.number, machine, spec: version.spec };
    const key = `${workload} ${version.number} ${machine}`;
    changes.push({ atUs: madeUs, key, by: 1, step });
    if (endedUs < Infinity) changes.push({ atUs: endedUs, key, by: -1, step });
  }
  changes.sort((a, b) => a.atUs - b.atUs);
  const counts = new Map<string, number>();
  const pinned: PinnedStep[] = [];
  for (const { atUs, key, by, step } of changes) {
    const count = (counts.get(key) ?? 0) + by;
    counts.set(key, count);
    const last = pinned.findLastIndex(
      (one) => one.workload === step.workload && one.version === step.version && one.machine === step.machine,
    );
    const together = last >= 0 && atUs - pinned[last].atUs < TOGETHER_US;
    if (together) pinned[last] = { ...pinned[last], count };
    else pinned.push({ atUs, ...step, count });
  }
  return pinned;
}

export const isJob = ({ mode }: SwarmServiceSpec): boolean => mode === 'replicated-job' || mode === 'global-job';

interface Version {
  readonly sinceUs: number;
  readonly number: number;
  readonly spec: SwarmServiceSpec;
}

/** Versions of each workload: what its tasks are made of, as it changes with the steps. Replicas make no version. */
function versionsOf(first: WantedServices, steps: readonly SwarmReplayStep[]): Map<string, Version[]> {
  const versions = new Map([...first].map(([name, spec]) => [name, [{ sinceUs: -Infinity, number: 1, spec }]]));
  let wanted = first;
  for (const { atUs, change } of steps) {
    wanted = wantedAfter(wanted, change);
    for (const [name, spec] of wanted) {
      const before = versions.get(name) ?? [];
      const last = before.at(-1);
      if (last !== undefined && templateOf(last.spec) === templateOf(spec)) continue;
      versions.set(name, [...before, { sinceUs: atUs, number: before.length + 1, spec }]);
    }
  }
  return versions;
}

const templateOf = ({ image, command, environment, reservations, limits }: SwarmServiceSpec): string =>
  JSON.stringify([image, command, environment, reservations, Object.values(limits).map(String)]);
