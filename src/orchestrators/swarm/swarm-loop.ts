import { valuesOf } from '../constants.ts';
import type { ControlLoop, OperatorChange } from '../data-plane/control-loop.ts';
import type { DataPlane } from '../data-plane/data-plane.ts';
import type { LoopOptions } from '../orchestrator.ts';
import type { NativeFile } from '../native-file.ts';
import { placeClassically, shuffle, type SwarmStrategy } from './classic/strategies.ts';
import { SWARM_CONSTANTS, type SwarmValues } from './constants.ts';
import { RoutingMesh } from './mesh/routing-mesh.ts';
import { managersAmong, nodeFactsOf } from './node-facts.ts';
import { Agents } from './nodes/agents.ts';
import { Dispatcher } from './nodes/dispatcher.ts';
import { NodeSessions } from './nodes/node-sessions.ts';
import { Operations } from './operations.ts';
import { DelayedStarts } from './restart/delayed-starts.ts';
import { RestartSupervisor } from './restart/restart-supervisor.ts';
import { placeByChooser, placeBySpreading, type PlaceGroup } from './scheduler/place-group.ts';
import { SchedulerClock } from './scheduler/scheduler-clock.ts';
import { Scheduler } from './scheduler/scheduler.ts';
import type { Task } from './store/objects.ts';
import { SwarmStore } from './store/swarm-store.ts';
import { TaskState } from './store/task-state.ts';
import type { SwarmStack } from './swarm-spec.ts';
import { Allocator } from './tasks/allocator.ts';
import { BookKeeper } from './tasks/book-keeper.ts';
import { ConstraintEnforcer } from './tasks/constraint-enforcer.ts';
import { GlobalOrchestrator } from './tasks/global.ts';
import { JobsOrchestrator } from './tasks/jobs.ts';
import { ReplicatedOrchestrator } from './tasks/replicated.ts';
import { taskMaker } from './tasks/task-maker.ts';
import { TaskReaper } from './tasks/task-reaper.ts';
import { Updater } from './update/updater.ts';

export interface SwarmOptions extends LoopOptions {
  /** How nodes are chosen; SwarmKit's own way without a word. */
  readonly strategy?: SwarmStrategy;
}

/** A swarm: its managers, and the agents on its nodes. */
export class SwarmLoop implements ControlLoop {
  readonly store: SwarmStore;
  readonly values: SwarmValues;
  private readonly plane: DataPlane;
  private readonly stack: SwarmStack;
  private readonly sessions: NodeSessions;
  private readonly dispatcher: Dispatcher;
  private readonly starts: DelayedStarts;
  private readonly updater: Updater;
  private readonly schedulerClock: SchedulerClock;
  private readonly operations: Operations;
  private readonly strategy: SwarmStrategy;
  private managers: ReadonlySet<number> = new Set();

  constructor(
    plane: DataPlane,
    stack: SwarmStack,
    options: SwarmOptions,
    read: (files: readonly NativeFile[]) => SwarmStack,
  ) {
    this.plane = plane;
    this.stack = stack;
    this.strategy = options.strategy ?? 'swarmkit';
    const values = valuesOf(SWARM_CONSTANTS, options.constants);
    this.values = values;
    const { clock, chronicle, books, machines } = plane;
    const store = new SwarmStore(() => clock.nowUs);
    this.store = store;
    const makeTask = taskMaker(
      books,
      () => clock.nowUs,
      (node) => machines.specs[node].name,
    );
    // Those that watch the store are told in this order.
    void new BookKeeper(store, books, chronicle);
    void new Allocator(store);
    this.starts = new DelayedStarts(store, clock, chronicle, values.oldTaskTimeout);
    const restarts = new RestartSupervisor(store, this.starts, makeTask);
    this.updater = new Updater(store, clock, chronicle, books, this.starts, makeTask);
    void new ReplicatedOrchestrator(store, restarts, this.updater, makeTask);
    void new GlobalOrchestrator(store, restarts, this.updater, makeTask);
    void new JobsOrchestrator(store, restarts, makeTask);
    void new ConstraintEnforcer(store);
    void new TaskReaper(store, clock, values);
    const mesh = new RoutingMesh(
      plane.balancers,
      clock,
      plane.streams('swarm/gossip'),
      values,
      () => store.allNodes().length,
    );
    const agents: Agents = new Agents(plane, values, mesh, (node, task, state, message) =>
      this.dispatcher.report(node, task, state, message),
    );
    this.sessions = new NodeSessions({
      plane,
      store,
      values,
      mesh,
      agents: () => agents,
      dispatcher: () => this.dispatcher,
      join: (machine) => this.join(machine),
    });
    this.dispatcher = new Dispatcher(
      plane,
      store,
      values,
      this.sessions.all,
      () => agents,
      (node) => this.sessions.written(node),
    );
    this.schedulerClock = new SchedulerClock(this.makeScheduler(), store, clock, chronicle, values, this.whyNodes());
    this.operations = new Operations(plane, store, options, restarts, read);
  }

  begin(): void {
    const { machines } = this.plane;
    this.managers = managersAmong(machines.specs, this.values.managers);
    machines.specs.forEach((_, machine) => this.sessions.add(machine, machines.state(machine).works));
    this.store.write(() => {
      machines.specs.forEach((_, machine) => {
        if (machines.state(machine).works) this.join(machine);
      });
      for (const spec of this.stack.services) this.operations.create(spec);
    });
  }

  operate(change: OperatorChange): void {
    this.operations.operate(change);
  }

  notes(): readonly string[] {
    return [
      ...this.stack.notes,
      ...this.operations.notes,
      `managers are ${[...this.managers].map((machine) => this.plane.machines.specs[machine].name).join(', ')}; that their machines fail does not stop the control plane, which fails by itself`,
      ...(this.strategy === 'swarmkit'
        ? []
        : [`nodes are chosen by the strategy "${this.strategy.slice(8)}" of classic Swarm`]),
      'clients outside reach a node that works; connections are spread over tasks by one balancer for each service instead of one for each node',
    ];
  }

  isQuiet(): boolean {
    const isBusy =
      this.starts.count > 0 ||
      this.updater.count > 0 ||
      this.schedulerClock.isDue ||
      this.operations.isWaiting ||
      !this.dispatcher.isQuiet;
    if (isBusy) return false;
    for (const task of this.store.tasks.values()) if (!this.isAtRest(task)) return false;
    return true;
  }

  private isAtRest(task: Task): boolean {
    if (task.state > TaskState.running) return true;
    // What is said of a lost node stays so until it is heard again; what waits for room waits.
    if (this.store.node(task)?.status === 'down') return true;
    if (task.state <= TaskState.pending)
      return task.message !== 'pending task scheduling' && task.message !== 'created';
    return task.state === TaskState.running && task.desired === TaskState.running;
  }

  /** A machine becomes a node, and an active one. */
  private join(machine: number): void {
    const spec = this.plane.machines.specs[machine];
    this.store.write(() =>
      this.store.createNode({
        id: machine,
        facts: nodeFactsOf(machine, spec, this.managers.has(machine)),
        status: 'ready',
        availability: 'active',
        message: '',
        version: 0,
      }),
    );
  }

  private makeScheduler(): Scheduler {
    const { values, plane, strategy } = this;
    const isClassic = strategy !== 'swarmkit' && plane.chooser === undefined;
    const ties = plane.streams('swarm/ties');
    return new Scheduler({
      placeGroup: this.placeGroup(),
      inOrder: (nodes) => {
        const there = nodes.filter((node) => node !== undefined);
        if (values.shuffledTies !== 0) shuffle(there, ties);
        return there;
      },
      withoutResources: isClassic,
      nowUs: () => plane.clock.nowUs,
      failureMemoryUs: values.failureMemory,
      failuresThatCount: values.failuresThatCount,
    });
  }

  /** How nodes are chosen where it is not SwarmKit's own way. */
  private whyNodes(): (() => string) | undefined {
    const by = this.plane.chooser?.name ?? this.strategy;
    return by === 'swarmkit' ? undefined : () => `chosen by ${by} among the nodes that pass all filters`;
  }

  private placeGroup(): PlaceGroup {
    const { plane, strategy, values } = this;
    if (plane.chooser !== undefined) return placeByChooser(plane.chooser);
    if (strategy === 'swarmkit') return placeBySpreading;
    return placeClassically(strategy, values.classicOvercommit, plane.streams('swarm/classic'));
  }
}
