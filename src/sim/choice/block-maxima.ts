import type { Chooser, ChoiceProblem } from './chooser.ts';
import { scan } from './scan.ts';

/** Nodes a block; a block that comes out on top with an outdated maximum is scored again as a whole. */
const BLOCK = 16;
/** Blocks a group; groups are looked through one by one at each decision. */
const GROUP = 32;
/** Memory for remembered maxima; shapes beyond it are scanned. */
const BUDGET_BYTES = 64 * 2 ** 20;
/** Remembered shapes looked at when a new one wants room. */
const EVICTION_SAMPLE = 8;
/** As a block's best place: somebody else's best has sunk, so the block's value is only an upper bound. */
const OUTDATED = -1;

/**
 * Remembers, for each shape, the best score of every block of nodes, and repairs that lazily: when the shape is used
 * again, only the nodes changed since are scored. A shape that comes so rarely that most nodes have changed in between
 * is scanned instead. Right for any score that depends on the node's own state and the shape. Blocks follow the tie
 * order, so among equal values the first block holds the winner.
 *
 * Invariants for a shape brought up to date: a block's value is at least the score of each of its nodes; unless the
 * block is outdated, it is the score of the node at the block's best place, the lowest with that score; a group's
 * value is the highest of its blocks. A node that does not fit counts as -Infinity.
 */
export function blockMaxima(problem: ChoiceProblem, budgetBytes: number = BUDGET_BYTES): Chooser {
  const { cluster, shapes, score, filter, counters } = problem;
  const { nodeAt, placeOf } = problem.order;
  const count = nodeAt.length;
  const blocks = Math.ceil(count / BLOCK);
  const groups = Math.ceil(blocks / GROUP);
  const oracle = scan(problem);

  // After more changes than this nearly every node is among them, and scanning costs no more than catching up.
  const patience = Math.max(32, 2 * count);
  // The last changes, as places.
  const logSize = powerOfTwoFrom(patience);
  const logMask = logSize - 1;
  const log = new Int32Array(logSize);
  const changedAt = new Float64Array(count).fill(-1);
  let now = 0;

  const slotsMost = Math.max(1, Math.floor(budgetBytes / (blocks * 12 + groups * 8 + 32)));
  let slots = 0;
  let hand = 0;
  let value = new Float64Array(0);
  let bestPlace = new Int32Array(0);
  let groupValue = new Float64Array(0);
  let shapeIn = new Int32Array(0);
  let usedAt = new Float64Array(0);
  let slotOf = new Int32Array(0);
  let seenAt = new Float64Array(0);
  let generation = new Uint32Array(0);
  /** Once a fitting node has scored -Infinity, "nothing is higher than that" no longer means "nothing fits". */
  let bottomless = false;

  return { kind: 'block-maxima', choose, changed };

  function changed(node: number): void {
    const place = placeOf[node];
    log[now & logMask] = place;
    changedAt[place] = now++;
  }

  function choose(shape: number): number {
    if (shape >= slotOf.length) growShapes(shape);
    if (generation[shape] !== shapes.generation[shape]) forget(shape);
    let slot = slotOf[shape];
    if (slot >= 0 && now - usedAt[slot] <= patience) replay(shape, slot);
    else {
      const age = now - seenAt[shape];
      seenAt[shape] = now;
      if (age > patience) return oracle.choose(shape);
      if (slot < 0) slot = admit(shape, age);
      if (slot < 0) return oracle.choose(shape);
      rebuild(shape, slot);
    }
    seenAt[shape] = now;
    usedAt[slot] = now;
    const place = top(shape, slot);
    if (place >= 0) return nodeAt[place];
    return bottomless ? oracle.choose(shape) : -1;
  }

  function evaluate(shape: number, node: number): number {
    if (!cluster.fits(node, shape, shapes)) return -Infinity;
    if (filter !== undefined && !filter(shape, node)) return -Infinity;
    counters.scoreCalls++;
    const result = score(shape, node);
    if (result === -Infinity) bottomless = true;
    return result;
  }

  /** Scores the nodes changed since the shape was last used, each once, in its present state. */
  function replay(shape: number, slot: number): void {
    const firstBlock = slot * blocks;
    const firstGroup = slot * groups;
    let evaluated = 0;
    for (let at = usedAt[slot]; at < now; at++) {
      const place = log[at & logMask];
      if (changedAt[place] !== at) continue;
      evaluated++;
      const result = evaluate(shape, nodeAt[place]);
      const block = (place / BLOCK) | 0;
      const k = firstBlock + block;
      const highest = value[k];
      if (result < highest) {
        if (bestPlace[k] === place) bestPlace[k] = OUTDATED;
      } else if (result > highest) {
        value[k] = result;
        bestPlace[k] = place;
        const group = firstGroup + ((block / GROUP) | 0);
        if (result > groupValue[group]) groupValue[group] = result;
      } else if (place < bestPlace[k]) bestPlace[k] = place;
    }
    counters.nodeEvaluations += evaluated;
  }

  /** The winner's place, scoring outdated blocks anew as long as one of them comes out on top; -1: all -Infinity. */
  function top(shape: number, slot: number): number {
    const firstGroup = slot * groups;
    for (;;) {
      let group = -1;
      let highest = -Infinity;
      for (let g = 0; g < groups; g++) {
        if (groupValue[firstGroup + g] > highest) {
          highest = groupValue[firstGroup + g]!;
          group = g;
        }
      }
      if (group < 0) return -1;
      let block = group * GROUP;
      while (value[slot * blocks + block] !== highest) block++;
      const place = bestPlace[slot * blocks + block];
      if (place !== OUTDATED) return place;
      rescan(shape, slot, block);
      raise(slot, group);
    }
  }

  function rescan(shape: number, slot: number, block: number): void {
    const from = block * BLOCK;
    const to = Math.min(count, from + BLOCK);
    let highest = -Infinity;
    let best = from;
    for (let place = from; place < to; place++) {
      const result = evaluate(shape, nodeAt[place]);
      if (result > highest) {
        highest = result;
        best = place;
      }
    }
    counters.nodeEvaluations += to - from;
    value[slot * blocks + block] = highest;
    bestPlace[slot * blocks + block] = best;
  }

  function raise(slot: number, group: number): void {
    const to = slot * blocks + Math.min(blocks, (group + 1) * GROUP);
    let highest = -Infinity;
    for (let k = slot * blocks + group * GROUP; k < to; k++) if (value[k] > highest) highest = value[k]!;
    groupValue[slot * groups + group] = highest;
  }

  function rebuild(shape: number, slot: number): void {
    for (let block = 0; block < blocks; block++) rescan(shape, slot, block);
    for (let group = 0; group < groups; group++) raise(slot, group);
  }

  /** A slot for a shape last seen so many changes ago; -1 when those who have the slots use them more. */
  function admit(shape: number, age: number): number {
    let slot = -1;
    if (slots < slotsMost) {
      if (slots === usedAt.length) growSlots();
      slot = slots++;
    } else {
      let oldest = -1;
      for (let tried = 0; tried < EVICTION_SAMPLE; tried++) {
        hand = hand + 1 < slots ? hand + 1 : 0;
        if (now - usedAt[hand] > oldest) {
          oldest = now - usedAt[hand];
          slot = hand;
        }
      }
      if (oldest <= patience && oldest <= 2 * age) return -1;
      slotOf[shapeIn[slot]] = -1;
    }
    shapeIn[slot] = shape;
    slotOf[shape] = slot;
    return slot;
  }

  /** The id has been given to another request: what is remembered under it is worth nothing, its room is. */
  function forget(shape: number): void {
    generation[shape] = shapes.generation[shape]!;
    seenAt[shape] = -Infinity;
    if (slotOf[shape] >= 0) usedAt[slotOf[shape]] = -Infinity;
  }

  function growShapes(shape: number): void {
    const before = slotOf.length;
    const size = powerOfTwoFrom(Math.max(64, shape + 1));
    slotOf = widened(slotOf, new Int32Array(size)).fill(-1, before);
    seenAt = widened(seenAt, new Float64Array(size)).fill(-Infinity, before);
    generation = widened(generation, new Uint32Array(size));
    for (let id = before; id < Math.min(size, shapes.count); id++) generation[id] = shapes.generation[id]!;
  }

  function growSlots(): void {
    const size = Math.min(slotsMost, Math.max(8, slots * 2));
    value = widened(value, new Float64Array(size * blocks));
    bestPlace = widened(bestPlace, new Int32Array(size * blocks));
    groupValue = widened(groupValue, new Float64Array(size * groups));
    shapeIn = widened(shapeIn, new Int32Array(size));
    usedAt = widened(usedAt, new Float64Array(size));
  }
}

function powerOfTwoFrom(least: number): number {
  let size = 1;
  while (size < least) size *= 2;
  return size;
}

function widened<T extends Float64Array | Int32Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
