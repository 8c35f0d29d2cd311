import { NO_RESOURCES, type Resources } from '../../data-plane/machine-spec.ts';
import { ClientTree, type ClientNode } from './client-tree.ts';
import { FIELD, SCALARS, type ScalarName } from './quantities.ts';
import type { Sorter } from './sorter.ts';

/**
 * Dominant resource fairness over a tree of clients: at each level by dominant share divided by weight, then by how many
 * allocations have been made so far, then by path; depth first (src/master/allocator/mesos/sorter/drf/sorter.cpp).
 */
export class DrfSorter implements Sorter {
  private readonly tree = new ClientTree();
  private readonly counted: readonly ScalarName[];
  private total: Resources = NO_RESOURCES;
  private order: readonly string[] | undefined;

  /** `excluded`: scalars that do not count for shares (fair_sharing_excluded_resource_names). */
  constructor(excluded: readonly ScalarName[] = []) {
    this.counted = SCALARS.filter((name) => !excluded.includes(name));
  }

  add(client: string): void {
    this.tree.add(client);
    this.tree.leaf(client).active = true;
    this.order = undefined;
  }

  remove(client: string): void {
    this.tree.remove(client);
    this.order = undefined;
  }

  setActive(client: string, active: boolean): void {
    this.tree.leaf(client).active = active;
    this.order = undefined;
  }

  setWeight(path: string, weight: number): void {
    this.tree.setWeight(path, weight);
    this.order = undefined;
  }

  setTotal(total: Resources): void {
    this.total = total;
    this.order = undefined;
  }

  allocated(client: string, amount: Resources): void {
    this.tree.allocated(client, amount);
    this.order = undefined;
  }

  unallocated(client: string, amount: Resources): void {
    this.tree.unallocated(client, amount);
    this.order = undefined;
  }

  /** Dominant share of a client among its siblings, divided by its weight. */
  shareOf(client: string): number {
    return this.share(this.tree.leaf(client));
  }

  sort(): readonly string[] {
    if (this.order === undefined) {
      const order: string[] = [];
      this.list(this.tree.root, order);
      this.order = order;
    }
    return this.order;
  }

  private list(node: ClientNode, order: string[]): void {
    if (node.client !== undefined) {
      if (node.active) order.push(node.client);
      return;
    }
    const ranked = node.children.map((child) => ({ child, share: this.share(child) }));
    ranked.sort(
      (a, b) =>
        a.share - b.share || a.child.allocations - b.child.allocations || (a.child.path < b.child.path ? -1 : 1),
    );
    for (const { child } of ranked) this.list(child, order);
  }

  private share(node: ClientNode): number {
    let share = 0;
    for (const name of this.counted) {
      const field = FIELD[name];
      const total = this.total[field];
      if (total > 0) share = Math.max(share, node.allocation[field] / total);
    }
    return share / this.tree.weightOf(node);
  }
}
