import { NO_RESOURCES, type Resources } from '../../data-plane/machine-spec.ts';
import type { RandomStream } from '../../../sim/random.ts';
import type { Allocation, AllocatorAgent, AllocatorFramework, Capabilities } from './allocator-state.ts';
import { AllocationRun } from './allocation-run.ts';
import { EMPTY_BUNDLE, minusBundle, plusBundle, scalarsOf, type Bundle } from './bundle.ts';
import { OfferFilters } from './offer-filters.ts';
import type { AgentAttributes, OfferConstraints } from './offer-constraints.ts';
import { minus, plus } from './quantities.ts';
import { RoleQuotas, type Quota } from './role-quota.ts';
import type { Sorter } from './sorter.ts';

export interface AllocatorOptions {
  /** For roles, and one for the frameworks of each role. */
  readonly makeSorter: () => Sorter;
  /** Shuffles agents. */
  readonly random: RandomStream;
  readonly minCpuMilli: number;
  readonly minMemBytes: number;
}

/** Frameworks sort by their number as text, as upstream by their ids, which count up. */
export const clientOf = (framework: number): string => String(framework).padStart(6, '0');

/**
 * Divides the free resources of agents among roles and the frameworks in them
 * (src/master/allocator/mesos/hierarchical.cpp). It knows no time of its own: whoever runs it says when.
 */
export class HierarchicalAllocator {
  readonly options: AllocatorOptions;
  readonly frameworks = new Map<number, AllocatorFramework>();
  readonly agents = new Map<number, AllocatorAgent>();
  readonly filters = new OfferFilters();
  readonly quotas = new RoleQuotas();
  readonly roleSorter: Sorter;
  readonly frameworkSorters = new Map<string, Sorter>();
  /** By role and framework: what it has been given, and whether it is listed. */
  private readonly held = new Map<string, Resources>();
  private total: Resources = NO_RESOURCES;

  constructor(options: AllocatorOptions) {
    this.options = options;
    this.roleSorter = options.makeSorter();
  }

  addFramework(id: number, roles: readonly string[], capabilities: Capabilities, suppressed = false): void {
    this.frameworks.set(id, { id, capabilities, roles: new Set(), suppressed: new Set(), constraints: new Map() });
    for (const role of roles) this.subscribe(id, role, suppressed);
  }

  /** One role more for a framework. */
  subscribe(id: number, role: string, suppressed: boolean): void {
    const framework = this.framework(id);
    framework.roles.add(role);
    this.track(id, role);
    if (suppressed) framework.suppressed.add(role);
    this.sorterOf(role).setActive(clientOf(id), !suppressed);
  }

  /** It gets no offers any more; what it has been given stays its own until it is recovered. */
  deactivateFramework(id: number): void {
    for (const role of this.framework(id).roles) this.sorterOf(role).setActive(clientOf(id), false);
  }

  setConstraints(id: number, role: string, constraints: OfferConstraints): void {
    this.framework(id).constraints.set(role, constraints);
  }

  suppress(id: number, role: string): void {
    this.framework(id).suppressed.add(role);
    this.sorterOf(role).setActive(clientOf(id), false);
  }

  /** Offers again, and whatever was declined. */
  revive(id: number, role: string): void {
    this.framework(id).suppressed.delete(role);
    this.filters.clearRole(id, role);
    this.sorterOf(role).setActive(clientOf(id), true);
  }

  setWeight(role: string, weight: number): void {
    this.roleSorter.setWeight(role, weight);
  }

  setQuota(role: string, quota: Quota): void {
    this.quotas.set(role, quota);
  }

  /** An agent with what runs on it already, by framework and role. */
  addAgent(
    id: number,
    attributes: AgentAttributes,
    total: Bundle,
    used: readonly Omit<Allocation, 'agent'>[] = [],
  ): void {
    const agent: AllocatorAgent = { id, attributes, total, allocated: EMPTY_BUNDLE, active: true };
    this.agents.set(id, agent);
    this.changeTotal(scalarsOf(total), NO_RESOURCES);
    for (const [role, amount] of total.reserved) this.quotas.consumes(role, amount);
    for (const { framework, role, bundle } of used) this.allocated({ framework, role, agent: id, bundle });
  }

  /** Everything on it is recovered. */
  removeAgent(id: number, used: readonly Omit<Allocation, 'agent'>[]): void {
    const agent = this.agent(id);
    for (const { framework, role, bundle } of used) this.recover({ framework, role, agent: id, bundle });
    this.agents.delete(id);
    this.filters.clearAgent(id);
    this.changeTotal(NO_RESOURCES, scalarsOf(agent.total));
    for (const [role, amount] of agent.total.reserved) this.quotas.releases(role, amount);
  }

  setAgentActive(id: number, active: boolean): void {
    const agent = this.agents.get(id);
    if (agent !== undefined) agent.active = active;
  }

  /** The agent has more or less than before: reservations, revocable resources. */
  updateAgent(id: number, total: Bundle): void {
    const agent = this.agent(id);
    this.changeTotal(scalarsOf(total), scalarsOf(agent.total));
    for (const [role, amount] of agent.total.reserved) this.quotas.releases(role, amount);
    for (const [role, amount] of total.reserved) this.quotas.consumes(role, amount);
    agent.total = total;
    this.filters.clearAgent(id);
  }

  /** Resources of an allocation that are back: declined, unused or freed. */
  recover({ framework, role, agent, bundle }: Allocation): void {
    const record = this.agents.get(agent);
    if (record !== undefined) record.allocated = minusBundle(record.allocated, bundle);
    this.quotas.releases(role, bundle.unreserved);
    this.change(framework, role, bundle, false);
  }

  /** Resources that were allocated to a role become reserved for it, or the other way round; the agent's total follows. */
  reserve({ framework, role, agent, bundle }: Allocation, to: Bundle): void {
    const record = this.agent(agent);
    this.recover({ framework, role, agent, bundle });
    this.updateAgent(agent, plusBundle(minusBundle(record.total, bundle), to));
    this.allocated({ framework, role, agent, bundle: to });
  }

  /** A decline: the same or less of this agent is not offered to this role of the framework before that time. */
  refuse({ framework, role, agent, bundle }: Allocation, untilUs: number): void {
    this.filters.refuse(framework, role, agent, bundle, untilUs);
  }

  available(agent: AllocatorAgent): Bundle {
    return minusBundle(agent.total, agent.allocated);
  }

  /** One run over these agents, or over all. What it returns is allocated. */
  allocate(nowUs: number, agents?: ReadonlySet<number>): readonly Allocation[] {
    return new AllocationRun(this, nowUs).run(agents);
  }

  /** Books an allocation. */
  allocated({ framework, role, agent, bundle }: Allocation): void {
    const record = this.agent(agent);
    record.allocated = plusBundle(record.allocated, bundle);
    this.quotas.consumes(role, bundle.unreserved);
    this.change(framework, role, bundle, true);
  }

  /** Whether anyone wants offers. */
  get hasDemand(): boolean {
    for (const { roles, suppressed } of this.frameworks.values()) if (roles.size > suppressed.size) return true;
    return false;
  }

  /** What a framework holds of a role, offers included. */
  heldBy(framework: number, role: string): Resources {
    return this.held.get(`${role} ${framework}`) ?? NO_RESOURCES;
  }

  private track(framework: number, role: string): void {
    let sorter = this.frameworkSorters.get(role);
    if (sorter === undefined) {
      sorter = this.options.makeSorter();
      sorter.setTotal(this.total);
      this.frameworkSorters.set(role, sorter);
      this.roleSorter.add(role);
    }
    sorter.add(clientOf(framework));
  }

  private change(framework: number, role: string, bundle: Bundle, given: boolean): void {
    const amount = scalarsOf(bundle);
    const key = `${role} ${framework}`;
    const before = this.held.get(key) ?? NO_RESOURCES;
    this.held.set(key, given ? plus(before, amount) : minus(before, amount));
    const sorter = this.sorterOf(role);
    if (given) {
      this.roleSorter.allocated(role, amount);
      sorter.allocated(clientOf(framework), amount);
    } else {
      this.roleSorter.unallocated(role, amount);
      sorter.unallocated(clientOf(framework), amount);
    }
  }

  private changeTotal(more: Resources, less: Resources): void {
    this.total = minus(plus(this.total, more), less);
    this.roleSorter.setTotal(this.total);
    for (const sorter of this.frameworkSorters.values()) sorter.setTotal(this.total);
  }

  private sorterOf(role: string): Sorter {
    const sorter = this.frameworkSorters.get(role);
    if (sorter === undefined) throw new Error(`nobody is subscribed to the role ${role}`);
    return sorter;
  }

  private framework(id: number): AllocatorFramework {
    const framework = this.frameworks.get(id);
    if (framework === undefined) throw new Error(`the allocator does not know framework ${id}`);
    return framework;
  }

  private agent(id: number): AllocatorAgent {
    const agent = this.agents.get(id);
    if (agent === undefined) throw new Error(`the allocator does not know agent ${id}`);
    return agent;
  }
}
