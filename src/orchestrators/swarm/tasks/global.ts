import { meetsConstraints } from '../constraint.ts';
import type { RestartSupervisor } from '../restart/restart-supervisor.ts';
import { isGlobal, isInvalidNode, type Node, type Service, type Task } from '../store/objects.ts';
import type { StoreWatcher, SwarmStore } from '../store/swarm-store.ts';
import { TaskState } from '../store/task-state.ts';
import { isTaskDirty } from './dirty.ts';
import type { Updates } from './replicated.ts';
import type { Slot } from './scale-down.ts';
import type { MakeTask } from './task-maker.ts';

/**
 * Keeps one task of each global service on every node that meets its constraints and is neither down nor drained; a
 * paused node gets no new ones and keeps those it has. (SwarmKit manager/orchestrator/global/global.go.)
 */
export class GlobalOrchestrator implements StoreWatcher {
  private readonly store: SwarmStore;
  private readonly restarts: RestartSupervisor;
  private readonly updates: Updates;
  private readonly makeTask: MakeTask;
  private readonly toRestart = new Set<Task>();

  constructor(store: SwarmStore, restarts: RestartSupervisor, updates: Updates, makeTask: MakeTask) {
    this.store = store;
    this.restarts = restarts;
    this.updates = updates;
    this.makeTask = makeTask;
    store.watch(this);
  }

  serviceCreated(service: Service): void {
    this.serviceUpdated(service);
  }

  serviceUpdated(service: Service): void {
    if (isGlobal(service) && !service.isRemoved) this.reconcileService(service);
  }

  nodeCreated(node: Node): void {
    this.nodeUpdated(node);
  }

  nodeUpdated(node: Node): void {
    if (isInvalidNode(node)) {
      for (const task of this.store.tasksOn(node.id)) if (isGlobal(task.service)) this.shutDown(task);
    } else if (node.availability !== 'pause') this.reconcileNode(node);
  }

  taskUpdated(task: Task): void {
    const hasEnded = task.state > TaskState.running && task.desired <= TaskState.running;
    if (hasEnded && isGlobal(task.service)) this.toRestart.add(task);
  }

  committed(): void {
    const tasks = [...this.toRestart];
    this.toRestart.clear();
    for (const task of tasks) {
      const node = this.store.node(task);
      if (task.desired > TaskState.running || task.service.isRemoved || isInvalidNode(node) || node === undefined)
        continue;
      const mayStay = node.availability !== 'pause' && this.isMeantFor(task.service, node);
      if (mayStay) this.restarts.restart(task);
      else this.store.setDesired(task, TaskState.shutdown);
    }
  }

  private reconcileService(service: Service): void {
    const byNode = new Map<number, Task[]>();
    for (const task of this.store.tasksOf(service)) byNode.set(task.node, [...(byNode.get(task.node) ?? []), task]);
    const slots: Slot[] = [];
    for (const node of this.store.allNodes()) {
      const tasks = this.restarts.updatableOf(byNode.get(node.id) ?? [], service);
      if (isInvalidNode(node) || !this.isMeantFor(service, node)) for (const task of tasks) this.shutDown(task);
      else if (node.availability === 'pause') continue;
      else if (tasks.length === 0) this.add(service, node);
      else slots.push(tasks);
    }
    if (slots.length > 0) this.updates.update(service, slots);
  }

  /** Not a rolling update: what is out of date on this node is replaced at once. */
  private reconcileNode(node: Node): void {
    for (const service of this.store.services.values()) {
      if (!isGlobal(service) || !this.isMeantFor(service, node)) continue;
      const here = this.store.tasksOn(node.id).filter((task) => task.service === service);
      const tasks = this.restarts.updatableOf(here, service);
      const clean = tasks.filter((task) => !isTaskDirty(service, task, node));
      if (clean.length === 0) this.add(service, node);
      for (const task of tasks) if (task !== clean[0]) this.shutDown(task);
    }
  }

  private isMeantFor(service: Service, node: Node): boolean {
    return meetsConstraints(node.facts, service.current.spec.placement.constraints);
  }

  private add(service: Service, node: Node): void {
    this.store.createTask(this.makeTask(service, 0, node.id, TaskState.running));
  }

  private shutDown(task: Task): void {
    this.store.setDesired(task, TaskState.shutdown);
  }
}
