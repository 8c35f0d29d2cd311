import type { LatencyHistogram } from '../latency-histogram.ts';
import { NODE_RATIO, NODE_US, NODES, nodeBelow, ONE, PER_OCTAVE, shareAbove } from './log-grid.ts';

/** Mass below this is dropped at both ends (and given to its neighbour). */
const NEGLIGIBLE = 1e-9;
/** From so many nodes apart on, the smaller summand is a small correction of the larger. */
const FAR = 14 * PER_OCTAVE;

/** A distribution of times: shares at 0 and at the nodes of the grid from `first` on, which add up to 1. Not changed once made. */
export interface LatencyShape {
  readonly atZero: number;
  readonly first: number;
  readonly shares: Float64Array;
  readonly meanUs: number;
}

/** The shape of shares on the whole grid, scaled to sum 1. */
export function shapeOf(atZero: number, grid: Float64Array): LatencyShape {
  let total = atZero;
  for (let k = 0; k < grid.length; k++) total += grid[k];
  if (!(total > 0)) return NO_TIME;
  const least = NEGLIGIBLE * total;
  let first = 0;
  let last = grid.length - 1;
  let cutLow = 0;
  let cutHigh = 0;
  while (first < last && cutLow + grid[first] < least) cutLow += grid[first++];
  while (last > first && cutHigh + grid[last] < least) cutHigh += grid[last--];
  const shares = new Float64Array(last - first + 1);
  for (let k = first; k <= last; k++) shares[k - first] = grid[k] / total;
  shares[0] += cutLow / total;
  shares[last - first] += cutHigh / total;
  let meanUs = 0;
  for (let k = 0; k < shares.length; k++) meanUs += shares[k] * NODE_US[first + k];
  return { atZero: atZero / total, first, shares, meanUs };
}

/** Always this time. */
export function constantShape(us: number): LatencyShape {
  if (!(us > 0)) return NO_TIME;
  const grid = new Float64Array(NODES);
  addAt(grid, us, 1);
  return shapeOf(0, grid);
}

/** No time at all. */
export const NO_TIME: LatencyShape = { atZero: 1, first: 0, shares: new Float64Array(1), meanUs: 0 };

/** Puts a mass at a time, split between the nodes around it so that the mean stays. */
export function addAt(grid: Float64Array, us: number, mass: number): void {
  const node = nodeBelow(us);
  const above = shareAbove(us, node);
  grid[node] += mass * (1 - above);
  grid[node + 1] += mass * above;
}

/** Adds a shape times a weight to shares on the whole grid; returns the mass at 0. */
export function addShape(grid: Float64Array, shape: LatencyShape, weight: number): number {
  const { first, shares } = shape;
  for (let k = 0; k < shares.length; k++) grid[first + k] += weight * shares[k];
  return weight * shape.atZero;
}

/** The distribution of the sum of two independent times. */
export function sumOf(a: LatencyShape, b: LatencyShape): LatencyShape {
  if (a.atZero === 1) return b;
  if (b.atZero === 1) return a;
  const grid = new Float64Array(NODES + 1);
  // Coarse shapes are empty at every second node.
  const filled: number[] = [];
  for (let j = 0; j < b.shares.length; j++) if (b.shares[j] > 0) filled.push(j);
  for (let i = 0; i < a.shares.length; i++) {
    const share = a.shares[i];
    if (share < 1e-11) continue;
    const one = a.first + i;
    grid[one] += share * b.atZero;
    for (const j of filled) {
      const mass = share * b.shares[j];
      if (mass < 1e-12) continue;
      const other = b.first + j;
      const larger = one > other ? one : other;
      const at = larger + SUM_SHIFT[one > other ? one - other : other - one];
      if (at >= NODES) {
        grid[NODES - 1] += mass;
        continue;
      }
      const above = SUM_ABOVE[one > other ? one - other : other - one];
      grid[at] += mass * (1 - above);
      grid[at + 1] += mass * above;
    }
  }
  for (let j = 0; j < b.shares.length; j++) grid[b.first + j] += a.atZero * b.shares[j];
  grid[NODES - 1] += grid[NODES];
  return shapeOf(a.atZero * b.atZero, grid.subarray(0, NODES));
}

/** The time plus a constant. */
export function laterBy(shape: LatencyShape, us: number): LatencyShape {
  if (!(us > 0)) return shape;
  const grid = new Float64Array(NODES);
  if (shape.atZero > 0) addAt(grid, us, shape.atZero);
  for (let k = 0; k < shape.shares.length; k++) addAt(grid, NODE_US[shape.first + k] + us, shape.shares[k]);
  return shapeOf(0, grid);
}

/** The time times a factor > 0: all nodes move by the same whole number of nodes and the same share of one. */
export function scaled(shape: LatencyShape, factor: number): LatencyShape {
  if (factor === 1 || shape.atZero === 1) return shape;
  const node = nodeBelow(factor);
  const share = shareAbove(factor, node);
  const by = node - ONE;
  const { shares } = shape;
  const first = shape.first + by;
  if (first < 0 || first + shares.length + 1 > NODES) return scaledAtEdge(shape, factor);
  const moved = new Float64Array(shares.length + 1);
  for (let k = 0; k < shares.length; k++) {
    moved[k] += shares[k] * (1 - share);
    moved[k + 1] += shares[k] * share;
  }
  return { atZero: shape.atZero, first, shares: moved, meanUs: shape.meanUs * factor };
}

function scaledAtEdge(shape: LatencyShape, factor: number): LatencyShape {
  const grid = new Float64Array(NODES);
  for (let k = 0; k < shape.shares.length; k++) addAt(grid, NODE_US[shape.first + k] * factor, shape.shares[k]);
  return shapeOf(shape.atZero, grid);
}

/** The same without what hardly counts: a share of times at either end goes to the node next to it. */
export function trimmed(shape: LatencyShape, low: number, high: number): LatencyShape {
  const { shares } = shape;
  let from = 0;
  let to = shares.length - 1;
  let cutLow = 0;
  let cutHigh = 0;
  while (from < to && cutLow + shares[from] < low) cutLow += shares[from++];
  while (to > from && cutHigh + shares[to] < high) cutHigh += shares[to--];
  const kept = shares.slice(from, to + 1);
  kept[0] += cutLow;
  kept[kept.length - 1] += cutHigh;
  return { atZero: shape.atZero, first: shape.first + from, shares: kept, meanUs: shape.meanUs };
}

/** The same on every so many-th node only, for sums that need not be as fine: less work by that factor for each of two. */
export function coarse(shape: LatencyShape, by = 2): LatencyShape {
  const { shares, first } = shape;
  if (shares.length < 24 * by) return shape;
  const kept = new Float64Array(shares.length + by);
  for (let k = 0; k < shares.length; k++) {
    const low = k - (k % by);
    // What lies between two of them goes to both so that the mean stays.
    const up =
      low === k ? 0 : (NODE_US[first + k] - NODE_US[first + low]) / (NODE_US[first + low + by] - NODE_US[first + low]);
    kept[low] += shares[k] * (1 - up);
    kept[low + by] += shares[k] * up;
  }
  return { ...shape, shares: first + kept.length > NODES ? kept.slice(0, NODES - first) : kept };
}

/** The distribution of the largest of several independent times. */
export function largestOf(shapes: readonly LatencyShape[]): LatencyShape {
  if (shapes.length === 0) return NO_TIME;
  if (shapes.length === 1) return shapes[0];
  const below = shapes.map((shape) => shape.atZero);
  const product = (): number => below.reduce((all, one) => all * one, 1);
  const grid = new Float64Array(NODES);
  const atZero = product();
  const first = shapes.reduce((least, shape) => Math.min(least, shape.first), NODES);
  const last = shapes.reduce((most, shape) => Math.max(most, shape.first + shape.shares.length - 1), 0);
  let before = atZero;
  for (let node = first; node <= last; node++) {
    shapes.forEach((shape, which) => {
      below[which] += shape.shares[node - shape.first] ?? 0;
    });
    const now = product();
    grid[node] = Math.max(0, now - before);
    before = now;
  }
  return shapeOf(atZero, grid);
}

/** One of several times, each with a weight. */
export function mixtureOf(parts: readonly { readonly weight: number; readonly shape: LatencyShape }[]): LatencyShape {
  const grid = new Float64Array(NODES);
  let atZero = 0;
  for (const { weight, shape } of parts) atZero += addShape(grid, shape, weight);
  return shapeOf(atZero, grid);
}

/** Share of times above this one; a node's mass is spread evenly around it. */
export function shareAfter(shape: LatencyShape, us: number): number {
  if (us === Infinity) return 0;
  const node = nodeBelow(us);
  const inside = shareAbove(us, node);
  let after = 0;
  const from = node + 1 - shape.first;
  for (let k = Math.max(0, from); k < shape.shares.length; k++) after += shape.shares[k];
  // A node's mass lies half a node to both sides of it.
  const lower = shape.shares[node - shape.first] ?? 0;
  const upper = shape.shares[node + 1 - shape.first] ?? 0;
  if (inside < 0.5) after += lower * (0.5 - inside);
  else after -= upper * (inside - 0.5);
  return Math.min(1, Math.max(0, after));
}

/** The shape of those times that are at most this one; NO_TIME when there are none. */
export function within(shape: LatencyShape, us: number): LatencyShape {
  if (us === Infinity) return shape;
  const last = nodeBelow(us);
  const end = Math.min(shape.shares.length, last + 1 - shape.first);
  if (end >= shape.shares.length) return shape;
  const grid = new Float64Array(NODES);
  for (let k = 0; k < end; k++) grid[shape.first + k] = shape.shares[k];
  return shapeOf(shape.atZero, grid);
}

/** Parts of a node's width, and how much of its mass lies there: a triangle that reaches half a node to both sides. */
const SPREAD = [-0.4, -0.2, 0, 0.2, 0.4] as const;

/** Adds shares on the whole grid to a histogram, a node's mass spread over its width. */
export function pourInto(histogram: LatencyHistogram, atZero: number, grid: Float64Array): void {
  if (atZero > 0) histogram.add(0, atZero);
  for (let k = 0; k < grid.length; k++) {
    const mass = grid[k];
    if (mass <= 0) continue;
    for (const part of SPREAD) histogram.add(NODE_US[k] * (1 + part * (NODE_RATIO - 1)), mass / SPREAD.length);
  }
}

// The sum of times `apart` nodes from each other lies so many nodes above the larger, and this share one further.
const SUM_SHIFT = new Int32Array(NODES + FAR);
const SUM_ABOVE = new Float64Array(NODES + FAR);
for (let apart = 0; apart < FAR; apart++) {
  const factor = 1 + NODE_US[0] / NODE_US[apart];
  let shift = 0;
  let low = 1;
  while (low * NODE_RATIO <= factor) {
    low *= NODE_RATIO;
    shift++;
  }
  SUM_SHIFT[apart] = shift;
  SUM_ABOVE[apart] = (factor - low) / (low * (NODE_RATIO - 1));
}
