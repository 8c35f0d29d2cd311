import { blockMaxima } from './block-maxima.ts';
import type { Chooser, ChoiceProblem } from './chooser.ts';
import { kdTree } from './kd-tree.ts';

/** Decisions between two looks at the work, at first and at most; each change of mind doubles it. */
const FIRST_WINDOW = 256;
const LONGEST_WINDOW = 65_536;
/**
 * What a decision costs besides the nodes looked at and the scores computed, in the time of one of those (about 20 ns):
 * for the tree mainly the moving of two nodes, for block maxima the search for the block on top.
 */
const TREE_OVERHEAD = 65;
const MAXIMA_OVERHEAD = 15;
/** Block maxima score about so many nodes a decision even if the shape was used just now. */
const MAXIMA_LEAST = 25;
/** The other way must promise to be cheaper by this factor. */
const HYSTERESIS = 1.25;
/** Uses of a shape that block maxima scan or rebuild for; only those after them tell what they cost in the long run. */
const FIRST_USES = 2;
/** The share of decisions that must be such later ones for their work to be believed. */
const SETTLED_SHARE = 1 / 8;
/** What is left, after each further window of the tree, of the excess that block maxima showed when last in use. */
const MEMORY = 0.97;

/**
 * A k-d tree as long as many shapes come by turns, block maxima while they are few. Judged by counted work, not by
 * time, so that runs repeat: the work of the tree is measured; that of block maxima, which score for each decision the
 * nodes changed since the shape's last one, follows from how long ago that was.
 *
 * While a cluster fills under a policy that spreads, block maxima do far more than that: every placement lowers the best
 * of its block, for each shape, and with hundreds of shapes a decision scores dozens of such blocks anew. So their work
 * is measured too when they are in use, and its excess over what was expected is remembered for a while.
 */
export function adaptive(problem: ChoiceProblem): Chooser {
  const { counters } = problem;
  const count = problem.order.nodeAt.length;
  let current: Chooser = kdTree(problem);
  let window = FIRST_WINDOW;
  let left = window;
  let changes = 0;
  let work = 0;
  let maximaWork = 0;
  /** What the tree needed when it was last in use. */
  let treeWork = 0;
  /** How many times the expected work block maxima needed. */
  let excess = 1;
  /** Decisions for shapes past their first uses, the nodes looked at for them, and those expected. */
  let settled = 0;
  let settledLooks = 0;
  let settledExpected = 0;
  let seenAt = new Float64Array(64).fill(-Infinity);
  /** Uses of each shape since the last change of mind, up to FIRST_USES. */
  let uses = new Uint8Array(64);

  return {
    get kind() {
      return current.kind;
    },
    choose(shape) {
      if (shape >= seenAt.length) grow(shape);
      const expected = Math.min(changes - seenAt[shape], count);
      maximaWork += expected;
      seenAt[shape] = changes;
      const { nodeEvaluations, scoreCalls } = counters;
      const node = current.choose(shape);
      const looks = counters.nodeEvaluations - nodeEvaluations;
      work += looks + counters.scoreCalls - scoreCalls;
      if (uses[shape] < FIRST_USES) uses[shape]++;
      else {
        settled++;
        settledLooks += looks;
        settledExpected += expected;
      }
      if (--left === 0) reconsider();
      return node;
    },
    changed(node) {
      changes++;
      current.changed(node);
    },
  };

  function reconsider(): void {
    const usesTree = current.kind === 'kd-tree';
    if (usesTree) excess = 1 + (excess - 1) * MEMORY;
    else if (settled >= window * SETTLED_SHARE)
      excess = Math.max(1, settledLooks / (settledExpected + settled * MAXIMA_LEAST));
    const maximaCost = excess * (maximaWork / window + MAXIMA_LEAST) + MAXIMA_OVERHEAD;
    if (usesTree) {
      treeWork = work / window + TREE_OVERHEAD;
      if (maximaCost * HYSTERESIS < treeWork) changeTo(blockMaxima(problem));
    } else if (treeWork * HYSTERESIS < maximaCost) changeTo(kdTree(problem));
    left = window;
    work = 0;
    maximaWork = 0;
    settled = 0;
    settledLooks = 0;
    settledExpected = 0;
  }

  function changeTo(next: Chooser): void {
    current = next;
    uses.fill(0);
    window = Math.min(2 * window, LONGEST_WINDOW);
  }

  function grow(shape: number): void {
    const wider = new Float64Array(2 * Math.max(seenAt.length, shape)).fill(-Infinity);
    wider.set(seenAt);
    seenAt = wider;
    const widerUses = new Uint8Array(wider.length);
    widerUses.set(uses);
    uses = widerUses;
  }
}
