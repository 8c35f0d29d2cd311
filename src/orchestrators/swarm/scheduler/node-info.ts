import type { Node, Service, ServiceVersion, Task } from '../store/objects.ts';
import { TaskState } from '../store/task-state.ts';
import type { SwarmServiceSpec } from '../swarm-spec.ts';

/** What the failures of a version on a node are counted by. */
export interface FailureRules {
  readonly failureMemoryUs: number;
  readonly failuresThatCount: number;
}

/**
 * What the scheduler knows of a node: the tasks that it has put there and what they leave. Tasks count from ASSIGNED
 * through RUNNING. (SwarmKit manager/scheduler/nodeinfo.go.)
 */
export class NodeInfo {
  readonly node: Node;
  /** As of which change of the node it is. */
  version: number;
  freeCpuMilli = 0;
  freeMemBytes = 0;
  readonly freeGeneric = new Map<string, number>();
  /** Tasks that are meant to run, of all services. */
  activeTasks = 0;
  private readonly tasks = new Map<Task, { isActive: boolean }>();
  private readonly activeByService = new Map<Service, number>();
  private readonly hostPorts = new Map<string, number>();
  private readonly failures = new Map<ServiceVersion, number[]>();

  constructor(node: Node) {
    this.node = node;
    this.version = node.version;
    this.reckonFree();
  }

  /** The node has changed: what is free is what it has now, less what its tasks reserve. */
  nodeChanged(): void {
    this.version = this.node.version;
    this.reckonFree();
  }

  /** Adds a task, or takes note that it is meant to run no longer. Says whether anything changed. */
  addTask(task: Task): boolean {
    const known = this.tasks.get(task);
    const isActive = task.desired <= TaskState.complete;
    if (known !== undefined) {
      if (known.isActive === isActive) return false;
      known.isActive = isActive;
      this.countActive(task.service, isActive ? 1 : -1);
      return true;
    }
    this.tasks.set(task, { isActive });
    if (isActive) this.countActive(task.service, 1);
    this.take(task.of.spec, 1);
    return true;
  }

  removeTask(task: Task): boolean {
    const known = this.tasks.get(task);
    if (known === undefined) return false;
    this.tasks.delete(task);
    if (known.isActive) this.countActive(task.service, -1);
    this.take(task.of.spec, -1);
    return true;
  }

  activeOf(service: Service): number {
    return this.activeByService.get(service) ?? 0;
  }

  usesHostPort(protocol: string, published: number): boolean {
    return (this.hostPorts.get(`${protocol} ${published}`) ?? 0) > 0;
  }

  taskFailed(version: ServiceVersion, nowUs: number, { failureMemoryUs }: FailureRules): void {
    const recent = (this.failures.get(version) ?? []).filter((atUs) => nowUs - atUs < failureMemoryUs);
    this.failures.set(version, [...recent, nowUs]);
  }

  /** Failures of the version within the memory; those of just that age count. */
  recentFailures(version: ServiceVersion, nowUs: number, { failureMemoryUs }: FailureRules): number {
    const all = this.failures.get(version);
    return all === undefined ? 0 : all.filter((atUs) => nowUs - atUs <= failureMemoryUs).length;
  }

  private countActive(service: Service, change: number): void {
    this.activeTasks += change;
    this.activeByService.set(service, this.activeOf(service) + change);
  }

  private reckonFree(): void {
    const { cpuMilli, memBytes, generic } = this.node.facts;
    this.freeCpuMilli = cpuMilli;
    this.freeMemBytes = memBytes;
    this.freeGeneric.clear();
    for (const [kind, count] of Object.entries(generic)) this.freeGeneric.set(kind, count);
    for (const task of this.tasks.keys()) this.takeResources(task.of.spec, 1);
  }

  private take(spec: SwarmServiceSpec, sign: 1 | -1): void {
    this.takeResources(spec, sign);
    for (const { mode, protocol, published } of spec.ports)
      if (mode === 'host' && published !== 0) {
        const key = `${protocol} ${published}`;
        this.hostPorts.set(key, (this.hostPorts.get(key) ?? 0) + sign);
      }
  }

  private takeResources({ reservations }: SwarmServiceSpec, sign: 1 | -1): void {
    this.freeCpuMilli -= sign * reservations.cpuMilli;
    this.freeMemBytes -= sign * reservations.memBytes;
    for (const { kind, count } of reservations.generic)
      this.freeGeneric.set(kind, (this.freeGeneric.get(kind) ?? 0) - sign * count);
  }
}
