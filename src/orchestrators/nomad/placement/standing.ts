import type { Allocation } from '../state/allocation.ts';
import { isTerminal } from '../state/allocation.ts';
import type { ServerNode } from '../state/server-node.ts';
import { targetValue } from './operators.ts';
import type { PlanDraft } from './plan-draft.ts';

/** Where a job's allocations, and one group's, would be were the plan applied: counted once for each choice of a node. */
export class Standing {
  /** By node. */
  readonly ofJob = new Map<number, number>();
  readonly ofGroup = new Map<number, number>();
  private readonly byValue = new Map<string, ReadonlyMap<string, number>>();
  private readonly nodes: readonly ServerNode[];

  constructor(allocs: Iterable<Allocation>, group: string, draft: PlanDraft, nodes: readonly ServerNode[]) {
    this.nodes = nodes;
    for (const alloc of allocs)
      if (!isTerminal(alloc) && !draft.isGone(alloc)) this.count(alloc.node, alloc.group === group);
    for (const placed of draft.placed) this.count(placed.node, placed.group === group);
  }

  /** How many stand on nodes of each value of an attribute. */
  values(of: 'job' | 'group', attribute: string): ReadonlyMap<string, number> {
    const key = `${of} ${attribute}`;
    let counts = this.byValue.get(key);
    if (counts === undefined) {
      const sums = new Map<string, number>();
      for (const [node, count] of of === 'job' ? this.ofJob : this.ofGroup) {
        const value = targetValue(attribute, this.nodes[node].attributes);
        if (value !== undefined) sums.set(value, (sums.get(value) ?? 0) + count);
      }
      this.byValue.set(key, (counts = sums));
    }
    return counts;
  }

  private count(node: number, isOfGroup: boolean): void {
    this.ofJob.set(node, (this.ofJob.get(node) ?? 0) + 1);
    if (isOfGroup) this.ofGroup.set(node, (this.ofGroup.get(node) ?? 0) + 1);
  }
}
