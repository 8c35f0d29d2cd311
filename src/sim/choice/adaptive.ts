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

/**
 * A k-d tree as long as many shapes come by turns, block maxima while they are few. Judged by counted work, not by
 * time, so that runs repeat: the work of the tree is measured; that of block maxima, which score for each decision the
 * nodes changed since the shape's last one, follows from how long ago that was.
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
  let seenAt = new Float64Array(64).fill(-Infinity);

  return {
    get kind() {
      return current.kind;
    },
    choose(shape) {
      if (shape >= seenAt.length) grow(shape);
      maximaWork += Math.min(changes - seenAt[shape], count);
      seenAt[shape] = changes;
      const before = counters.nodeEvaluations + counters.scoreCalls;
      const node = current.choose(shape);
      work += counters.nodeEvaluations + counters.scoreCalls - before;
      if (--left === 0) reconsider();
      return node;
    },
    changed(node) {
      changes++;
      current.changed(node);
    },
  };

  function reconsider(): void {
    const maximaCost = maximaWork / window + MAXIMA_LEAST + MAXIMA_OVERHEAD;
    if (current.kind === 'kd-tree') {
      treeWork = work / window + TREE_OVERHEAD;
      if (maximaCost * HYSTERESIS < treeWork) changeTo(blockMaxima(problem));
    } else if (treeWork * HYSTERESIS < maximaCost) changeTo(kdTree(problem));
    left = window;
    work = 0;
    maximaWork = 0;
  }

  function changeTo(next: Chooser): void {
    current = next;
    window = Math.min(2 * window, LONGEST_WINDOW);
  }

  function grow(shape: number): void {
    const wider = new Float64Array(2 * Math.max(seenAt.length, shape)).fill(-Infinity);
    wider.set(seenAt);
    seenAt = wider;
  }
}
