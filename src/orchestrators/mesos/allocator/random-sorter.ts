import type { Resources } from '../../data-plane/machine-spec.ts';
import type { RandomStream } from '../../../sim/random.ts';
import { ClientTree, type ClientNode } from './client-tree.ts';
import type { Sorter } from './sorter.ts';

/**
 * A weighted shuffle at each level instead of shares: the next is drawn with a chance in proportion to its weight
 * (src/master/allocator/mesos/sorter/random/sorter.cpp).
 */
export class RandomSorter implements Sorter {
  private readonly tree = new ClientTree();
  private readonly random: RandomStream;

  constructor(random: RandomStream) {
    this.random = random;
  }

  add(client: string): void {
    this.tree.add(client);
    this.tree.leaf(client).active = true;
  }

  remove(client: string): void {
    this.tree.remove(client);
  }

  setActive(client: string, active: boolean): void {
    this.tree.leaf(client).active = active;
  }

  setWeight(path: string, weight: number): void {
    this.tree.setWeight(path, weight);
  }

  /** Shares do not matter here. */
  setTotal(_total: Resources): void {}

  allocated(client: string, amount: Resources): void {
    this.tree.allocated(client, amount);
  }

  unallocated(client: string, amount: Resources): void {
    this.tree.unallocated(client, amount);
  }

  sort(): readonly string[] {
    const order: string[] = [];
    this.list(this.tree.root, order);
    return order;
  }

  private list(node: ClientNode, order: string[]): void {
    if (node.client !== undefined) {
      if (node.active) order.push(node.client);
      return;
    }
    const left = node.children
      .filter(hasActive)
      .map((child) => ({ child, weight: this.tree.weightOf(child) }))
      .sort((a, b) => (a.child.path < b.child.path ? -1 : 1));
    while (left.length > 0) {
      let sum = 0;
      for (const { weight } of left) sum += weight;
      let drawn = this.random.next() * sum;
      let place = 0;
      while (place < left.length - 1 && drawn >= left[place].weight) drawn -= left[place++].weight;
      this.list(left[place].child, order);
      left.splice(place, 1);
    }
  }
}

function hasActive(node: ClientNode): boolean {
  return node.client === undefined ? node.children.some(hasActive) : node.active;
}
