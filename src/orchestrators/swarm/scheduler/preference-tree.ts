import { labelOf } from '../node-facts.ts';
import type { Service } from '../store/objects.ts';
import type { NodeInfo } from './node-info.ts';
import { bestNodes } from './node-order.ts';
import { placeOnNodes, type Placing } from './place-on-nodes.ts';

/** Nodes with the same values of the labels that tasks are spread over. */
export interface Branch {
  /** Active tasks of the service, also those on nodes that will not do. */
  tasks: number;
  /** By the label's value; empty at the leaves. */
  readonly branches: Map<string, Branch>;
  /** At the leaves: those that will do, no more than there are tasks. */
  nodes: NodeInfo[];
}

/**
 * The tree of a service's placement preferences; without any, one leaf. Nodes that lack a label are together under ''.
 * (SwarmKit manager/scheduler/nodeset.go, tree.)
 */
export function preferenceTree(
  nodes: readonly NodeInfo[],
  service: Service,
  spreadOver: readonly string[],
  placing: Placing,
): Branch {
  const { order, passes } = placing;
  const most = placing.left();
  const root = newBranch();
  const labels = spreadOver.filter((label) => /^(node|engine)\.labels\../i.test(label));
  const leaves = new Set<Branch>();
  for (const node of nodes) {
    const tasks = node.activeOf(service);
    let branch = root;
    for (const label of labels) {
      branch.tasks += tasks;
      const value = labelOf(node.node.facts, label);
      let next = branch.branches.get(value);
      if (next === undefined) branch.branches.set(value, (next = newBranch()));
      branch = next;
    }
    branch.tasks += tasks;
    leaves.add(branch);
    if (passes(node)) branch.nodes.push(node);
  }
  for (const leaf of leaves) leaf.nodes = bestNodes(leaf.nodes, most, order);
  return root;
}

const newBranch = (): Branch => ({ tasks: 0, branches: new Map(), nodes: [] });

/**
 * Puts `count` tasks on a branch so that its own branches have as many each as can be; says how many were put. A branch
 * that took fewer than asked is full and left out from then on. (SwarmKit manager/scheduler/scheduler.go,
 * scheduleNTasksOnSubtree.)
 */
export function placeOnBranch(count: number, branch: Branch, placing: Placing): number {
  if (branch.branches.size === 0) {
    branch.nodes = bestNodes(branch.nodes.filter(placing.passes), branch.nodes.length, placing.order);
    return placeOnNodes(count, branch.nodes, placing);
  }
  let placed = 0;
  let inUsable = branch.tasks;
  const full = new Set<Branch>();
  let isConverging = true;
  while (placed !== count && full.size !== branch.branches.size && isConverging) {
    const usable = branch.branches.size - full.size;
    const wanted = Math.floor((inUsable + count - placed) / usable);
    let rest = (inUsable + count - placed) % usable;
    isConverging = false;
    for (const next of branch.branches.values()) {
      if (full.has(next) || !(next.tasks < wanted || (next.tasks === wanted && rest > 0))) continue;
      isConverging = true;
      const asked = wanted - next.tasks + (rest > 0 ? 1 : 0);
      const put = placeOnBranch(asked, next, placing);
      if (put < asked) {
        full.add(next);
        inUsable -= next.tasks;
      } else if (rest > 0) rest--;
      placed += put;
    }
  }
  return placed;
}
