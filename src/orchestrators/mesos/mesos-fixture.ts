import { machineSpecs, runLoop } from '../data-plane/data-plane-fixture.ts';
import type { MachineSpec } from '../data-plane/machine-spec.ts';
import type { OrchestratedSpec } from '../data-plane/orchestrated-spec.ts';
import type { OrchestratedRun } from '../data-plane/orchestrated-run.ts';
import { PLAIN_PROCESS, type ProcessBehaviour } from '../data-plane/process-behaviour.ts';
import type { TimedWeather } from '../../sim/weather/timed-weather.ts';
import { mesos } from './index.ts';
import type { MesosLoop } from './mesos-loop.ts';

export const S = 1e6;

export interface MesosRunOptions {
  readonly machines?: readonly MachineSpec[];
  readonly seed?: number;
  readonly constants?: Readonly<Record<string, number>>;
  readonly behaviour?: (workload: string) => Partial<ProcessBehaviour>;
  readonly spec?: Partial<OrchestratedSpec>;
  readonly weather?: readonly TimedWeather[];
}

/** A run of Mesos with these native objects, each a file of its own. */
export function runMesos(
  files: readonly unknown[],
  options: MesosRunOptions = {},
): OrchestratedRun & { readonly loop: MesosLoop } {
  const {
    machines = machineSpecs(4, ['a', 'b']),
    seed = 1,
    constants = {},
    behaviour = () => ({}),
    spec = {},
    weather = [],
  } = options;
  const native = mesos.read(files.map((file, k) => ({ file: `file-${k}.json`, text: JSON.stringify(file) })));
  const loop = mesos.loop(native, {
    constants,
    behaviourOf: (workload) => ({ ...PLAIN_PROCESS, ...behaviour(workload) }),
  });
  const run = runLoop(loop, { orchestrator: 'mesos', machines, ...spec }, weather, { seed });
  return run as OrchestratedRun & { readonly loop: MesosLoop };
}

/** Instances of an app that are healthy, with their machines. */
export function instancesOf(run: { readonly loop: MesosLoop }, id: string) {
  const marathon = [...run.loop.marathons.values()].find((one) => one.tracker.apps.has(id));
  return [...(marathon?.tracker.apps.get(id)?.instances ?? [])];
}
