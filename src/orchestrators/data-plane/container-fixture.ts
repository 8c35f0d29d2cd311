import { stream } from '../../sim/random.ts';
import { Clock } from '../clock.ts';
import { ContainerRuns } from './containers.ts';
import { machineSpecs } from './data-plane-fixture.ts';
import type { Books, ContainerOrder } from './data-plane.ts';
import type { MachineSpec } from './machine-spec.ts';
import { MachinePark } from './machines.ts';
import { PLAIN_PROCESS, type ProcessBehaviour } from './process-behaviour.ts';
import { ProbeRuns } from './probes.ts';

/** Machines, containers and probes with nobody who commands them; `until` lets time pass. */
export function bareMachines(
  specs: readonly MachineSpec[] = machineSpecs(1, []),
  seed: number | string = 1,
): {
  clock: Clock;
  machines: MachinePark;
  containers: ContainerRuns;
  probes: ProbeRuns;
  until: (timeUs: number) => void;
} {
  const clock = new Clock();
  const machines = new MachinePark(clock, specs);
  const streams = (name: string) => stream(seed, name);
  const containers = new ContainerRuns({ clock, machines, streams, registryRoundTripUs: 50_000 });
  const probes = new ProbeRuns(clock, machines, containers, streams);
  return { clock, machines, containers, probes, until: (timeUs) => untilUs(clock, timeUs) };
}

function untilUs(clock: Clock, timeUs: number): void {
  while (clock.step(timeUs));
}

/** Books that only count. */
export function silentBooks(): Books {
  let workloads = 0;
  let tasks = 0;
  const nothing = () => {};
  return {
    addWorkload: () => workloads++,
    addTask: () => tasks++,
    setDesired: nothing,
    place: nothing,
    setReady: nothing,
    end: nothing,
    restarted: nothing,
    waits: nothing,
    happened: nothing,
    addCost: nothing,
  };
}

/** An order for a container of 100 MB that boots for a second, on machine 0 unless it says otherwise. */
export function containerOrder(
  name: string,
  otherwise: Partial<ContainerOrder> = {},
  behaviour: Partial<ProcessBehaviour> = {},
): ContainerOrder {
  return {
    name,
    task: -1,
    machine: 0,
    image: name.replace(/\..*$/, ''),
    prefersLocalImage: true,
    cpuWeightMilli: 0,
    cpuLimitMilli: Infinity,
    memLimitBytes: Infinity,
    behaviour: { ...PLAIN_PROCESS, ...behaviour },
    ...otherwise,
  };
}
