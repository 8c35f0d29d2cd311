import type { MachineSpec } from '../../data-plane/machine-spec.ts';
import type { EcsTask } from '../tasks/ecs-task.ts';
import { mibOfBytes, unitsOfMilli } from '../units.ts';
import type { Queried } from '../query-language/query.ts';

/** Ports that the agent and Docker have (Developer Guide, ECS_RESERVED_PORTS). */
const RESERVED_PORTS = [22, 2375, 2376, 51_678, 51_679];

/** What a container instance has, or what of it is free. */
export interface InstanceRoom {
  cpuUnits: number;
  memMib: number;
  gpuCount: number;
}

/** A registered machine as the control plane knows it: its room, its tasks, its attributes. */
export class ContainerInstance implements Queried {
  readonly machine: number;
  readonly spec: MachineSpec;
  readonly registeredAtMs: number;
  /** Name of the Auto Scaling group that it belongs to; ''. */
  readonly group: string;
  readonly isFargate: boolean;
  readonly total: InstanceRoom;
  readonly free: InstanceRoom;
  readonly agentVersion = '1.94.0';
  status: 'REGISTERING' | 'ACTIVE' | 'DRAINING' | 'INACTIVE' = 'REGISTERING';
  agentConnected = false;
  /** People want no new tasks there. */
  isPaused = false;
  readonly tasks = new Set<EcsTask>();
  readonly groupTasks = new Map<string, number>();
  private readonly ports = new Set<string>(RESERVED_PORTS.flatMap((port) => [`tcp ${port}`, `udp ${port}`]));
  private readonly attributes: Readonly<Record<string, string>>;

  constructor(machine: number, spec: MachineSpec, registeredAtMs: number, reservedMib: number, isFargate: boolean) {
    this.machine = machine;
    this.spec = spec;
    this.registeredAtMs = registeredAtMs;
    this.group = spec.group;
    this.isFargate = isFargate;
    this.total = {
      cpuUnits: unitsOfMilli(spec.cpuMilli),
      memMib: Math.max(0, mibOfBytes(spec.memBytes) - reservedMib),
      gpuCount: spec.gpuCount,
    };
    this.free = { ...this.total };
    this.attributes = {
      ...spec.labels,
      'ecs.availability-zone': spec.zone,
      'ecs.instance-type': spec.instanceType,
      'ecs.os-type': 'linux',
      'ecs.os-family': 'LINUX',
      'ecs.cpu-architecture': spec.architecture === 'arm64' ? 'arm64' : 'x86_64',
      'ecs.ami-id': 'ami-baton',
      'ecs.vpc-id': 'vpc-baton',
      'ecs.subnet-id': `subnet-${spec.zone}`,
    };
  }

  get name(): string {
    return this.spec.name;
  }

  get ec2InstanceId(): string {
    return this.spec.name;
  }

  get runningTasksCount(): number {
    let count = 0;
    for (const { lastStatus } of this.tasks) if (lastStatus === 'RUNNING') count++;
    return count;
  }

  attribute(name: string): string | undefined {
    return Object.hasOwn(this.attributes, name) ? this.attributes[name] : undefined;
  }

  /** `instanceId` or `attribute:NAME`; '' where there is none. */
  fieldValue(field: string): string {
    return field === 'instanceId' ? this.name : (this.attribute(field.slice('attribute:'.length)) ?? '');
  }

  hasTaskOf(group: string): boolean {
    return (this.groupTasks.get(group) ?? 0) > 0;
  }

  /** What stands in the way of a task, in the words of ECS's events; undefined: it fits. */
  lacks({ definition }: EcsTask): string | undefined {
    const { architecture, cpuUnits, memMib, gpuCount } = definition;
    if (architecture !== undefined && architecture !== this.spec.architecture)
      return 'is missing an attribute required by your task';
    if (cpuUnits > this.free.cpuUnits) return 'has insufficient CPU units available';
    if (memMib > this.free.memMib) return 'has insufficient memory available';
    if (gpuCount > this.free.gpuCount) return 'has insufficient GPU resource available';
    return portsOf(definition).some((port) => this.ports.has(port))
      ? 'is already using a port required by your task'
      : undefined;
  }

  take(task: EcsTask): void {
    this.change(task, -1);
    for (const port of portsOf(task.definition)) this.ports.add(port);
    this.tasks.add(task);
    this.groupTasks.set(task.group, (this.groupTasks.get(task.group) ?? 0) + 1);
  }

  release(task: EcsTask): void {
    if (!this.tasks.delete(task)) return;
    this.change(task, 1);
    for (const port of portsOf(task.definition)) this.ports.delete(port);
    this.groupTasks.set(task.group, this.groupTasks.get(task.group)! - 1);
  }

  private change({ definition: { cpuUnits, memMib, gpuCount } }: EcsTask, sign: number): void {
    this.free.cpuUnits += sign * cpuUnits;
    this.free.memMib += sign * memMib;
    this.free.gpuCount += sign * gpuCount;
  }
}

/** Host ports that a task takes: with awsvpc each has an address of its own, and port 0 is any that is free. */
function portsOf({ networkMode, containers }: EcsTask['definition']): string[] {
  if (networkMode === 'awsvpc' || networkMode === 'none') return [];
  return containers.flatMap(({ ports }) =>
    ports
      .map(
        ({ hostPort, containerPort, protocol }) =>
          [networkMode === 'host' ? containerPort : hostPort, protocol] as const,
      )
      .filter(([port]) => port > 0)
      .map(([port, protocol]) => `${protocol} ${port}`),
  );
}
