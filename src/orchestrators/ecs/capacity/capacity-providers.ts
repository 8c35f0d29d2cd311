import type { ContainerInstance } from '../agent/container-instance.ts';
import type { CapacityProvider } from '../files/ecs-files.ts';
import type { EcsTask } from '../tasks/ecs-task.ts';
import type { EcsWorld } from '../world.ts';
import type { AutoScalingGroups } from './auto-scaling-groups.ts';
import { CapacityAlarms, scalingAnswer } from './managed-scaling.ts';
import { neededInstances, reservation, type WaitingGroup } from './reservation.ts';
import { mibOfBytes, unitsOfMilli } from '../units.ts';

interface Provider {
  readonly file: CapacityProvider;
  readonly alarms: CapacityAlarms;
  /** When instances were last ordered. */
  orderedUs: number;
  /** Instances that are DRAINING and go when they are empty. */
  readonly leaving: Set<number>;
}

/** Whether daemons alone are there. */
export type IsEmpty = (instance: ContainerInstance) => boolean;

/** Capacity providers with managed scaling (Developer Guide, cluster-auto-scaling). */
export class CapacityProviders {
  private readonly world: EcsWorld;
  private readonly groups: AutoScalingGroups;
  private readonly isEmpty: IsEmpty;
  private readonly drain: (instance: ContainerInstance) => void;
  private readonly providers = new Map<string, Provider>();
  private readonly minuteKind: number;
  private readonly order: Provider[] = [];

  constructor(
    world: EcsWorld,
    groups: AutoScalingGroups,
    parts: { readonly isEmpty: IsEmpty; readonly drain: (instance: ContainerInstance) => void },
  ) {
    this.world = world;
    this.groups = groups;
    this.isEmpty = parts.isEmpty;
    this.drain = parts.drain;
    this.minuteKind = world.plane.clock.apiKind((index) => this.minute(this.order[index], index));
  }

  add(file: CapacityProvider): void {
    if (this.providers.has(file.name)) return;
    const provider: Provider = { file, alarms: new CapacityAlarms(), orderedUs: -Infinity, leaving: new Set() };
    this.providers.set(file.name, provider);
    const index = this.order.push(provider) - 1;
    if (file.managedScaling !== undefined && this.groups.has(file.group))
      this.world.plane.clock.after(this.world.values.capacityPeriod, this.minuteKind, index);
  }

  isOf(provider: string, instance: ContainerInstance): boolean {
    return provider === '' || this.providers.get(provider)?.file.group === instance.group;
  }

  /** Whether a task without room waits in PROVISIONING for instances that will be ordered. */
  waitsFor(provider: string): boolean {
    const file = this.providers.get(provider)?.file;
    return file?.managedScaling !== undefined && this.groups.has(file.group);
  }

  /** Instances that were to go are looked at when something of theirs has ended. */
  emptied(instance: ContainerInstance): void {
    for (const { leaving, file } of this.order)
      if (leaving.has(instance.machine) && this.isEmpty(instance)) {
        leaving.delete(instance.machine);
        this.terminate(instance, file);
      }
  }

  private minute(provider: Provider, index: number): void {
    const { clock, chronicle } = this.world.plane;
    const { values } = this.world;
    clock.after(values.capacityPeriod, this.minuteKind, index);
    const { file, alarms } = provider;
    const scaling = file.managedScaling!;
    const machines = this.groups.machines(file.group).filter((machine) => !provider.leaving.has(machine));
    const busy = machines.filter((machine) => {
      const instance = this.world.instances.get(machine);
      return instance !== undefined && !this.isEmpty(instance);
    });
    const waiting = this.waitingGroups(file);
    const needed = neededInstances(busy.length, waiting);
    const percent = reservation(needed, machines.length);
    alarms.see(percent, scaling.targetCapacity);
    const answer = scalingAnswer(
      machines.length,
      percent,
      scaling,
      alarms,
      clock.nowUs < provider.orderedUs + scaling.warmupUs,
      this.groups.limits(file.group),
      {
        highPoints: values.capacityHighPoints,
        lowPoints: values.capacityLowPoints,
        inShare: values.capacityScaleInShare,
      },
    );
    if (answer.desired === machines.length) return;
    const waits = waiting.reduce((sum, { tasks }) => sum + tasks, 0);
    const decision = {
      component: 'ecs-managed-scaling',
      about: file.group,
      what: `${machines.length} -> ${answer.desired} instances`,
      why: `CapacityProviderReservation ${Math.round(percent * 10) / 10} of target ${scaling.targetCapacity}: ${busy.length} with tasks and ${needed - busy.length} for ${waits} waiting, of ${machines.length}`,
    };
    if (answer.desired > machines.length) {
      chronicle.decision(answer.limitedBy === undefined ? decision : { ...decision, limitedBy: answer.limitedBy });
      provider.orderedUs = clock.nowUs;
      this.groups.setDesired(file.group, answer.desired + provider.leaving.size);
      return;
    }
    const going = this.leavers(provider, machines, machines.length - answer.desired);
    if (going.length === 0) return;
    chronicle.decision({ ...decision, what: `${machines.length} -> ${machines.length - going.length} instances` });
    for (const machine of going) this.leave(provider, machine);
  }

  /** Tasks in PROVISIONING, alike ones together, against the group's instance type. */
  private waitingGroups(file: CapacityProvider): WaitingGroup[] {
    const { spec, values } = { spec: this.groups.spec(file.group), values: this.world.values };
    const cpuUnits = unitsOfMilli(spec.cpuMilli);
    const memMib = mibOfBytes(spec.memBytes) - values.ecsReservedMemory;
    const groups = new Map<string, { tasks: number; perInstance: number }>();
    for (const task of this.world.tasks.all()) {
      if (task.provider !== file.name || task.machine >= 0 || task.isUnplaced) continue;
      const { definition } = task;
      const key = `${definition.family}:${definition.revision}`;
      const known = groups.get(key);
      if (known !== undefined) known.tasks++;
      else groups.set(key, { tasks: 1, perInstance: perInstance(definition, cpuUnits, memMib, spec.gpuCount) });
    }
    return [...groups.values()];
  }

  /** Which instances go: only empty ones where they are protected; else from the fullest zone, the oldest first. */
  private leavers({ file }: Provider, machines: readonly number[], count: number): number[] {
    const { specs } = this.world.plane.machines;
    const isFree = (machine: number): boolean => {
      const instance = this.world.instances.get(machine);
      return instance === undefined || this.isEmpty(instance);
    };
    const pool = new Set(file.terminationProtection ? machines.filter(isFree) : machines);
    const left = new Set(machines);
    const going: number[] = [];
    while (going.length < count && pool.size > 0) {
      const inZone = (machine: number): number =>
        [...left].filter((one) => specs[one].zone === specs[machine].zone).length;
      const machine = [...pool].reduce((best, one) => (inZone(one) > inZone(best) ? one : best));
      pool.delete(machine);
      left.delete(machine);
      going.push(machine);
    }
    return going;
  }

  private leave(provider: Provider, machine: number): void {
    const instance = this.world.instances.get(machine);
    if (instance === undefined) {
      this.groups.terminate(machine, 'scale-in');
      return;
    }
    if (provider.file.draining && !this.isEmpty(instance)) {
      provider.leaving.add(machine);
      this.drain(instance);
    } else this.terminate(instance, provider.file);
  }

  private terminate(instance: ContainerInstance, file: CapacityProvider): void {
    const { name, machine } = instance;
    const text = `instance ${name} of ${file.group} is terminated: scale-in`;
    this.world.plane.chronicle.event('ecs-managed-scaling', 'Normal', 'InstanceTerminated', name, text);
    // No loss: nobody is to replace it.
    instance.status = 'INACTIVE';
    this.groups.terminate(machine, 'scale-in');
  }
}

function perInstance(
  { cpuUnits, memMib, gpuCount }: EcsTask['definition'],
  cpu: number,
  mem: number,
  gpus: number,
): number {
  return Math.min(
    cpuUnits > 0 ? Math.floor(cpu / cpuUnits) : Infinity,
    memMib > 0 ? Math.floor(mem / memMib) : Infinity,
    gpuCount > 0 ? Math.floor(gpus / gpuCount) : Infinity,
  );
}
