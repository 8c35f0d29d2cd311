import type { RestartSupervisor } from '../restart/restart-supervisor.ts';
import { isInvalidNode, isReplicated, type Node, type Service, type Task } from '../store/objects.ts';
import type { StoreWatcher, SwarmStore } from '../store/swarm-store.ts';
import { TaskState } from '../store/task-state.ts';
import { inKeepingOrder, type Slot } from './scale-down.ts';
import type { MakeTask } from './task-maker.ts';

/** Brings the tasks of a service to its newest version, slot by slot. */
export interface Updates {
  update(service: Service, slots: readonly Slot[]): void;
}

/**
 * Keeps as many slots as a replicated service asks for, and replaces tasks that have ended or whose nodes are lost.
 * (SwarmKit manager/orchestrator/replicated.)
 */
export class ReplicatedOrchestrator implements StoreWatcher {
  private readonly store: SwarmStore;
  private readonly restarts: RestartSupervisor;
  private readonly updates: Updates;
  private readonly makeTask: MakeTask;
  private readonly toRestart = new Set<Task>();
  private readonly toReconcile = new Set<Service>();

  constructor(store: SwarmStore, restarts: RestartSupervisor, updates: Updates, makeTask: MakeTask) {
    this.store = store;
    this.restarts = restarts;
    this.updates = updates;
    this.makeTask = makeTask;
    store.watch(this);
  }

  serviceCreated(service: Service): void {
    if (isReplicated(service)) this.toReconcile.add(service);
  }

  serviceUpdated(service: Service): void {
    if (isReplicated(service)) this.toReconcile.add(service);
  }

  nodeCreated(node: Node): void {
    this.nodeUpdated(node);
  }

  nodeUpdated(node: Node): void {
    if (!isInvalidNode(node)) return;
    for (const task of this.store.tasksOn(node.id)) this.taskUpdated(task);
  }

  taskCreated(task: Task): void {
    this.taskUpdated(task);
  }

  taskUpdated(task: Task): void {
    if (task.desired > TaskState.running || !isReplicated(task.service)) return;
    if (task.state > TaskState.running || (task.node >= 0 && isInvalidNode(this.store.node(task))))
      this.toRestart.add(task);
  }

  taskDeleted(task: Task): void {
    if (task.desired <= TaskState.running && isReplicated(task.service)) this.toReconcile.add(task.service);
  }

  committed(): void {
    const tasks = [...this.toRestart];
    this.toRestart.clear();
    for (const task of tasks)
      if (this.store.tasks.has(task.id) && task.desired <= TaskState.running && !task.service.isRemoved)
        this.restarts.restart(task);
    const services = [...this.toReconcile];
    this.toReconcile.clear();
    for (const service of services) if (!service.isRemoved) this.reconcile(service);
  }

  private reconcile(service: Service): void {
    const { store } = this;
    const kept = new Map<number, Slot>();
    const dead = new Map<number, Slot>();
    for (const [number, all] of slotsOf(store.tasksOf(service))) {
      const updatable = this.restarts.updatableOf(all, service);
      if (updatable.length > 0) kept.set(number, updatable);
      else dead.set(number, all);
    }
    const wanted = service.current.spec.replicas;
    if (wanted > kept.size) {
      this.updates.update(service, [...kept.values()]);
      this.addTasks(service, kept, dead, wanted - kept.size);
    } else if (wanted < kept.size) {
      const inOrder = inKeepingOrder([...kept.values()]);
      this.updates.update(service, inOrder.slice(0, wanted));
      for (const slot of inOrder.slice(wanted)) for (const task of slot) store.setDesired(task, TaskState.remove);
    } else this.updates.update(service, [...kept.values()]);
    for (const slot of dead.values()) for (const task of slot) store.deleteTask(task);
  }

  /** In the lowest numbers that are free. Those tasks of such a slot that have ended are its history. */
  private addTasks(service: Service, kept: Map<number, Slot>, dead: Map<number, Slot>, count: number): void {
    let slot = 0;
    for (let made = 0; made < count; made++) {
      do slot++;
      while (kept.has(slot));
      dead.delete(slot);
      this.store.createTask(this.makeTask(service, slot, -1, TaskState.running));
    }
  }
}

/** Tasks by their slots, which are in the order of their numbers. */
function slotsOf(tasks: readonly Task[]): Map<number, Task[]> {
  const slots = new Map<number, Task[]>();
  for (const task of [...tasks].sort((a, b) => a.slot - b.slot || a.id - b.id)) {
    const slot = slots.get(task.slot);
    if (slot === undefined) slots.set(task.slot, [task]);
    else slot.push(task);
  }
  return slots;
}
