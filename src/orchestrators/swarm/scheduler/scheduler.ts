import type { Node, Task } from '../store/objects.ts';
import { TaskState } from '../store/task-state.ts';
import { FilterPipeline } from './filters.ts';
import { NodeInfo, type FailureRules } from './node-info.ts';
import { spreadOrder } from './node-order.ts';
import type { PlaceGroup } from './place-group.ts';

/** What the scheduler has found out about a task. */
export interface SchedulingDecision {
  readonly task: Task;
  /** -1: there is no node for it now. */
  readonly node: number;
  /** Its node as the scheduler saw it. */
  readonly nodeVersion: number;
  readonly message: string;
}

export interface SchedulerOptions extends FailureRules {
  /** How a group of equal tasks is put on nodes. */
  readonly placeGroup: PlaceGroup;
  /** Nodes in the order in which equal ones are taken. */
  readonly inOrder: (nodes: readonly NodeInfo[]) => readonly NodeInfo[];
  /** Classic strategies reckon with resources themselves. */
  readonly withoutResources: boolean;
  readonly nowUs: () => number;
}

/**
 * SwarmKit's scheduler (manager/scheduler/scheduler.go): its own picture of the nodes, made of what it is told, and the
 * passes in which it puts tasks there. It does not know when it runs.
 */
export class Scheduler {
  readonly nodes: NodeInfo[] = [];
  /** Something has changed since the last pass that may help a task that waits. */
  isPassNeeded = false;
  private readonly options: SchedulerOptions;
  /** State and node of each task that it reckons with, as it was told. */
  private readonly known = new Map<Task, { state: TaskState; node: number }>();
  private readonly waiting = new Set<Task>();
  /** Tasks that were made for a node: those of global services. */
  private readonly preassigned = new Set<Task>();
  private readonly waitingPreassigned = new Set<Task>();

  constructor(options: SchedulerOptions) {
    this.options = options;
  }

  nodeCreated(node: Node): void {
    this.nodes[node.id] = new NodeInfo(node);
    this.isPassNeeded = true;
  }

  nodeUpdated(node: Node): void {
    this.nodes[node.id].nodeChanged();
    this.isPassNeeded = true;
  }

  taskUpdated(task: Task): void {
    if (task.state < TaskState.pending) return;
    const before = this.known.get(task);
    if (task.state > TaskState.running) {
      if (before === undefined) return;
      this.noteFailure(task);
      this.forget(task);
      this.isPassNeeded = true;
      return;
    }
    this.known.set(task, { state: task.state, node: task.node });
    if (task.node < 0) {
      this.waiting.add(task);
      this.isPassNeeded = true;
    } else if (task.state === TaskState.pending) {
      this.preassigned.add(task);
      this.waitingPreassigned.add(task);
    } else this.nodes[task.node].addTask(task);
  }

  taskDeleted(task: Task): void {
    if (this.forget(task)) this.isPassNeeded = true;
  }

  /** Whether a pass would look at any task. */
  get hasWaiting(): boolean {
    return this.waiting.size > 0 || this.waitingPreassigned.size > 0;
  }

  /**
   * One pass. `apply` writes a decision and says whether it was accepted: not where the node has changed since, or the
   * task has got somewhere else; then it is tried again in the next pass. Tasks of one version of a service are one
   * group.
   */
  run(apply: (decision: SchedulingDecision) => boolean): void {
    for (const task of this.waitingPreassigned) this.decidePreassigned(task, apply);
    if (!this.isPassNeeded) return;
    this.isPassNeeded = false;
    const decisions: SchedulingDecision[] = [];
    for (const group of this.groups()) this.decideGroup(group, decisions);
    this.waiting.clear();
    for (const decision of decisions) this.commit(decision, apply);
  }

  /** Waiting tasks of one version of a service together, in the order in which services and tasks were made. */
  private groups(): Iterable<readonly Task[]> {
    const groups = new Map<string, Task[]>();
    for (const task of [...this.waiting].sort((a, b) => a.service.id - b.service.id || a.id - b.id)) {
      const key = `${task.service.id} ${task.of.version}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [task]);
      else group.push(task);
    }
    return groups.values();
  }

  private decideGroup(group: readonly Task[], decisions: SchedulingDecision[]): void {
    const { options } = this;
    const [{ service, of }] = group;
    const pipeline = new FilterPipeline(group[0], options.withoutResources);
    let next = 0;
    options.placeGroup({
      service,
      spec: of.spec,
      tasks: group,
      nodes: options.inOrder(this.nodes),
      order: spreadOrder(service, of, options.nowUs(), options),
      passes: (node) => pipeline.passes(node),
      left: () => group.length - next,
      place: (node) => {
        const task = group[next++];
        node.addTask(task);
        decisions.push({
          task,
          node: node.node.id,
          nodeVersion: node.version,
          message: 'scheduler assigned task to node',
        });
      },
    });
    const why = pipeline.explain();
    const message = why === '' ? 'no suitable node' : `no suitable node (${why})`;
    for (const task of group.slice(next)) decisions.push({ task, node: -1, nodeVersion: 0, message });
  }

  private commit(decision: SchedulingDecision, apply: (decision: SchedulingDecision) => boolean): void {
    const { task, node } = decision;
    if (node < 0) {
      this.waiting.add(task);
      apply(decision);
      return;
    }
    if (apply(decision)) {
      this.known.set(task, { state: TaskState.assigned, node });
      return;
    }
    this.nodes[node].removeTask(task);
    if (this.known.has(task)) this.waiting.add(task);
  }

  /** A task that was made for its node stays with it: it only waits until the filters allow it. */
  private decidePreassigned(task: Task, apply: (decision: SchedulingDecision) => boolean): void {
    const node = this.nodes[task.node];
    const pipeline = new FilterPipeline(task, this.options.withoutResources);
    if (!pipeline.passes(node)) {
      apply({ task, node: -1, nodeVersion: 0, message: pipeline.explain() });
      return;
    }
    node.addTask(task);
    const message = 'scheduler confirmed task can run on preassigned node';
    if (apply({ task, node: task.node, nodeVersion: node.version, message })) this.waitingPreassigned.delete(task);
    else node.removeTask(task);
  }

  private noteFailure(task: Task): void {
    const hasFailed = task.state === TaskState.failed || task.state === TaskState.rejected;
    if (hasFailed && !this.preassigned.has(task) && task.node >= 0)
      this.nodes[task.node].taskFailed(task.of, this.options.nowUs(), this.options);
  }

  /** Says whether a node has more room for it. */
  private forget(task: Task): boolean {
    this.known.delete(task);
    this.waiting.delete(task);
    this.preassigned.delete(task);
    this.waitingPreassigned.delete(task);
    return task.node >= 0 && this.nodes[task.node].removeTask(task);
  }
}
