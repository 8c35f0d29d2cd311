import type { RandomStream } from '../../../sim/random.ts';
import type { SchedulerProfile } from './scheduler-profile.ts';

/**
 * Which of the feasible nodes wins: the place in the list (in the order in which the filters passed them) of the one
 * with the highest total score. `scores` has at least one entry.
 *
 * Since 1.35 equal scores are told apart by where a heap happens to keep them, before that by chance (scheduler.md 2.3;
 * upstream pkg/scheduler/schedule_one.go, selectHost and the heap of sorted node scores).
 */
export function winner(scores: readonly number[], version: SchedulerProfile['version'], random?: RandomStream): number {
  return version === '1.34' ? reservoirWinner(scores, random) : heapWinner(scores);
}

/**
 * The root of Go's `container/heap` after `heap.Init`: from the last parent down to the first, each sinks below its
 * better child (the left one unless the right one is strictly better) as long as that child is strictly better.
 */
export function heapWinner(scores: readonly number[]): number {
  const heap = scores.map((_, place) => place);
  const isBetter = (a: number, b: number): boolean => scores[heap[a]] > scores[heap[b]];
  for (let root = (heap.length >> 1) - 1; root >= 0; root -= 1) {
    for (let parent = root; ;) {
      let child = 2 * parent + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBetter(child + 1, child)) child += 1;
      if (!isBetter(child, parent)) break;
      [heap[parent], heap[child]] = [heap[child], heap[parent]];
      parent = child;
    }
  }
  return heap[0];
}

/**
 * Whether, of two equal places that no other place beats, `a` wins over `b` in `heapWinner`: number the list as a binary
 * tree (children of i: 2i+1 and 2i+2); the winner is the best one that comes first in pre-order (node, left subtree,
 * right subtree). An index that meets the best nodes in any order asks this instead of building the heap.
 */
export function winsTie(a: number, b: number): boolean {
  // Places counted from 1 have their level in the number of bits, and their way down from the root in the bits.
  let one = a + 1;
  let two = b + 1;
  const levels = Math.clz32(two) - Math.clz32(one);
  if (levels > 0) one >>>= levels;
  else two >>>= -levels;
  if (one === two) return levels < 0;
  return one < two;
}

/** Every highest score has the same chance: the k-th one met takes the place with probability 1/k. */
export function reservoirWinner(scores: readonly number[], random: RandomStream | undefined): number {
  if (random === undefined)
    throw new Error('ties are drawn up to version 1.34: the core needs a stream of random numbers');
  let best = 0;
  let ties = 1;
  for (let place = 1; place < scores.length; place += 1) {
    if (scores[place] > scores[best]) {
      best = place;
      ties = 1;
    } else if (scores[place] === scores[best]) {
      ties += 1;
      if (random.below(ties) === 0) best = place;
    }
  }
  return best;
}
