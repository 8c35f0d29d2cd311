import { InputError } from '../../../sim/input-error.ts';
import { suggestion } from '../../../sim/nearest-name.ts';
import type { MachineSpec } from '../../data-plane/machine-spec.ts';
import type { AutoScalingGroup } from '../files/ecs-files.ts';
import type { EcsWorld } from '../world.ts';
import { instanceSize, KNOWN_INSTANCE_TYPES } from './instance-types.ts';

const DEFAULT_TYPE = 'm5.large';

interface Group {
  readonly file: AutoScalingGroup;
  desired: number;
  /** Machines that are there or on their way. */
  readonly machines: Set<number>;
  made: number;
}

/** EC2 Auto Scaling groups: as many instances as desired, over their zones in turn; lost ones are ordered again. */
export class AutoScalingGroups {
  private readonly world: EcsWorld;
  private readonly groups = new Map<string, Group>();
  private readonly order: Group[] = [];
  private readonly fillKind: number;
  private readonly replaceKind: number;

  constructor(world: EcsWorld) {
    this.world = world;
    this.fillKind = world.plane.clock.apiKind((index) => this.complete(this.order[index]));
    this.replaceKind = world.plane.clock.apiKind((machine) => this.replace(machine));
  }

  /** Machines of a group's name belong to it; what is missing is bought. */
  add(file: AutoScalingGroup): void {
    if (this.groups.has(file.name)) return;
    const group: Group = { file, desired: file.desired, machines: new Set(), made: 0 };
    const { specs } = this.world.plane.machines;
    specs.forEach((spec, machine) => {
      if (spec.group === file.name) group.machines.add(machine);
    });
    group.desired = Math.max(file.desired, group.machines.size);
    this.groups.set(file.name, group);
    this.order.push(group);
    this.complete(group);
  }

  has(name: string): boolean {
    return this.groups.has(name);
  }

  limits(name: string): { min: number; max: number } {
    const { min, max } = this.groups.get(name)!.file;
    return { min, max };
  }

  /** Instances of the group, those on their way among them. */
  machines(name: string): number[] {
    return [...(this.groups.get(name)?.machines ?? [])];
  }

  /** Largest type of the group. */
  spec(name: string): MachineSpec {
    return this.specOf(this.groups.get(name)!);
  }

  setDesired(name: string, desired: number): void {
    const group = this.groups.get(name)!;
    group.desired = desired;
    this.complete(group);
  }

  /** Given back; not ordered again, since fewer are desired. */
  terminate(machine: number, why: string): void {
    for (const group of this.order)
      if (group.machines.delete(machine)) group.desired = Math.max(group.file.min, group.desired - 1);
    this.world.plane.machines.giveBack(machine, why);
  }

  /** An instance is lost. Of a group, another is ordered soon; of a fixed fleet only where that was asked for. */
  lost(machine: number): void {
    const { clock, machines, chronicle } = this.world.plane;
    const { groupReaction, replaceInstances } = this.world.values;
    const index = this.order.findIndex((group) => group.machines.has(machine));
    if (index < 0 && replaceInstances === 0) return;
    chronicle.timer({
      fromUs: clock.nowUs,
      toUs: clock.nowUs + groupReaction,
      timer: 'Auto Scaling replacement',
      about: machines.specs[machine].name,
    });
    if (index < 0) {
      clock.after(groupReaction, this.replaceKind, machine);
      return;
    }
    this.order[index].machines.delete(machine);
    if (!machines.state(machine).gone) machines.giveBack(machine, 'failed its EC2 status checks');
    clock.after(groupReaction, this.fillKind, index);
  }

  isWaiting(): boolean {
    const { machines } = this.world.plane;
    return this.order.some((group) => [...group.machines].some((machine) => machines.state(machine).coming));
  }

  private complete(group: Group): void {
    while (group.machines.size < group.desired) group.machines.add(this.buy(group));
  }

  private replace(machine: number): void {
    const { machines } = this.world.plane;
    const spec = machines.specs[machine];
    if (!machines.state(machine).gone) machines.giveBack(machine, 'failed its EC2 status checks');
    const base = spec.name.replace(/-r\d+$/, '');
    let turn = 1;
    while (machines.specs.some(({ name }) => name === `${base}-r${turn}`)) turn++;
    machines.buy({ ...spec, name: `${base}-r${turn}` }, this.world.values.instanceBoot);
  }

  private buy(group: Group): number {
    const { machines, chronicle, clock } = this.world.plane;
    const { instanceBoot } = this.world.values;
    const spec = this.specOf(group);
    chronicle.timer({
      fromUs: clock.nowUs,
      toUs: clock.nowUs + instanceBoot,
      timer: 'instance boot',
      about: spec.name,
    });
    return machines.buy(spec, instanceBoot);
  }

  private specOf(group: Group): MachineSpec {
    const { specs } = this.world.plane.machines;
    const { file } = group;
    const names = new Set(specs.map(({ name }) => name));
    let number = group.made + 1;
    while (names.has(`${file.name}-${number}`)) number++;
    const name = `${file.name}-${number}`;
    const type = file.instanceType || (specs.find((spec) => spec.group === file.name)?.instanceType ?? DEFAULT_TYPE);
    const zones = file.zones.length > 0 ? file.zones : [...new Set(specs.map(({ zone }) => zone))].sort();
    const zone = this.emptiestZone(group, zones);
    const alike =
      specs.find((spec) => spec.group === file.name) ?? specs.find((spec) => spec.instanceType === type && type !== '');
    if (alike !== undefined && (alike.instanceType === type || type === DEFAULT_TYPE))
      return { ...alike, name, zone, group: file.name, spot: file.spot };
    const size = instanceSize(type, file.spot);
    if (size === undefined)
      throw new InputError(
        `${file.where}: instance type "${type}" of Auto Scaling group "${file.name}" is not known here${suggestion(type, KNOWN_INSTANCE_TYPES)}`,
      );
    return {
      name,
      ...size,
      diskBytes: 30e9,
      zone,
      rack: -1,
      power: -1,
      labels: {},
      instanceType: type,
      group: file.name,
      spot: file.spot,
      pullBytesPerSecond: 100e6,
      idleWatts: 10 * (size.cpuMilli / 1000),
      busyWatts: 25 * (size.cpuMilli / 1000),
    };
  }

  private emptiestZone(group: Group, zones: readonly string[]): string {
    const { specs } = this.world.plane.machines;
    let best = zones[0] ?? '';
    let fewest = Infinity;
    for (const zone of zones) {
      const there = [...group.machines].filter((machine) => specs[machine].zone === zone).length;
      if (there < fewest) [best, fewest] = [zone, there];
    }
    return best;
  }
}
