import type { ContainerExit, DataPlane } from '../../data-plane/data-plane.ts';
import type { MesosValues } from '../constants.ts';
import { Slots } from '../slots.ts';
import type { StatusReason, TaskOrder, TaskState } from '../master/task-state.ts';

/** What an agent reports of a task. */
export interface TaskUpdate {
  readonly task: number;
  readonly state: TaskState;
  readonly reason: StatusReason;
}

interface AgentTask {
  readonly id: number;
  readonly machine: number;
  readonly order: TaskOrder;
  /** -1: the executor has not asked for it yet. */
  container: number;
  hasStarted: boolean;
  killReason: StatusReason | undefined;
}

type Command =
  | { readonly kind: 'launch'; readonly task: number; readonly machine: number; readonly order: TaskOrder }
  | {
      readonly kind: 'kill';
      readonly task: number;
      readonly machine: number;
      readonly graceUs: number;
      readonly reason: StatusReason;
    };

/**
 * Agents and their executors: what becomes of orders on the machines. Orders to an agent that is cut off arrive when it
 * is heard again, those to one that stopped are lost; what it has to say waits for the same.
 */
export class AgentTasks {
  private readonly plane: DataPlane;
  private readonly values: MesosValues;
  private readonly told: (update: TaskUpdate) => void;
  private readonly tasks = new Map<number, AgentTask>();
  private readonly byContainer = new Map<number, AgentTask>();
  private readonly commands = new Slots<Command>();
  private readonly updates = new Slots<TaskUpdate & { machine: number }>();
  /** By machine, what could not be delivered. */
  private readonly heldCommands = new Map<number, Command[]>();
  private readonly heldUpdates = new Map<number, TaskUpdate[]>();
  private readonly commandKind: number;
  private readonly updateKind: number;
  private readonly executorKind: number;
  private readonly timeoutKind: number;
  private readonly removeKind: number;

  /** `told`: an update has reached the master. */
  constructor(plane: DataPlane, values: MesosValues, told: (update: TaskUpdate) => void) {
    this.plane = plane;
    this.values = values;
    this.told = told;
    const { clock } = plane;
    this.commandKind = clock.kind((number) => this.deliver(number));
    this.updateKind = clock.apiKind((number) => this.report(number));
    this.executorKind = clock.kind((task) => this.executorStarted(task));
    this.timeoutKind = clock.kind((task) => this.registrationTimedOut(task));
    this.removeKind = clock.kind((container) => plane.containers.remove(container));
    plane.machines.watch((machine, state, before) => {
      if (before.works && !state.works) this.stopped(machine);
      else if (!before.works && state.works) this.recovered(machine);
      if (plane.machines.isReachable(machine)) this.flush(machine);
    });
  }

  launch(task: number, machine: number, order: TaskOrder): void {
    this.send({ kind: 'launch', task, machine, order });
  }

  kill(task: number, machine: number, graceUs: number, reason: StatusReason): void {
    this.send({ kind: 'kill', task, machine, graceUs, reason });
  }

  /** Container of a task; -1: none yet, or no more. */
  containerOf(task: number): number {
    return this.tasks.get(task)?.container ?? -1;
  }

  /** Whether an agent has a task, or an order for it is on its way. */
  knows(task: number, machine: number): boolean {
    return this.tasks.has(task) || (this.heldCommands.get(machine) ?? []).some((one) => one.task === task);
  }

  /** The master does not want to reach this agent any more: orders that are on their way are void. */
  forgetOrders(machine: number): void {
    this.heldCommands.delete(machine);
  }

  private send(command: Command): void {
    this.plane.clock.after(this.values.messageDelay, this.commandKind, this.commands.put(command));
  }

  private deliver(number: number): void {
    const command = this.commands.take(number);
    const { machine } = command;
    if (this.plane.machines.isReachable(machine)) this.obey(command);
    else if (this.plane.machines.state(machine).works) this.held(machine).push(command);
  }

  private held(machine: number): Command[] {
    let list = this.heldCommands.get(machine);
    if (list === undefined) this.heldCommands.set(machine, (list = []));
    return list;
  }

  private obey(command: Command): void {
    if (command.kind === 'launch') {
      const { task, machine, order } = command;
      this.tasks.set(task, { id: task, machine, order, container: -1, hasStarted: false, killReason: undefined });
      const { clock } = this.plane;
      clock.after(this.values.executorStart, this.executorKind, task);
      clock.after(this.values.executorRegistrationTimeout, this.timeoutKind, task);
      return;
    }
    const task = this.tasks.get(command.task);
    // What it does not know is not there any more.
    if (task === undefined) this.tell(command.machine, { task: command.task, state: 'KILLED', reason: command.reason });
    else {
      task.killReason = command.reason;
      if (task.container < 0) this.ended(task, 'KILLED', command.reason);
      else this.plane.containers.stop(task.container, command.graceUs);
    }
  }

  private executorStarted(id: number): void {
    const task = this.tasks.get(id);
    if (task === undefined) return;
    const { order, machine } = task;
    const { executorCpuMilli, executorMemBytes } = this.values;
    task.container = this.plane.containers.create(
      {
        name: order.name,
        task: order.book,
        machine,
        image: order.image,
        prefersLocalImage: !order.forcePullImage,
        cpuWeightMilli: order.resources.cpuMilli + executorCpuMilli,
        cpuLimitMilli: order.cpuLimitMilli,
        memLimitBytes: order.memLimitBytes + executorMemBytes,
        behaviour: order.behaviour,
      },
      {
        prepared: (container) => this.prepared(container),
        refused: (container) => this.refused(container),
        started: (container) => this.started(container),
        exited: (container, exit) => this.exited(container, exit),
      },
    );
    if (task.container >= 0) this.byContainer.set(task.container, task);
  }

  private prepared(container: number): void {
    const task = this.byContainer.get(container);
    if (task === undefined) return;
    this.tell(task.machine, { task: task.id, state: 'STARTING', reason: '' });
    this.plane.containers.start(container);
  }

  private started(container: number): void {
    const task = this.byContainer.get(container);
    if (task === undefined) return;
    task.hasStarted = true;
    this.tell(task.machine, { task: task.id, state: 'RUNNING', reason: '' });
  }

  private refused(container: number): void {
    const task = this.byContainer.get(container);
    if (task !== undefined) this.ended(task, 'FAILED', 'CONTAINER_LAUNCH_FAILED');
  }

  private exited(container: number, { cause }: ContainerExit): void {
    const task = this.byContainer.get(container);
    // A machine that stopped tells nobody; what it had is forgotten when it comes back.
    if (task === undefined || cause === 'machine-stopped') return;
    if (task.killReason !== undefined) this.ended(task, 'KILLED', task.killReason);
    else if (cause === 'finished') this.ended(task, 'FINISHED', '');
    else this.ended(task, 'FAILED', cause === 'out-of-memory' ? 'OUT_OF_MEMORY' : '');
  }

  private registrationTimedOut(id: number): void {
    const task = this.tasks.get(id);
    if (task === undefined || task.hasStarted) return;
    this.ended(task, 'FAILED', 'EXECUTOR_REGISTRATION_TIMEOUT');
  }

  private ended(task: AgentTask, state: TaskState, reason: StatusReason): void {
    this.forget(task);
    // What has not ended yet is hung or still pulls its image.
    const { clock, containers } = this.plane;
    if (containers.get(task.container)?.state !== 'exited') containers.remove(task.container);
    else clock.after(this.values.containerRemoveDelay, this.removeKind, task.container);
    this.tell(task.machine, { task: task.id, state, reason });
  }

  private forget(task: AgentTask): void {
    this.tasks.delete(task.id);
    this.byContainer.delete(task.container);
  }

  private tell(machine: number, update: TaskUpdate): void {
    const number = this.updates.put({ ...update, machine });
    this.plane.clock.after(this.values.messageDelay, this.updateKind, number);
  }

  private report(number: number): void {
    const { machine, ...update } = this.updates.take(number);
    if (this.plane.machines.isReachable(machine)) {
      this.told(update);
      return;
    }
    const held = this.heldUpdates.get(machine);
    if (held === undefined) this.heldUpdates.set(machine, [update]);
    else held.push(update);
  }

  private flush(machine: number): void {
    const commands = this.heldCommands.get(machine) ?? [];
    this.heldCommands.delete(machine);
    for (const command of commands) this.send(command);
    const updates = this.heldUpdates.get(machine) ?? [];
    this.heldUpdates.delete(machine);
    for (const update of updates) this.tell(machine, update);
  }

  private stopped(machine: number): void {
    this.heldCommands.delete(machine);
    this.heldUpdates.delete(machine);
  }

  /** After a reboot an agent finds none of its executors alive. */
  private recovered(machine: number): void {
    for (const task of this.tasks.values()) {
      if (task.machine !== machine) continue;
      this.forget(task);
      if (task.container >= 0) this.plane.containers.remove(task.container);
    }
  }
}
