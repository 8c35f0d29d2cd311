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
  /** Where the best corner of a box begins: at its lowest values or at its highest. */
  const corner = problem.prefers === 'less-free' ? 0 : 2;
  const probe = cluster.count;
  const { cpuFreeMilli, memFreeBytes } = cluster;
  const stackNode = new Int32Array(64);
  const stackBound = new Float64Array(64);
  let planted: KdForest | undefined;
  let others: Chooser | undefined;
  let members: number[] = [];

  /** The score of the best node so far; in an array, since V8 allocates for a number that a closure changes. */
  const best = new Float64Array(1);
  let bestPlace = NOBODY;

  return {
    kind: 'kd-tree',
    choose(shape) {
      if (nodeAt.length === 0) return -1;
      if (shapes.gpuCount[shape] > 0 || shapes.extended[shape] !== null || shapes.storageBytes[shape] > 0)
        return (others ??= blockMaxima(problem)).choose(shape);
      const forest = (planted ??= plant(shape));
      best[0] = -Infinity;
      bestPlace = NOBODY;
      const likeliest = forest.trees === 1 ? 0 : likeliestTree(forest, shape);
      search(forest, likeliest, shape);
      for (let tree = 0; tree < forest.trees; tree++) if (tree !== likeliest) search(forest, tree, shape);
      return bestPlace === NOBODY ? -1 : nodeAt[bestPlace];
    },
    changed(node) {
      planted?.update(node);
      others?.changed(node);
    },
  };

  /** A score that is the same far up is the same all the way there; then only the order of the places matters. */
  function plant(shape: number): KdForest {
    const node = nodeAt[0];
    copyCapacityToProbe(cluster, node);
    const cpu = shapes.cpuMilli[shape];
    const mem = shapes.memBytes[shape];
    const constant = ask(shape, cpu, mem) === ask(shape, cpu + cluster.cpuMilli[node], mem + cluster.memBytes[node]);
    const trees = new KdForest(cluster, problem.order, constant ? 'place' : 'free');
    members = Array.from({ length: trees.trees }, (_, tree) => trees.memberOf(tree));
    return trees;
  }

  function ask(shape: number, cpu: number, mem: number): number {
    cpuFreeMilli[probe] = cpu;
    memFreeBytes[probe] = mem;
    counters.scoreCalls++;
    return score(shape, probe);
  }

  /** The tree whose root promises most: the better the first answer, the less is left to search. */
  function likeliestTree(forest: KdForest, shape: number): number {
    const { box, lowest, base } = forest;
    const cpu = shapes.cpuMilli[shape];
    const mem = shapes.memBytes[shape];
    let likeliest = 0;
    let highest = -Infinity;
    let place = NOBODY;
    for (let tree = 0; tree < forest.trees; tree++) {
      const b = (base[tree] + 1) * 4;
      if (box[b + 2] < cpu || box[b + 3] < mem) continue;
      copyCapacityToProbe(cluster, members[tree]);
      const promised = ask(shape, Math.max(cpu, box[b + corner]), Math.max(mem, box[b + corner + 1]));
      if (promised > highest || (promised === highest && lowest[base[tree] + 1] < place)) {
        highest = promised;
        place = lowest[base[tree] + 1]!;
        likeliest = tree;
      }
    }
    return likeliest;
  }

  function search(forest: KdForest, tree: number, shape: number): void {
    const { box, lowest } = forest;
    const base = forest.base[tree];
    const leaves = forest.leaves[tree];
    const cpu = shapes.cpuMilli[shape];
    const mem = shapes.memBytes[shape];
    const r = (base + 1) * 4;
    if (box[r + 2] < cpu || box[r + 3] < mem) return;
    copyCapacityToProbe(cluster, members[tree]);
    let depth = 0;
    let at = 1;
    let cornerCpu = atLeast(cpu, box[r + corner]);
    let cornerMem = atLeast(mem, box[r + corner + 1]);
    let promised = ask(shape, cornerCpu, cornerMem);
    for (;;) {
      if (promised > best[0] || (promised === best[0] && lowest[base + at] < bestPlace)) {
        if (at < leaves) {
          const left = base + 2 * at;
          const l = left * 4;
          const leftFits = box[l + 2] >= cpu && box[l + 3] >= mem;
          const rightFits = box[l + 6] >= cpu && box[l + 7] >= mem;
          // Often a child has the best corner of its parent, and with it its bound.
          let leftPromised = -Infinity;
          let leftCpu = 0;
          let leftMem = 0;
          if (leftFits) {
            leftCpu = atLeast(cpu, box[l + corner]);
            leftMem = atLeast(mem, box[l + corner + 1]);
            leftPromised = leftCpu === cornerCpu && leftMem === cornerMem ? promised : ask(shape, leftCpu, leftMem);
          }
          if (rightFits) {
            const rightCpu = atLeast(cpu, box[l + corner + 4]);
            const rightMem = atLeast(mem, box[l + corner + 5]);
            const same = rightCpu === cornerCpu && rightMem === cornerMem;
            const rightPromised = same ? promised : ask(shape, rightCpu, rightMem);
            const rightFirst =
              !leftFits ||
              rightPromised > leftPromised ||
              (rightPromised === leftPromised && lowest[left + 1] < lowest[left]);
            if (rightFirst) {
              if (leftFits) {
                stackNode[depth] = 2 * at;
                stackBound[depth++] = leftPromised;
              }
              at = 2 * at + 1;
              promised = rightPromised;
              cornerCpu = rightCpu;
              cornerMem = rightMem;
              continue;
            }
            stackNode[depth] = 2 * at + 1;
            stackBound[depth++] = rightPromised;
          }
          if (leftFits) {
            at = 2 * at;
            promised = leftPromised;
            cornerCpu = leftCpu;
            cornerMem = leftMem;
            continue;
          }
        } else searchLeaf(forest, base + at - forest.leafOffset[tree], shape, cpu, mem);
      }
      if (depth === 0) return;
      at = stackNode[--depth]!;
      promised = stackBound[depth]!;
      const b = (base + at) * 4;
      cornerCpu = atLeast(cpu, box[b + corner]);
      cornerMem = atLeast(mem, box[b + corner + 1]);
    }
  }

  function searchLeaf(forest: KdForest, leaf: number, shape: number, cpu: number, mem: number): void {
    const { entryCpu, entryMem, entryPlace } = forest;
    const first = leaf * LEAF_ROOM;
    const end = first + forest.filled[leaf];
    counters.nodeEvaluations += end - first;
    for (let entry = first; entry < end; entry++) {
      if (entryCpu[entry] < cpu || entryMem[entry] < mem) continue;
      const place = entryPlace[entry];
      const node = nodeAt[place];
      if (!cluster.fits(node, shape, shapes)) continue;
      if (filter !== undefined && !filter(shape, node)) continue;
      counters.scoreCalls++;
      const value = score(shape, node);
      if (value > best[0] || (value === best[0] && place < bestPlace)) {
        best[0] = value;
        bestPlace = place;
      }
    }
  }
}

function atLeast(least: number, value: number): number {
  return value > least ? value : least;
}
