import type { Clock } from '../../clock.ts';
import type { ContainerExit, DataPlane } from '../../data-plane/data-plane.ts';
import type { SwarmValues } from '../constants.ts';
import type { RoutingMesh } from '../mesh/routing-mesh.ts';
import type { Task } from '../store/objects.ts';
import { TaskState } from '../store/task-state.ts';
import type { AgentTask } from './agent-task.ts';
import { containerOrderOf } from './container-order.ts';
import { HealthChecks } from './health-checks.ts';

/** What an agent says of a task to the managers, as soon as it can. */
export type Report = (node: number, task: Task, state: TaskState, message: string) => void;

/**
 * The agents of all nodes: each brings the tasks that it was assigned to the states that are desired, as far as it has
 * heard of them. (SwarmKit agent/exec/controller.go, Do; moby daemon/cluster/executor/container/controller.go.)
 */
export class Agents {
  private readonly plane: DataPlane;
  private readonly clock: Clock;
  private readonly values: SwarmValues;
  private readonly mesh: RoutingMesh;
  private readonly report: Report;
  private readonly health: HealthChecks;
  private readonly runs = new Map<number, AgentTask>();
  private readonly byId = new Map<number, AgentTask>();
  private readonly onNode: Set<AgentTask>[] = [];
  private nextId = 0;
  private readonly stalledKind: number;
  private readonly createdKind: number;
  private readonly startKind: number;
  private readonly convergedKind: number;
  private readonly exitedKind: number;

  constructor(plane: DataPlane, values: SwarmValues, mesh: RoutingMesh, report: Report) {
    this.plane = plane;
    this.values = values;
    this.mesh = mesh;
    this.report = report;
    const { clock } = plane;
    this.clock = clock;
    this.health = new HealthChecks(plane, (run, healthy) => (healthy ? this.isHealthy(run) : this.isUnhealthy(run)));
    const kind = (does: (run: AgentTask) => void) =>
      clock.kind((id) => {
        const run = this.byId.get(id);
        if (run !== undefined) does(run);
      });
    this.stalledKind = kind((run) => this.create(run));
    this.createdKind = kind((run) => this.isCreated(run));
    this.startKind = kind((run) => this.startProcess(run));
    this.convergedKind = kind((run) => this.signal(run));
    this.exitedKind = kind((run) => this.concludeExit(run));
  }

  /** The managers have sent a task, or what they now want of it. */
  assign(node: number, task: Task, desired: TaskState): void {
    const run = this.runs.get(task.id);
    if (run === undefined) {
      if (task.state > TaskState.running) return;
      if (desired < TaskState.shutdown) this.accept(node, task, desired);
      else this.report(node, task, TaskState.shutdown, 'shutdown');
      return;
    }
    if (desired <= run.desired) return;
    run.desired = desired;
    if (desired >= TaskState.shutdown) this.shutDown(run);
    else if (run.state === TaskState.ready) this.start(run);
  }

  /** The managers have forgotten the task. */
  forget(task: Task): void {
    const run = this.runs.get(task.id);
    if (run === undefined) return;
    this.health.stop(run);
    this.mesh.withdraw(run.container);
    this.runs.delete(task.id);
    this.byId.delete(run.id);
    this.onNode[run.node].delete(run);
    if (run.container >= 0) this.plane.containers.remove(run.container);
  }

  /** Tasks that the node knows. */
  known(node: number): readonly Task[] {
    return [...(this.onNode[node] ?? [])].map(({ task }) => task);
  }

  /** The machine, and all that its agent was about, has stopped. */
  machineStopped(node: number): void {
    for (const run of this.onNode[node] ?? []) {
      run.isLost = true;
      this.byId.delete(run.id);
      this.health.stop(run);
    }
  }

  /** The engine is there again, and looks at what it had. */
  engineStarted(node: number): void {
    for (const run of this.onNode[node] ?? []) {
      if (!run.isLost) continue;
      run.isLost = false;
      this.number(run);
      this.mesh.withdraw(run.container);
      if (run.state > TaskState.running) this.report(node, run.task, run.state, run.message);
      else if (run.desired >= TaskState.shutdown) this.become(run, TaskState.shutdown, 'shutdown');
      else if (run.state >= TaskState.starting) this.become(run, TaskState.failed, 'task: non-zero exit (255)');
      else {
        run.state = TaskState.preparing;
        this.prepare(run);
      }
    }
  }

  private number(run: AgentTask): void {
    run.id = this.nextId++;
    this.byId.set(run.id, run);
  }

  private accept(node: number, task: Task, desired: TaskState): void {
    const run: AgentTask = {
      id: -1,
      task,
      node,
      state: TaskState.preparing,
      desired,
      message: 'preparing',
      container: -1,
      probe: -1,
      isEnding: false,
      isUnhealthy: false,
      signalledUs: Number.NaN,
      isLost: false,
    };
    this.runs.set(task.id, run);
    this.number(run);
    (this.onNode[node] ??= new Set()).add(run);
    this.report(node, task, run.state, run.message);
    this.prepare(run);
  }

  /** The registry is asked each time; what is there already is taken only when it does not answer. */
  private prepare(run: AgentTask): void {
    const asks = !run.task.of.spec.prefersLocalImage && !this.plane.machines.registryUp;
    if (asks) this.timer(run, 'registry does not answer', this.values.registryStall);
    this.clock.after(asks ? this.values.registryStall : 0, this.stalledKind, run.id);
  }

  private create(run: AgentTask): void {
    if (run.state !== TaskState.preparing) return;
    const { containers } = this.plane;
    if (run.container >= 0) containers.remove(run.container);
    run.container = containers.create(containerOrderOf(run.task, run.node), {
      prepared: () => this.clock.after(this.values.containerCreate, this.createdKind, run.id),
      refused: (_, why) => {
        if (!run.isLost && run.state === TaskState.preparing) this.become(run, TaskState.rejected, why);
      },
      started: () => this.isStarted(run),
      exited: (container, exit) => this.exited(run, container, exit),
    });
  }

  private isCreated(run: AgentTask): void {
    if (run.state !== TaskState.preparing) return;
    this.become(run, TaskState.ready, 'prepared');
    if (run.desired >= TaskState.running) this.start(run);
  }

  private start(run: AgentTask): void {
    this.become(run, TaskState.starting, 'starting');
    this.clock.after(this.values.containerStart, this.startKind, run.id);
  }

  private startProcess(run: AgentTask): void {
    if (run.state === TaskState.starting && !run.isEnding) this.plane.containers.start(run.container);
  }

  private isStarted(run: AgentTask): void {
    if (run.isLost || run.isEnding || run.state !== TaskState.starting) return;
    if (run.task.of.spec.healthCheck === undefined) this.runsNow(run);
    else this.health.begin(run);
  }

  private isHealthy(run: AgentTask): void {
    if (!run.isEnding && run.state === TaskState.starting) this.runsNow(run);
  }

  private runsNow(run: AgentTask): void {
    this.become(run, TaskState.running, 'started');
    this.mesh.announce(run.task.service.balancer, run.container, run.node);
  }

  /** Ended by the agent itself, as if it had been told to, but the task has failed. */
  private isUnhealthy(run: AgentTask): void {
    if (run.isEnding) return;
    run.isUnhealthy = true;
    this.endProcess(run);
  }

  private shutDown(run: AgentTask): void {
    if (run.state > TaskState.running) return;
    if (run.isEnding) return;
    const container = this.plane.containers.get(run.container);
    const runs = container !== undefined && !Number.isNaN(container.startedUs);
    if (runs) {
      if (container.exit === undefined) this.endProcess(run);
      return;
    }
    if (run.container >= 0) this.plane.containers.stop(run.container, 0);
    this.become(run, TaskState.shutdown, 'shutdown');
  }

  /**
   * Leaves the load balancers; on an overlay network waits, whether or not it was among them, until the others must have
   * heard of that; then gets SIGTERM.
   */
  private endProcess(run: AgentTask): void {
    run.isEnding = true;
    this.health.stop(run);
    this.mesh.withdraw(run.container);
    const waits = run.task.of.spec.onOverlay;
    if (waits) this.timer(run, 'gossip convergence', this.values.gossipConverge);
    if (waits) this.clock.after(this.values.gossipConverge, this.convergedKind, run.id);
    else this.signal(run);
  }

  private signal(run: AgentTask): void {
    if (run.state > TaskState.running) return;
    const { stopGraceUs } = run.task.of.spec;
    run.signalledUs = this.clock.nowUs;
    this.plane.containers.stop(run.container, stopGraceUs);
    this.timer(run, 'stop_grace_period', stopGraceUs);
  }

  private exited(run: AgentTask, container: number, exit: ContainerExit): void {
    if (exit.cause === 'machine-stopped' || run.isLost || container !== run.container) return;
    if (run.state > TaskState.running || run.state < TaskState.starting) return;
    this.health.stop(run);
    this.mesh.withdraw(container);
    if (!Number.isNaN(run.signalledUs)) {
      // It did not need the whole grace.
      const span = { fromUs: run.signalledUs, toUs: this.clock.nowUs };
      this.plane.chronicle.timer({ ...span, timer: 'stop_grace_period', about: run.task.name });
    }
    this.clock.after(this.values.containerExit, this.exitedKind, run.id);
  }

  private concludeExit(run: AgentTask): void {
    const exit = this.plane.containers.get(run.container)?.exit;
    if (exit === undefined || run.state > TaskState.running) return;
    if (run.desired >= TaskState.shutdown) this.become(run, TaskState.shutdown, 'shutdown');
    else if (run.isUnhealthy) this.become(run, TaskState.failed, 'task: unhealthy container');
    else if (exit.code === 0) this.become(run, TaskState.complete, 'finished');
    else this.become(run, TaskState.failed, `task: non-zero exit (${exit.code})`);
  }

  private become(run: AgentTask, state: TaskState, message: string): void {
    run.state = state;
    run.message = message;
    this.report(run.node, run.task, state, message);
  }

  private timer(run: AgentTask, timer: string, forUs: number): void {
    const { nowUs } = this.clock;
    this.plane.chronicle.timer({ fromUs: nowUs, toUs: nowUs + forUs, timer, about: run.task.name });
  }
}
