import type { MachineSpec } from '../../data-plane/machine-spec.ts';
import { ContainerInstance } from '../agent/container-instance.ts';
import type { EcsTask } from '../tasks/ecs-task.ts';
import { bytesOfMib, milliOfUnits } from '../units.ts';
import type { EcsWorld } from '../world.ts';
import type { EcsValues } from '../constants.ts';

const GIB = 1024 * 1024 * 1024;

/** USD per hour of a Fargate task; storage beyond what is free does not count. */
export function fargateUsdPerHour(
  cpuUnits: number,
  memMib: number,
  architecture: 'amd64' | 'arm64',
  spot: boolean,
  values: EcsValues,
): number {
  const full = (cpuUnits / 1024) * values.fargateUsdPerCpuHour + (memMib / 1024) * values.fargateUsdPerGbHour;
  return full * (architecture === 'arm64' ? values.fargateArmShare : 1) * (spot ? values.fargateSpotShare : 1);
}

/** Machines that nobody owns: each task is given one of its own size, in the zone with the fewest of its group. */
export class Fargate {
  private readonly world: EcsWorld;
  private made = 0;

  constructor(world: EcsWorld) {
    this.world = world;
  }

  /** Orders the machine of a task. */
  instanceFor(task: EcsTask, zones: readonly string[]): ContainerInstance {
    const { machines, clock, epochMs } = this.world.plane;
    const { values } = this.world;
    const { definition } = task;
    const spot = task.provider === 'FARGATE_SPOT';
    const architecture = definition.architecture ?? 'amd64';
    const spec: MachineSpec = {
      name: `fargate-${++this.made}`,
      cpuMilli: milliOfUnits(definition.cpuUnits),
      memBytes: bytesOfMib(definition.memMib),
      diskBytes: definition.ephemeralGib * GIB,
      gpuCount: 0,
      zone: task.zone === '' ? this.zoneFor(task, zones) : task.zone,
      rack: -1,
      power: -1,
      labels: {},
      instanceType: '',
      architecture,
      group: 'fargate',
      spot,
      usdPerHour: fargateUsdPerHour(definition.cpuUnits, definition.memMib, architecture, spot, values),
      pullBytesPerSecond: values.fargatePullBytesPerSecond,
      // AWS counts the energy of its machines, not the customer.
      idleWatts: 0,
      busyWatts: 0,
    };
    const machine = machines.buy(spec, values.fargateStart);
    const instance = new ContainerInstance(machine, spec, epochMs + clock.nowUs / 1000, 0, true);
    instance.status = 'ACTIVE';
    this.world.instances.set(machine, instance);
    const { nowUs } = clock;
    this.world.plane.chronicle.timer({
      fromUs: nowUs,
      toUs: nowUs + values.fargateStart,
      timer: 'Fargate provisioning',
      about: task.name,
    });
    return instance;
  }

  private zoneFor(task: EcsTask, zones: readonly string[]): string {
    const counts = new Map(zones.map((zone) => [zone, 0]));
    for (const instance of this.world.instances.values())
      counts.set(
        instance.spec.zone,
        (counts.get(instance.spec.zone) ?? 0) + (instance.groupTasks.get(task.group) ?? 0),
      );
    const least = Math.min(...zones.map((zone) => counts.get(zone) ?? 0));
    const best = zones.filter((zone) => counts.get(zone) === least);
    return best[best.length < 2 ? 0 : this.world.random.placement.below(best.length)] ?? '';
  }
}
