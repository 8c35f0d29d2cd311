import { PLAIN_PROCESS } from '../../data-plane/process-behaviour.ts';
import type { NodeFacts } from '../node-facts.ts';
import type { Node, Service, Task } from '../store/objects.ts';
import { TaskState } from '../store/task-state.ts';
import { defaultService, type SwarmServiceSpec } from '../swarm-spec.ts';
import { placeBySpreading, type PlaceGroup } from './place-group.ts';
import { Scheduler, type SchedulingDecision } from './scheduler.ts';

/** A scheduler with nodes, services and tasks around it that tests make by hand. */
export class SchedulerFixture {
  nowUs = 0;
  readonly scheduler: Scheduler;
  readonly nodes: Node[] = [];
  readonly decisions: SchedulingDecision[] = [];
  private tasks = 0;
  private services = 0;

  constructor(placeGroup: PlaceGroup = placeBySpreading) {
    this.scheduler = new Scheduler({
      placeGroup,
      inOrder: (nodes) => nodes,
      withoutResources: false,
      nowUs: () => this.nowUs,
      failureMemoryUs: 300e6,
      failuresThatCount: 5,
    });
  }

  node(name: string, facts: Partial<NodeFacts> = {}): Node {
    const node: Node = {
      id: this.nodes.length,
      facts: {
        id: name,
        hostname: name,
        address: `10.0.0.${this.nodes.length}`,
        role: 'worker',
        os: 'linux',
        architecture: 'amd64',
        labels: {},
        engineLabels: {},
        cpuMilli: 4000,
        memBytes: 8e9,
        generic: {},
        ...facts,
      },
      status: 'ready',
      availability: 'active',
      message: '',
      version: 0,
    };
    this.nodes.push(node);
    this.scheduler.nodeCreated(node);
    return node;
  }

  service(spec: Partial<SwarmServiceSpec> = {}): Service {
    const id = this.services++;
    const name = spec.name ?? `service-${id}`;
    return {
      id,
      name,
      current: { spec: { ...defaultService(name, 'image:1'), ...spec }, version: 1, behaviour: PLAIN_PROCESS },
      previous: undefined,
      updateStatus: undefined,
      jobIteration: 0,
      isRemoved: false,
      workload: id,
      balancer: -1,
    };
  }

  /** Tasks of the service that run on this node. */
  running(service: Service, node: Node, count: number): Task[] {
    return Array.from({ length: count }, () => this.task(service, TaskState.running, node.id));
  }

  /** So many tasks that wait. */
  waiting(service: Service, count: number): Task[] {
    return Array.from({ length: count }, () => this.task(service, TaskState.pending));
  }

  task(service: Service, state: TaskState, node = -1): Task {
    const id = this.tasks++;
    const task: Task = {
      id,
      service,
      slot: id + 1,
      name: `${service.name}.${id + 1}`,
      of: service.current,
      node,
      state,
      desired: TaskState.running,
      message: '',
      jobIteration: -1,
      createdUs: 0,
      appliedUs: 0,
      book: -1,
    };
    this.scheduler.taskUpdated(task);
    return task;
  }

  fail(task: Task): void {
    task.state = TaskState.failed;
    this.scheduler.taskUpdated(task);
  }

  /** One pass; accepts every decision that `accepts` does. How many tasks each node was given. */
  run(accepts: (decision: SchedulingDecision) => boolean = () => true): number[] {
    const added = this.nodes.map(() => 0);
    this.decisions.length = 0;
    this.scheduler.run((decision) => {
      this.decisions.push(decision);
      decision.task.message = decision.message;
      if (decision.node < 0) return true;
      if (!accepts(decision)) return false;
      decision.task.node = decision.node;
      decision.task.state = TaskState.assigned;
      added[decision.node]++;
      return true;
    });
    return added;
  }
}
