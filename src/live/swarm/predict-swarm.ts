import { labelledProcess } from '../../orchestrators/behaviour/labelled-process.ts';
import type { MachineSpec } from '../../orchestrators/data-plane/machine-spec.ts';
import { readStack } from '../../orchestrators/swarm/compose/read-stack.ts';
import { workloadOf } from '../../orchestrators/swarm/swarm-spec.ts';
import { simulateSwarm } from './simulate-swarm.ts';
import type { SwarmReplay } from './swarm-replay.ts';
import type { SwarmRun } from './swarm-run.ts';
import { wantedAfter, wantedAtFirst } from './wanted-stack.ts';

/** After the last change so long is waited, to see that nothing more comes. */
const QUIET_US = 8e6;

/** Of a process nothing is known but its labels; images are taken to be there. */
const DEFAULTS = { imageBytes: 0, bootUs: 0.3e6, stopUs: 0.1e6, cpuUsageShare: 0, memUsageShare: 0, jobUs: 30e6 };

/**
 * What the simulation says of a replay on these machines. The replay ends when nothing changes any more, or when it was
 * to end anyway.
 */
export function predictSwarm(
  replay: SwarmReplay,
  machines: readonly MachineSpec[],
): { readonly predicted: SwarmRun; readonly durationUs: number } {
  let wanted = wantedAtFirst(replay.files);
  const workloads = new Map(readStack(replay.files).workloads.map((one) => [one.name, one]));
  for (const { change } of replay.steps) {
    wanted = wantedAfter(wanted, change);
    for (const [name, spec] of wanted) if (!workloads.has(name)) workloads.set(name, workloadOf(spec));
  }
  const predicted = simulateSwarm({
    files: replay.files,
    machines,
    steps: replay.steps,
    durationUs: replay.durationUs,
    seed: replay.seed,
    behaviourOf: (name) => {
      const workload = workloads.get(name);
      const blank = {
        name,
        kind: 'service',
        replicas: 1,
        image: '',
        labels: {},
        cpuMilli: 0,
        memBytes: 0,
        ports: [],
      } as const;
      return labelledProcess(workload ?? blank, DEFAULTS, false);
    },
  });
  const changes = predicted.tasks.flatMap(({ madeUs, runningUs, endedUs }) => [madeUs, runningUs, endedUs]);
  const lastUs = Math.max(0, ...replay.steps.map(({ atUs }) => atUs), ...changes.filter((us) => us < Infinity));
  const durationUs = Math.min(replay.durationUs, lastUs + QUIET_US);
  return { predicted: { ...predicted, durationUs }, durationUs };
}
