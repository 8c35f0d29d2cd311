import { NO_RESOURCES, type Resources } from '../../data-plane/machine-spec.ts';
import type { RandomStream } from '../../../sim/random.ts';
import type { Allocation, AllocatorAgent, AllocatorFramework } from './allocator-state.ts';
import { mayUse, plusBundle, reservedTotal, scalarsOf, type Bundle } from './bundle.ts';
import type { HierarchicalAllocator } from './hierarchical-allocator.ts';
import { meetsOfferConstraints } from './offer-constraints.ts';
import { isNothing, least, minus, notNegative, plus, shrunk } from './quantities.ts';

/**
 * One allocation run in its two stages (hierarchical.cpp, `__allocate`): guarantees of quota first, then everything else
 * by fair shares. Agents are shuffled before each stage; after each assignment the order of roles and frameworks is new.
 */
export class AllocationRun {
  private readonly allocator: HierarchicalAllocator;
  private readonly nowUs: number;
  private readonly made = new Map<string, Allocation>();
  private required: Resources;
  private headroom: Resources;

  constructor(allocator: HierarchicalAllocator, nowUs: number) {
    this.allocator = allocator;
    this.nowUs = nowUs;
    this.required = allocator.quotas.requiredHeadroom();
    let free = NO_RESOURCES;
    for (const agent of allocator.agents.values()) free = plus(free, allocator.available(agent).unreserved);
    this.headroom = free;
  }

  run(agents: ReadonlySet<number> | undefined): readonly Allocation[] {
    const candidates: AllocatorAgent[] = [];
    for (const agent of this.allocator.agents.values())
      if (agent.active && (agents === undefined || agents.has(agent.id))) candidates.push(agent);
    candidates.sort((a, b) => a.id - b.id);
    shuffle(candidates, this.allocator.options.random);
    if (this.allocator.quotas.hasGuarantees) {
      for (const agent of candidates) this.guarantee(agent);
      shuffle(candidates, this.allocator.options.random);
    }
    for (const agent of candidates) this.share(agent);
    return [...this.made.values()].sort((a, b) => a.framework - b.framework);
  }

  /** Stage 1: roles whose guarantees are not met get what is missing, and the rest of the agent with it as far as they may. */
  private guarantee(agent: AllocatorAgent): void {
    const { quotas } = this.allocator;
    this.offerAround(agent, (role, free) => {
      const guaranteed = least(free.unreserved, quotas.missing(role));
      // What does not help a guarantee is left to stage 2.
      if (isNothing(guaranteed)) return undefined;
      // More than that only within limits, and where nobody else's guarantee needs it.
      const others = minus(free.unreserved, guaranteed);
      const extra = least(shrunk(others, quotas.left(role, guaranteed)), this.spare());
      return { amount: plus(guaranteed, extra), required: guaranteed };
    });
  }

  /** Stage 2: all that is left, down to the role's limit and to what guarantees still need. */
  private share(agent: AllocatorAgent): void {
    const { quotas } = this.allocator;
    this.offerAround(agent, (role, free) => ({
      amount: least(shrunk(free.unreserved, quotas.left(role)), this.spare()),
      required: NO_RESOURCES,
    }));
  }

  /** What guarantees do not need of all that is free. */
  private spare(): Resources {
    return notNegative(minus(this.headroom, this.required));
  }

  /** Goes round roles and frameworks in their order, as it is after each assignment. */
  private offerAround(
    agent: AllocatorAgent,
    unreservedFor: (role: string, free: Bundle) => { amount: Resources; required: Resources } | undefined,
  ): void {
    const { allocator } = this;
    for (const role of allocator.roleSorter.sort()) {
      const sorter = allocator.frameworkSorters.get(role)!;
      for (const client of sorter.sort()) {
        const free = allocator.available(agent);
        if (isNothing(scalarsOf(free))) return;
        const framework = allocator.frameworks.get(Number(client))!;
        if (!mayReceive(framework, role, agent)) continue;
        const part = unreservedFor(role, free);
        if (part === undefined) break;
        const bundle = this.bundleFor(framework, role, free, part.amount);
        if (!this.isWorthOffering(bundle) || this.isFiltered(framework.id, role, agent.id, bundle)) continue;
        this.assign({ framework: framework.id, role, agent: agent.id, bundle });
        this.headroom = minus(this.headroom, bundle.unreserved);
        this.required = minus(this.required, part.required);
      }
    }
  }

  /** The role's reservations, all that is no scalar, what is revocable, and this much of the rest. */
  private bundleFor({ capabilities }: AllocatorFramework, role: string, free: Bundle, unreserved: Resources): Bundle {
    const reserved = new Map([...free.reserved].filter(([of, amount]) => mayUse(role, of) && !isNothing(amount)));
    const revocable = capabilities.revocableResources ? free.revocable : NO_RESOURCES;
    return { unreserved, reserved, revocable, ports: free.ports };
  }

  private isWorthOffering(bundle: Bundle): boolean {
    const { minCpuMilli, minMemBytes } = this.allocator.options;
    const amount = plus(plus(bundle.unreserved, bundle.revocable), reservedTotal(bundle));
    return amount.cpuMilli >= minCpuMilli || amount.memBytes >= minMemBytes;
  }

  private isFiltered(framework: number, role: string, agent: number, bundle: Bundle): boolean {
    return this.allocator.filters.blocks(framework, role, agent, bundle, this.nowUs);
  }

  private assign(allocation: Allocation): void {
    this.allocator.allocated(allocation);
    const { framework, role, agent, bundle } = allocation;
    const key = `${framework} ${role} ${agent}`;
    const before = this.made.get(key);
    this.made.set(
      key,
      before === undefined ? allocation : { ...allocation, bundle: plusBundle(before.bundle, bundle) },
    );
  }
}

/** An agent with GPUs is offered only to frameworks that know of them (filter_gpu_resources). */
function mayReceive({ capabilities, constraints }: AllocatorFramework, role: string, agent: AllocatorAgent): boolean {
  if (scalarsOf(agent.total).gpuCount > 0 && !capabilities.gpuResources) return false;
  return meetsOfferConstraints(constraints.get(role) ?? [], agent.attributes);
}

/** Fisher and Yates, from the end. */
export function shuffle(list: unknown[], random: RandomStream): void {
  for (let k = list.length - 1; k > 0; k--) {
    const other = random.below(k + 1);
    [list[k], list[other]] = [list[other], list[k]];
  }
}
