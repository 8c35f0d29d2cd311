import { fixtureSpec, machineSpecs } from '../data-plane/data-plane-fixture.ts';
import type { LedgerTask } from '../data-plane/holdings.ts';
import type { MachineSpec } from '../data-plane/machine-spec.ts';
import { OrchestratedRun } from '../data-plane/orchestrated-run.ts';
import type { OrchestratedSpec } from '../data-plane/orchestrated-spec.ts';
import { PLAIN_PROCESS, type ProcessBehaviour } from '../data-plane/process-behaviour.ts';
import type { TimedWeather } from '../../sim/weather/timed-weather.ts';
import type { Instance } from './frameworks/marathon/instance.ts';
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

/** A task that was given a machine. */
export interface Placement {
  readonly timeUs: number;
  readonly name: string;
  readonly machine: number;
}

export interface MesosRun {
  readonly run: OrchestratedRun;
  readonly loop: MesosLoop;
  readonly placements: Placement[];
}

/** Mesos with these native objects, each a file of its own, before its first event. */
export function startMesos(files: readonly unknown[], options: MesosRunOptions = {}): MesosRun {
  const { machines = machineSpecs(4, ['a', 'b']), seed = 1, constants = {}, behaviour = () => ({}) } = options;
  const native = mesos.read(files.map((file, k) => ({ file: `file-${k}.json`, text: JSON.stringify(file) })));
  const loop = mesos.loop(native, {
    constants,
    behaviourOf: (workload) => ({ ...PLAIN_PROCESS, ...behaviour(workload) }),
  });
  const spec = fixtureSpec(loop, { orchestrator: 'mesos', machines, ...options.spec }, options.weather);
  const run = new OrchestratedRun(spec, { seed });
  const placements: Placement[] = [];
  run.ledger.watch({
    placed: ({ name, machine }: LedgerTask) => placements.push({ timeUs: run.clock.nowUs, name, machine }),
    released: () => {},
  });
  return { run, loop: run.loop as MesosLoop, placements };
}

/** The same after its last. */
export function runMesos(files: readonly unknown[], options: MesosRunOptions = {}): MesosRun {
  const started = startMesos(files, options);
  while (started.run.step());
  return started;
}

/** All instances of an app that have not ended. */
export function instancesOf({ loop }: Pick<MesosRun, 'loop'>, id: string): Instance[] {
  const marathon = [...loop.marathons.values()].find((one) => one.tracker.apps.has(id));
  return [...(marathon?.tracker.apps.get(id)?.instances ?? [])];
}

/** When events of this reason were told, in seconds. */
export function secondsOf({ run }: Pick<MesosRun, 'run'>, reason: string, about?: string): number[] {
  return run.recorder.records.events
    .filter((one) => one.reason === reason && (about === undefined || one.about === about))
    .map(({ timeUs }) => timeUs / S);
}
