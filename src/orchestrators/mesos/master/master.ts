import type { DataPlane } from '../../data-plane/data-plane.ts';
import type { Allocation, Capabilities } from '../allocator/allocator-state.ts';
import { minusBundle, plusBundle, scalarsOf, EMPTY_BUNDLE, type Bundle } from '../allocator/bundle.ts';
import { DrfSorter } from '../allocator/drf-sorter.ts';
import { HierarchicalAllocator } from '../allocator/hierarchical-allocator.ts';
import { countPorts } from '../allocator/port-ranges.ts';
import { isNothing } from '../allocator/quantities.ts';
import { RandomSorter } from '../allocator/random-sorter.ts';
import { AgentTasks, type TaskUpdate } from '../agents/agent-tasks.ts';
import type { MesosValues } from '../constants.ts';
import { attributesOf, totalOf } from './agent-facts.ts';
import { AgentHealth } from './agent-health.ts';
import { AllocationTicks } from './allocation-ticks.ts';
import { FrameworkList } from './framework-list.ts';
import type { RoleQuotaSpec, RoleWeight } from './read-roles.ts';
import {
  isTerminal,
  type Framework,
  type MasterTask,
  type Offer,
  type TaskOrder,
  type TaskState,
} from './task-state.ts';

/** The Mesos master: agents, frameworks, offers and tasks (src/master/master.cpp). */
export class Master {
  readonly tasks = new Map<number, MasterTask>();
  readonly allocator: HierarchicalAllocator;
  readonly agents: AgentTasks;
  readonly health: AgentHealth;
  private readonly plane: DataPlane;
  private readonly values: MesosValues;
  private readonly ticks: AllocationTicks;
  private readonly frameworks: FrameworkList;
  private readonly offers = new Map<number, Offer>();
  /** Made and on their way to their frameworks. */
  private onTheWay: Offer[] = [];
  private readonly offerKind: number;
  private readonly totals = new Map<number, Bundle>();
  /** Agents that people want empty, and those that get nothing new. */
  private readonly drained = new Set<number>();
  private readonly deactivated = new Set<number>();
  private readonly unavailable = new Set<number>();
  private nextTask = 0;
  private nextOffer = 0;

  constructor(plane: DataPlane, values: MesosValues) {
    this.plane = plane;
    this.values = values;
    const { clock, streams } = plane;
    const sorterRandom = streams('mesos/random-sorter');
    this.allocator = new HierarchicalAllocator({
      makeSorter: () => (values.usesRandomSorter === 0 ? new DrfSorter() : new RandomSorter(sorterRandom)),
      random: streams('mesos/agent-order'),
      minCpuMilli: values.minAllocatableCpuMilli,
      minMemBytes: values.minAllocatableMemBytes,
    });
    this.offerKind = clock.apiKind(() => this.deliverOffers());
    this.ticks = new AllocationTicks(clock, this.allocator, values.allocationInterval, (made) => this.makeOffers(made));
    this.agents = new AgentTasks(plane, values, (update) => this.updated(update));
    this.frameworks = new FrameworkList(plane, (framework) => this.shutDown(framework));
    this.health = new AgentHealth(plane, values, {
      registered: (machine) => this.agentRegistered(machine),
      unreachable: (machine) => this.agentUnreachable(machine),
    });
    plane.machines.watchControlPlane((up) => {
      if (up) this.failedOver();
    });
  }

  setRoles(weights: readonly RoleWeight[], quotas: readonly RoleQuotaSpec[]): void {
    for (const { role, weight } of weights) this.allocator.setWeight(role, weight);
    for (const { role, ...quota } of quotas) this.allocator.setQuota(role, quota);
    this.ticks.request();
  }

  /** A framework's number. */
  register(
    framework: Framework,
    roles: readonly string[],
    capabilities: Capabilities,
    failoverTimeoutUs: number,
  ): number {
    const id = this.frameworks.add(framework, capabilities, failoverTimeoutUs);
    this.allocator.addFramework(id, roles, capabilities);
    this.ticks.request();
    return id;
  }

  subscribe(framework: number, role: string): void {
    this.allocator.subscribe(framework, role, true);
  }

  suppress(framework: number, role: string): void {
    this.allocator.suppress(framework, role);
  }

  revive(framework: number, role: string): void {
    this.allocator.revive(framework, role);
    this.ticks.request();
  }

  /** A scheduler is away: its tasks go on until its failover timeout is over. */
  disconnect(framework: number): void {
    this.allocator.deactivateFramework(framework);
    for (const offer of this.offers.values()) if (offer.framework === framework) this.takeBack(offer);
    this.frameworks.disconnect(framework);
  }

  reconnect(framework: number): void {
    this.frameworks.reconnect(framework);
    for (const role of this.allocator.frameworks.get(framework)!.roles) this.revive(framework, role);
  }

  /** Refused for so long; 0: it may come back at once. */
  decline({ id }: Offer, refuseUs: number): void {
    const offer = this.offers.get(id);
    if (offer === undefined) return;
    this.offers.delete(id);
    this.release(offer, offer.bundle, refuseUs);
  }

  /** Launches tasks with parts of an offer; what is left is refused for so long. Undefined: the offer is gone. */
  accept({ id }: Offer, orders: readonly TaskOrder[], refuseUs: number): readonly number[] | undefined {
    const offer = this.offers.get(id);
    if (offer === undefined) return undefined;
    this.offers.delete(id);
    const { framework, role, machine } = offer;
    let left = offer.bundle;
    const launched = orders.map((order) => {
      const { bundle } = order;
      left = minusBundle(left, bundle);
      const task: MasterTask = { id: this.nextTask++, framework, role, machine, order, state: 'STAGING', bundle };
      this.tasks.set(task.id, task);
      this.agents.launch(task.id, machine, order);
      return task.id;
    });
    this.release(offer, left, refuseUs);
    return launched;
  }

  /** Unreserved resources of a task become reserved for its role, and stay so when it ends. */
  reserve(task: number): void {
    const one = this.tasks.get(task);
    if (one === undefined || isNothing(one.bundle.unreserved)) return;
    const to: Bundle = {
      ...EMPTY_BUNDLE,
      reserved: new Map([[one.role, scalarsOf(one.bundle)]]),
      ports: one.bundle.ports,
    };
    this.allocator.reserve(this.allocationOf(one), to);
    one.bundle = to;
    this.totals.set(one.machine, this.allocator.agents.get(one.machine)!.total);
  }

  kill(task: number, graceUs?: number): void {
    const one = this.tasks.get(task);
    if (one === undefined || isTerminal(one.state) || !this.health.isRegistered(one.machine)) return;
    this.agents.kill(task, one.machine, graceUs ?? one.order.killGraceUs, '');
  }

  stateOf(task: number): TaskState {
    return this.tasks.get(task)?.state ?? 'UNKNOWN';
  }

  /** The framework asks what has become of tasks; it is told of each. */
  reconcile(framework: number, tasks: readonly number[]): void {
    for (const task of tasks) {
      const state = this.stateOf(task);
      this.frameworks.tell(framework, task, state === 'UNKNOWN' ? 'GONE' : state, 'RECONCILIATION');
    }
  }

  /** Kills everything on an agent in good order and gives it nothing new (Mesos 1.9, DRAIN_AGENT). */
  drain(machine: number): void {
    this.drained.add(machine);
    this.noOffersOf(machine);
    for (const task of this.tasks.values())
      if (task.machine === machine && !isTerminal(task.state) && this.health.isRegistered(machine))
        this.agents.kill(task.id, machine, task.order.killGraceUs, 'AGENT_DRAINING');
  }

  /** DEACTIVATE_AGENT: nothing new. */
  deactivate(machine: number): void {
    this.deactivated.add(machine);
    this.noOffersOf(machine);
  }

  /** REACTIVATE_AGENT. */
  reactivate(machine: number): void {
    this.drained.delete(machine);
    this.deactivated.delete(machine);
    this.allocator.setAgentActive(machine, true);
    this.ticks.request(machine);
  }

  /** A maintenance is planned: offers of the agent say so from now on. */
  schedule(machine: number): void {
    this.unavailable.add(machine);
    for (const offer of this.offers.values()) if (offer.machine === machine) this.rescind(offer);
    this.ticks.somethingIsFree();
  }

  private noOffersOf(machine: number): void {
    this.allocator.setAgentActive(machine, false);
    for (const offer of this.offers.values()) if (offer.machine === machine) this.rescind(offer);
  }

  private makeOffers(made: readonly Allocation[]): void {
    for (const { framework, role, agent, bundle } of made) {
      const offer: Offer = {
        id: this.nextOffer++,
        framework,
        role,
        machine: agent,
        bundle,
        attributes: this.allocator.agents.get(agent)!.attributes,
        hasGpus: this.plane.machines.specs[agent].gpuCount > 0,
        isUnavailableSoon: this.unavailable.has(agent),
      };
      this.offers.set(offer.id, offer);
      this.onTheWay.push(offer);
    }
    this.plane.clock.after(this.values.messageDelay, this.offerKind, 0);
  }

  private deliverOffers(): void {
    const arrived = this.onTheWay.filter(({ id }) => this.offers.has(id));
    this.onTheWay = [];
    const byFramework = new Map<number, Offer[]>();
    for (const offer of arrived) {
      const list = byFramework.get(offer.framework);
      if (list === undefined) byFramework.set(offer.framework, [offer]);
      else list.push(offer);
    }
    for (const [framework, offers] of byFramework) this.frameworks.offer(framework, offers);
  }

  private rescind(offer: Offer): void {
    this.takeBack(offer);
    this.frameworks.rescind(offer.framework, offer.id);
  }

  private takeBack(offer: Offer): void {
    this.offers.delete(offer.id);
    this.release(offer, offer.bundle, 0);
  }

  /** Parts of an offer are free again. Filters last an allocation interval at least. */
  private release({ framework, role, machine }: Offer, bundle: Bundle, refuseUs: number): void {
    if (isNothing(scalarsOf(bundle)) && countPorts(bundle.ports) === 0) return;
    const allocation = { framework, role, agent: machine, bundle };
    this.allocator.recover(allocation);
    const { nowUs } = this.plane.clock;
    if (refuseUs > 0) this.allocator.refuse(allocation, nowUs + Math.max(refuseUs, this.values.allocationInterval));
    this.ticks.somethingIsFree();
  }

  private allocationOf({ framework, role, machine, bundle }: MasterTask): Allocation {
    return { framework, role, agent: machine, bundle };
  }

  private updated({ task, state, reason }: TaskUpdate): void {
    const one = this.tasks.get(task);
    if (one === undefined) return;
    // A task that was given up ran on: whatever it does now is nobody's business, until it ends.
    const isGivenUp = isTerminal(one.state);
    if (isGivenUp && !isTerminal(state)) return;
    if (isTerminal(state)) this.tasks.delete(task);
    const isHeld = this.allocator.agents.has(one.machine);
    if (!isGivenUp) one.state = state;
    if (!isGivenUp) this.frameworks.tell(one.framework, task, state, reason);
    if (isTerminal(state) && isHeld) {
      this.allocator.recover(this.allocationOf(one));
      this.ticks.somethingIsFree();
    }
  }

  private agentRegistered(machine: number): void {
    const { machines, chronicle } = this.plane;
    const spec = machines.specs[machine];
    const there = this.allocator.agents.has(machine);
    chronicle.event(
      'mesos-master',
      'Normal',
      there ? 'AgentReregistered' : 'AgentAdded',
      spec.name,
      'the agent has registered',
    );
    const known = [...this.tasks.values()].filter((task) => task.machine === machine);
    const lost = known.filter(({ id }) => !this.agents.knows(id, machine));
    const alive = known.filter(({ id }) => this.agents.knows(id, machine));
    if (!there) {
      let total = this.totals.get(machine);
      if (total === undefined) this.totals.set(machine, (total = totalOf(spec, this.values)));
      const used = alive.map(({ framework, role, bundle }) => ({ framework, role, bundle }));
      this.allocator.addAgent(machine, attributesOf(spec), total, used);
    }
    this.allocator.setAgentActive(machine, !this.drained.has(machine) && !this.deactivated.has(machine));
    for (const task of lost) this.isNotThere(task, there);
    for (const task of alive) this.isStillThere(task);
    this.ticks.request(machine);
  }

  /** The agent came back without it. Whoever knows it as unreachable finds out by reconciliation. */
  private isNotThere(task: MasterTask, held: boolean): void {
    const { state } = task;
    this.tasks.delete(task.id);
    const aware = this.frameworks.isPartitionAware(task.framework);
    if (state !== 'UNREACHABLE' && !isTerminal(state))
      this.frameworks.tell(task.framework, task.id, aware ? 'GONE' : 'LOST', '');
    if (held) this.allocator.recover(this.allocationOf(task));
  }

  private isStillThere(task: MasterTask): void {
    if (task.state === 'UNREACHABLE') {
      task.state = 'RUNNING';
      this.frameworks.tell(task.framework, task.id, 'RUNNING', '');
    } else if (isTerminal(task.state)) {
      this.plane.books.happened(
        'task-killed',
        task.order.name,
        'it ran on while its agent was away, and is killed now',
      );
      this.agents.kill(task.id, task.machine, task.order.killGraceUs, '');
    }
    if (this.drained.has(task.machine))
      this.agents.kill(task.id, task.machine, task.order.killGraceUs, 'AGENT_DRAINING');
  }

  private agentUnreachable(machine: number): void {
    const { machines, books, chronicle } = this.plane;
    const { name } = machines.specs[machine];
    chronicle.event(
      'mesos-master',
      'Warning',
      'AgentUnreachable',
      name,
      'the agent does not answer pings; its tasks are unreachable',
    );
    books.happened('node-lost', name, 'the master marks the agent unreachable');
    this.agents.forgetOrders(machine);
    for (const offer of this.offers.values()) if (offer.machine === machine) this.rescind(offer);
    const held = [...this.tasks.values()].filter((task) => task.machine === machine);
    if (this.allocator.agents.has(machine)) {
      this.totals.set(machine, this.allocator.agents.get(machine)!.total);
      this.allocator.removeAgent(
        machine,
        held.map(({ framework, role, bundle }) => ({ framework, role, bundle })),
      );
    }
    for (const task of held) {
      if (isTerminal(task.state)) continue;
      task.state = this.frameworks.isPartitionAware(task.framework) ? 'UNREACHABLE' : 'LOST';
      this.frameworks.tell(task.framework, task.id, task.state, '');
    }
  }

  /** Another master leads: offers are void, and agents are offered when they have come back. */
  private failedOver(): void {
    for (const offer of this.offers.values()) this.rescind(offer);
    for (const agent of this.allocator.agents.values()) agent.active = false;
  }

  private shutDown(framework: number): void {
    for (const task of this.tasks.values())
      if (task.framework === framework && this.health.isRegistered(task.machine))
        this.agents.kill(task.id, task.machine, this.values.executorShutdownGrace, '');
  }

  /** Everything that is allocated on an agent, for those who check. */
  allocatedOn(machine: number): Bundle {
    let sum = EMPTY_BUNDLE;
    for (const task of this.tasks.values()) if (task.machine === machine) sum = plusBundle(sum, task.bundle);
    for (const offer of this.offers.values()) if (offer.machine === machine) sum = plusBundle(sum, offer.bundle);
    return sum;
  }
}
