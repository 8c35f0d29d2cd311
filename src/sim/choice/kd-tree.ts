import { blockMaxima } from './block-maxima.ts';
import { copyCapacityToProbe } from './capacity-classes.ts';
import type { Chooser, ChoiceProblem } from './chooser.ts';
import { KdForest, LEAF_ROOM, NOBODY } from './kd-forest.ts';

/**
 * Branch and bound over k-d trees of free CPU and memory, for policies that promise `prefers`. No node below a tree
 * node can score more than the probe does with what the best corner of its box has free: the score is monotone, and
 * rounding keeps that order since every IEEE operation is monotone too. So the bound needs no allowance, and ties are
 * settled exactly: a box is left out if its bound is lower than the best, or equal with no lower place in it.
 *
 * Pods that ask for more than CPU and memory may be scored by what else a node has free, which the trees know nothing
 * of: they are left to block maxima.
 */
export function kdTree(problem: ChoiceProblem): Chooser {
  const { cluster, shapes, score, filter, counters } = problem;
  const { nodeAt } = problem.order;
  if (problem.prefers === undefined) throw new RangeError('a k-d tree needs a policy that says what it prefers');
  const lessFree = problem.prefers === 'less-free';
  const probe = cluster.count;
  const { cpuFreeMilli, memFreeBytes } = cluster;
  const stackNode = new Int32Array(64);
  const stackBound = new Float64Array(64);
  let forest: KdForest | undefined;
  let others: Chooser | undefined;
  let members: number[] = [];

  let bestScore = -Infinity;
  let bestPlace = NOBODY;

  return {
    kind: 'kd-tree',
    choose(shape) {
      if (nodeAt.length === 0) return -1;
      if (shapes.gpuCount[shape]! > 0 || shapes.extended[shape] !== null || shapes.storageBytes[shape]! > 0)
        return (others ??= blockMaxima(problem)).choose(shape);
      forest ??= plant(shape);
      bestScore = -Infinity;
      bestPlace = NOBODY;
      const likeliest = forest.trees === 1 ? 0 : likeliestTree(forest, shape);
      search(forest, likeliest, shape);
      for (let tree = 0; tree < forest.trees; tree++) if (tree !== likeliest) search(forest, tree, shape);
      return bestPlace === NOBODY ? -1 : nodeAt[bestPlace]!;
    },
    changed(node) {
      forest?.update(node);
      others?.changed(node);
    },
  };

  /** A score that is the same at both ends is the same throughout; then only the order of the places matters. */
  function plant(shape: number): KdForest {
    const node = nodeAt[0]!;
    copyCapacityToProbe(cluster, node);
    const full = ask(shape, cluster.cpuMilli[node]!, cluster.memBytes[node]!);
    const constant = ask(shape, shapes.cpuMilli[shape]!, shapes.memBytes[shape]!) === full;
    const planted = new KdForest(cluster, problem.order, constant ? 'place' : 'free');
    members = Array.from({ length: planted.trees }, (_, tree) => planted.memberOf(tree));
    return planted;
  }

  function ask(shape: number, cpu: number, mem: number): number {
    cpuFreeMilli[probe] = cpu;
    memFreeBytes[probe] = mem;
    counters.scoreCalls++;
    return score(shape, probe);
  }

  /** The highest score that any node below the tree node could have, at least for nodes that fit. */
  function bound(box: Float64Array, treeNode: number, shape: number): number {
    const b = treeNode * 4;
    if (!lessFree) return ask(shape, box[b + 2]!, box[b + 3]!);
    const cpu = shapes.cpuMilli[shape]!;
    const mem = shapes.memBytes[shape]!;
    return ask(shape, box[b]! > cpu ? box[b]! : cpu, box[b + 1]! > mem ? box[b + 1]! : mem);
  }

  function likeliestTree(forest: KdForest, shape: number): number {
    const { box, lowest, base } = forest;
    let likeliest = 0;
    let highest = -Infinity;
    let place = NOBODY;
    for (let tree = 0; tree < forest.trees; tree++) {
      const root = base[tree]! + 1;
      if (box[root * 4 + 2]! < shapes.cpuMilli[shape]! || box[root * 4 + 3]! < shapes.memBytes[shape]!) continue;
      copyCapacityToProbe(cluster, members[tree]!);
      const promised = bound(box, root, shape);
      if (promised > highest || (promised === highest && lowest[root]! < place)) {
        highest = promised;
        place = lowest[root]!;
        likeliest = tree;
      }
    }
    return likeliest;
  }

  function search(forest: KdForest, tree: number, shape: number): void {
    const { box, lowest } = forest;
    const base = forest.base[tree]!;
    const leaves = forest.leaves[tree]!;
    const cpu = shapes.cpuMilli[shape]!;
    const mem = shapes.memBytes[shape]!;
    const root = base + 1;
    if (box[root * 4 + 2]! < cpu || box[root * 4 + 3]! < mem) return;
    copyCapacityToProbe(cluster, members[tree]!);
    let depth = 0;
    let at = 1;
    let promised = bound(box, root, shape);
    for (;;) {
      if (promised > bestScore || (promised === bestScore && lowest[base + at]! < bestPlace)) {
        if (at >= leaves) searchLeaf(forest, base + at - forest.leafOffset[tree]!, shape, cpu, mem);
        else {
          const left = base + 2 * at;
          const l = left * 4;
          const leftFits = box[l + 2]! >= cpu && box[l + 3]! >= mem;
          const rightFits = box[l + 6]! >= cpu && box[l + 7]! >= mem;
          if (leftFits && rightFits) {
            const leftBound = bound(box, left, shape);
            const rightBound = bound(box, left + 1, shape);
            const leftFirst = leftBound > rightBound || (leftBound === rightBound && lowest[left]! < lowest[left + 1]!);
            stackNode[depth] = leftFirst ? 2 * at + 1 : 2 * at;
            stackBound[depth++] = leftFirst ? rightBound : leftBound;
            at = leftFirst ? 2 * at : 2 * at + 1;
            promised = leftFirst ? leftBound : rightBound;
            continue;
          }
          if (leftFits || rightFits) {
            at = leftFits ? 2 * at : 2 * at + 1;
            promised = bound(box, base + at, shape);
            continue;
          }
        }
      }
      if (depth === 0) return;
      at = stackNode[--depth]!;
      promised = stackBound[depth]!;
    }
  }

  function searchLeaf(forest: KdForest, leaf: number, shape: number, cpu: number, mem: number): void {
    const { entryCpu, entryMem, entryPlace } = forest;
    const first = leaf * LEAF_ROOM;
    const end = first + forest.filled[leaf]!;
    counters.nodeEvaluations += end - first;
    for (let entry = first; entry < end; entry++) {
      if (entryCpu[entry]! < cpu || entryMem[entry]! < mem) continue;
      const place = entryPlace[entry]!;
      const node = nodeAt[place]!;
      if (!cluster.fits(node, shape, shapes)) continue;
      if (filter !== undefined && !filter(shape, node)) continue;
      counters.scoreCalls++;
      const value = score(shape, node);
      if (value > bestScore || (value === bestScore && place < bestPlace)) {
        bestScore = value;
        bestPlace = place;
      }
    }
  }
}
