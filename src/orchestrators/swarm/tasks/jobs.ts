import { meetsConstraints } from '../constraint.ts';
import type { RestartSupervisor } from '../restart/restart-supervisor.ts';
import { isGlobalJob, isInvalidNode, isJob, isReplicatedJob, type Service, type Task } from '../store/objects.ts';
import type { StoreWatcher, SwarmStore } from '../store/swarm-store.ts';
import { TaskState } from '../store/task-state.ts';
import type { MakeTask } from './task-maker.ts';

/** Jobs, whose tasks end: so many in all, or one on each node. (SwarmKit manager/orchestrator/jobs.) */
export class JobsOrchestrator implements StoreWatcher {
  private readonly store: SwarmStore;
  private readonly restarts: RestartSupervisor;
  private readonly makeTask: MakeTask;

  constructor(store: SwarmStore, restarts: RestartSupervisor, makeTask: MakeTask) {
    this.store = store;
    this.restarts = restarts;
    this.makeTask = makeTask;
    store.watch(this);
  }

  serviceCreated(service: Service): void {
    this.reconcile(service);
  }

  serviceUpdated(service: Service): void {
    this.reconcile(service);
  }

  taskUpdated(task: Task): void {
    if (task.state > TaskState.running && task.desired <= TaskState.complete) this.reconcile(task.service);
  }

  private reconcile(service: Service): void {
    if (service.isRemoved || !isJob(service)) return;
    const current: Task[] = [];
    for (const task of this.store.tasksOf(service)) {
      if (task.jobIteration === service.jobIteration) current.push(task);
      else if (task.state <= TaskState.running || isGlobalJob(service)) this.store.setDesired(task, TaskState.remove);
    }
    if (isReplicatedJob(service)) this.addReplicas(service, current);
    else this.addOnNodes(service, current);
    for (const task of current)
      if (task.state > TaskState.complete && task.desired <= TaskState.complete) this.restarts.restart(task);
  }

  private addReplicas(service: Service, tasks: readonly Task[]): void {
    const { replicas, maxConcurrent } = service.current.spec;
    const completed = tasks.filter(({ state }) => state === TaskState.complete);
    const running = tasks.filter(({ state, desired }) => state !== TaskState.complete && desired <= TaskState.complete);
    const taken = new Set([...completed, ...running].map(({ slot }) => slot));
    const most = Math.min(maxConcurrent - running.length, replicas - completed.length - running.length);
    let slot = 0;
    for (let made = 0; made < most; made++) {
      while (taken.has(slot)) slot++;
      taken.add(slot);
      this.store.createTask(this.makeTask(service, slot, -1, TaskState.complete));
    }
  }

  private addOnNodes(service: Service, tasks: readonly Task[]): void {
    for (const node of this.store.allNodes()) {
      if (!meetsConstraints(node.facts, service.current.spec.placement.constraints)) continue;
      const here = tasks.filter((task) => task.node === node.id && task.desired <= TaskState.complete);
      if (isInvalidNode(node)) {
        for (const task of here) if (task.state <= TaskState.running) this.store.setDesired(task, TaskState.shutdown);
      } else if (node.availability === 'active' && node.status === 'ready' && here.length === 0)
        this.store.createTask(this.makeTask(service, 0, node.id, TaskState.complete));
    }
  }
}
