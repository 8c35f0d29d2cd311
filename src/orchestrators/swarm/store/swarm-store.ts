import type { Node, Service, Task } from './objects.ts';
import { TaskState } from './task-state.ts';

/** Whoever acts on what is written; each is told of every change, in the order of the changes. */
export interface StoreWatcher {
  taskCreated?(task: Task): void;
  taskUpdated?(task: Task): void;
  taskDeleted?(task: Task): void;
  nodeCreated?(node: Node): void;
  nodeUpdated?(node: Node): void;
  serviceCreated?(service: Service): void;
  serviceUpdated?(service: Service): void;
  serviceDeleted?(service: Service): void;
  /** After all changes that were written together. */
  committed?(): void;
}

type Told = Exclude<keyof StoreWatcher, 'committed'>;

/**
 * What the managers know: services, tasks and nodes, as in the raft store. Whoever writes does so within `write`; when
 * the outermost one is over, watchers are told, and what they write in answer is told to all of them in turn. Raft's own
 * time, some milliseconds, is not modelled.
 */
export class SwarmStore {
  readonly services = new Map<string, Service>();
  readonly tasks = new Map<number, Task>();
  /** By the numbers of their machines; a machine that has not joined yet is no node. */
  readonly nodes: Node[] = [];
  private readonly ofService = new Map<Service, Set<Task>>();
  private readonly onNode: Set<Task>[] = [];
  private readonly watchers: StoreWatcher[] = [];
  private readonly nowUs: () => number;
  /** What was written and has not been told: kind and object in turn. */
  private told: (Told | Task | Node | Service)[] = [];
  private depth = 0;

  constructor(nowUs: () => number) {
    this.nowUs = nowUs;
  }

  watch(watcher: StoreWatcher): void {
    this.watchers.push(watcher);
  }

  tasksOf(service: Service): readonly Task[] {
    return [...(this.ofService.get(service) ?? [])];
  }

  tasksOn(node: number): readonly Task[] {
    return [...(this.onNode[node] ?? [])];
  }

  /** All nodes, in the order of their numbers. */
  allNodes(): readonly Node[] {
    return this.nodes.filter((node) => node !== undefined);
  }

  node(task: Task): Node | undefined {
    return task.node < 0 ? undefined : this.nodes[task.node];
  }

  /** One transaction, or a part of the one that goes on. */
  write(work: () => void): void {
    this.depth++;
    work();
    if (this.depth === 1) this.settle();
    this.depth--;
  }

  createTask(task: Task): void {
    this.tasks.set(task.id, task);
    const { service } = task;
    const all = this.ofService.get(service);
    if (all === undefined) this.ofService.set(service, new Set([task]));
    else all.add(task);
    if (task.node >= 0) this.onNode[task.node].add(task);
    this.tell('taskCreated', task);
  }

  /** Its observed state, which only grows; `false`: it is not there any more, or further on already. */
  setState(task: Task, state: TaskState, message: string): boolean {
    if (!this.tasks.has(task.id) || state < task.state) return false;
    if (state === task.state && message === task.message) return true;
    if (state !== task.state) task.appliedUs = this.nowUs();
    task.state = state;
    task.message = message;
    this.tell('taskUpdated', task);
    return true;
  }

  /** Its desired state, which only grows. */
  setDesired(task: Task, desired: TaskState): void {
    if (!this.tasks.has(task.id) || desired <= task.desired) return;
    task.desired = desired;
    this.tell('taskUpdated', task);
  }

  assign(task: Task, node: number, message: string): void {
    if (task.node < 0) {
      task.node = node;
      this.onNode[node].add(task);
    }
    this.setState(task, TaskState.assigned, message);
  }

  deleteTask(task: Task): void {
    if (!this.tasks.delete(task.id)) return;
    this.ofService.get(task.service)?.delete(task);
    if (task.node >= 0) this.onNode[task.node].delete(task);
    this.tell('taskDeleted', task);
  }

  createNode(node: Node): void {
    this.nodes[node.id] = node;
    this.onNode[node.id] = new Set();
    this.tell('nodeCreated', node);
  }

  updateNode(node: Node, change: Partial<Pick<Node, 'facts' | 'status' | 'availability' | 'message'>>): void {
    Object.assign(node, change);
    node.version++;
    this.tell('nodeUpdated', node);
  }

  createService(service: Service): void {
    this.services.set(service.name, service);
    this.tell('serviceCreated', service);
  }

  /** Its fields have been changed by whoever calls. */
  updateService(service: Service): void {
    if (!service.isRemoved) this.tell('serviceUpdated', service);
  }

  deleteService(service: Service): void {
    if (!this.services.delete(service.name)) return;
    service.isRemoved = true;
    this.tell('serviceDeleted', service);
  }

  private tell(kind: Told, object: Task | Node | Service): void {
    this.told.push(kind, object);
  }

  private settle(): void {
    while (this.told.length > 0) {
      const batch = this.told;
      this.told = [];
      for (let k = 0; k < batch.length; k += 2) {
        const kind = batch[k] as Told;
        // Each kind has its own type of object; they were put in together.
        for (const watcher of this.watchers)
          (watcher[kind] as ((object: unknown) => void) | undefined)?.call(watcher, batch[k + 1]);
      }
      for (const watcher of this.watchers) watcher.committed?.();
    }
  }
}
