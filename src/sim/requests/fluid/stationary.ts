import { chosenAt, chosenSlope, levelRates } from './level-rates.ts';
import type { ReplicaChain } from './replica-chain.ts';
import { WorkBudget } from './work-budget.ts';

/** Rounds of solving for given rates and finding the rates anew, and the change of the mean at which they end. */
const ROUNDS = 400;
const STANDS = 1e-7;

/**
 * The shares of states that stay as they are when `rate` requests arrive per service time and replica. Level reduction
 * of the block tridiagonal generator from the top (Neuts 1981; Latouche and Ramaswami 1999); where the arrival rate
 * depends on the shares themselves, the tails of exponential service first, then in turns the shares for given rates and
 * the rates for given shares.
 */
export function stationary(
  chain: ReplicaChain,
  rate: number,
  choices: number,
  budget = new WorkBudget(),
): Float64Array {
  const levels = chain.top + 1;
  const rates = new Float64Array(levels).fill(rate);
  if (choices <= 1) return solve(chain, rates);
  const perLevel = new Float64Array(levels + 1);
  for (let level = 1; level < levels; level++) perLevel[level] = Math.min(level, chain.places);
  const tails = tailsFor(firstTails(levels, rate / chain.places, choices), perLevel, rate, choices);
  const shareAt = new Float64Array(levels);
  for (let level = 0; level < levels; level++) shareAt[level] = Math.max(0, tails[level] - tails[level + 1]);
  levelRates(rates, shareAt, levels, rate, choices);
  const shares = solve(chain, rates);
  // With one state a level the tails were exact.
  return chain.states > levels ? inTurns(chain, shares, rates, rate, choices, budget) : shares;
}

/** Rates follow the shares half of the way, less where they swing. */
function inTurns(
  chain: ReplicaChain,
  start: Float64Array,
  rates: Float64Array,
  rate: number,
  choices: number,
  budget: WorkBudget,
): Float64Array {
  const levels = chain.top + 1;
  // A round costs about what so many steps of integration do.
  const costs = chain.states * (4 + chain.states / levels);
  const shareAt = new Float64Array(levels);
  const wanted = new Float64Array(levels);
  let shares = start;
  let before = meanLevel(chain, shares);
  let change = Infinity;
  let follow = 0.5;
  for (let round = 0; round < ROUNDS; round++) {
    shareAt.fill(0);
    for (let state = 0; state < chain.states; state++) shareAt[chain.levelOf[state]] += shares[state];
    levelRates(wanted, shareAt, levels, rate, choices);
    for (let level = 0; level < levels; level++) rates[level] += follow * (wanted[level] - rates[level]);
    shares = solve(chain, rates);
    budget.spend(costs);
    const mean = meanLevel(chain, shares);
    const moved = Math.abs(mean - before);
    if (moved < STANDS * follow * (1 + mean)) break;
    if (moved > change) follow = Math.max(0.02, follow * 0.7);
    change = moved;
    before = mean;
  }
  return shares;
}

/** Requests per replica. */
export function meanLevel(chain: ReplicaChain, shares: Float64Array): number {
  let sum = 0;
  for (let state = 0; state < chain.states; state++) sum += shares[state] * chain.levelOf[state];
  return sum;
}

/** Shares at each level or above to begin with: those of exponential service at one place (Mitzenmacher 1996). */
function firstTails(levels: number, load: number, choices: number): Float64Array {
  const tails = new Float64Array(levels + 1);
  tails[0] = 1;
  for (let level = 1; level < levels; level++)
    tails[level] = Math.min(0.999, load) * chosenAt(tails[level - 1], choices);
  return tails;
}

/**
 * The shares s_k at level k or above when a replica at level k is left at rate perLevel[k]: Newton's method on
 * rate (s_{k-1}^d - s_k^d) = perLevel[k] (s_k - s_{k+1}), whose Jacobian is tridiagonal.
 */
function tailsFor(start: Float64Array, perLevel: Float64Array, rate: number, choices: number): Float64Array {
  const top = start.length - 2;
  const tails = Float64Array.from(start);
  const diagonal = new Float64Array(top + 2);
  const right = new Float64Array(top + 2);
  const upper = new Float64Array(top + 2);
  for (let round = 0; round < 100; round++) {
    let worst = 0;
    for (let k = 1; k <= top; k++) {
      const before = tails[k - 1];
      const here = tails[k];
      const residual =
        rate * (chosenAt(before, choices) - chosenAt(here, choices)) - perLevel[k] * (here - tails[k + 1]);
      const lower = k > 1 ? rate * chosenSlope(before, choices) : 0;
      let pivot = -rate * chosenSlope(here, choices) - perLevel[k];
      upper[k] = k < top ? perLevel[k] : 0;
      right[k] = -residual;
      if (k > 1) {
        const factor = lower / diagonal[k - 1];
        pivot -= factor * upper[k - 1];
        right[k] -= factor * right[k - 1];
      }
      diagonal[k] = pivot;
    }
    let next = 0;
    for (let k = top; k >= 1; k--) {
      next = (right[k] - upper[k] * next) / diagonal[k];
      const moved = Math.min(1, Math.max(0, tails[k] + next));
      worst = Math.max(worst, Math.abs(moved - tails[k]));
      tails[k] = moved;
    }
    for (let k = 1; k <= top; k++) tails[k] = Math.min(tails[k], tails[k - 1]);
    if (worst < 1e-13) break;
  }
  return tails;
}

/** The stationary shares for given arrival rates by level. */
function solve(chain: ReplicaChain, rates: Float64Array): Float64Array {
  const { top, firstOf } = chain;
  const blocks = blocksOf(chain, rates);
  /** From level to level + 1: how often the states there are visited per visit of a state here. */
  const visits: Float64Array[] = [];
  for (let level = top; level >= 1; level--) {
    const size = firstOf[level + 1] - firstOf[level];
    const below = firstOf[level] - firstOf[level - 1];
    const local = blocks.local[level];
    if (level < top) {
      const above = firstOf[level + 2] - firstOf[level + 1];
      addProduct(local, visits[level], blocks.down[level + 1], size, above, size);
    }
    visits[level - 1] = timesInverse(blocks.up[level - 1], negative(local), below, size);
  }
  const size = firstOf[1];
  const ground = blocks.local[0];
  if (top > 0) addProduct(ground, visits[0], blocks.down[1], size, firstOf[2] - firstOf[1], size);
  const shares = new Float64Array(chain.states);
  shares.set(nullVector(ground, size), 0);
  for (let level = 0; level < top; level++) {
    const here = firstOf[level];
    const next = firstOf[level + 1];
    const width = firstOf[level + 2] - next;
    const matrix = visits[level];
    for (let row = 0; row < next - here; row++) {
      const share = shares[here + row];
      if (share !== 0)
        for (let column = 0; column < width; column++) shares[next + column] += share * matrix[row * width + column];
    }
  }
  let total = 0;
  for (const share of shares) total += share;
  for (let state = 0; state < shares.length; state++) shares[state] = Math.max(0, shares[state] / total);
  return shares;
}

interface Blocks {
  local: Float64Array[];
  up: Float64Array[];
  down: Float64Array[];
}

function blocksOf(chain: ReplicaChain, rates: Float64Array): Blocks {
  const { top, firstOf, levelOf } = chain;
  const size = (level: number): number => firstOf[level + 1] - firstOf[level];
  const blocks: Blocks = { local: [], up: [], down: [] };
  for (let level = 0; level <= top; level++) {
    blocks.local.push(new Float64Array(size(level) * size(level)));
    blocks.up.push(new Float64Array(level < top ? size(level) * size(level + 1) : 0));
    blocks.down.push(new Float64Array(level > 0 ? size(level) * size(level - 1) : 0));
  }
  const add = (from: number, to: number, rate: number): void => {
    if (from === to) return;
    const level = levelOf[from];
    const target = levelOf[to];
    const row = from - firstOf[level];
    const column = to - firstOf[target];
    blocks.local[level][row * size(level) + row] -= rate;
    if (target === level) blocks.local[level][row * size(level) + column] += rate;
    else if (target > level) blocks.up[level][row * size(target) + column] += rate;
    else blocks.down[level][row * size(target) + column] += rate;
  };
  for (let k = 0; k < chain.from.length; k++) add(chain.from[k], chain.to[k], chain.rate[k]);
  for (let k = 0; k < chain.arrivalFrom.length; k++) {
    const from = chain.arrivalFrom[k];
    add(from, chain.arrivalTo[k], chain.arrivalFactor[k] * rates[levelOf[from]]);
  }
  return blocks;
}

/** target += left (rows x inner) right (inner x columns). */
function addProduct(
  target: Float64Array,
  left: Float64Array,
  right: Float64Array,
  rows: number,
  inner: number,
  columns: number,
): void {
  for (let row = 0; row < rows; row++)
    for (let k = 0; k < inner; k++) {
      const factor = left[row * inner + k];
      if (factor === 0) continue;
      for (let column = 0; column < columns; column++)
        target[row * columns + column] += factor * right[k * columns + column];
    }
}

function negative(matrix: Float64Array): Float64Array {
  const result = new Float64Array(matrix.length);
  for (let k = 0; k < matrix.length; k++) result[k] = -matrix[k];
  return result;
}

/** X with X matrix = left, for left of rows x size. The matrix, an M-matrix, needs no pivoting; it is overwritten. */
function timesInverse(left: Float64Array, matrix: Float64Array, rows: number, size: number): Float64Array {
  const result = Float64Array.from(left);
  // Columns are eliminated: X M = B is solved by column operations on M and B together.
  for (let pivot = 0; pivot < size; pivot++) {
    const diagonal = matrix[pivot * size + pivot];
    for (let column = pivot + 1; column < size; column++) {
      const factor = matrix[pivot * size + column] / diagonal;
      if (factor === 0) continue;
      for (let row = pivot; row < size; row++) matrix[row * size + column] -= factor * matrix[row * size + pivot];
      for (let row = 0; row < rows; row++) result[row * size + column] -= factor * result[row * size + pivot];
    }
  }
  for (let pivot = size - 1; pivot >= 0; pivot--) {
    const diagonal = matrix[pivot * size + pivot];
    for (let row = 0; row < rows; row++) {
      let value = result[row * size + pivot];
      for (let k = pivot + 1; k < size; k++) value -= result[row * size + k] * matrix[k * size + pivot];
      result[row * size + pivot] = value / diagonal;
    }
  }
  return result;
}

/** The x >= 0 with x matrix = 0, for the generator of an irreducible chain (Grassmann, Taksar and Heyman 1985). */
function nullVector(generator: Float64Array, size: number): Float64Array {
  const a = Float64Array.from(generator);
  for (let last = size - 1; last > 0; last--) {
    let out = 0;
    for (let k = 0; k < last; k++) out += a[last * size + k];
    for (let row = 0; row < last; row++) {
      const factor = a[row * size + last] / out;
      a[row * size + last] = factor;
      for (let column = 0; column < last; column++)
        if (column !== row) a[row * size + column] += factor * a[last * size + column];
    }
  }
  const x = new Float64Array(size);
  x[0] = 1;
  for (let last = 1; last < size; last++) for (let row = 0; row < last; row++) x[last] += x[row] * a[row * size + last];
  return x;
}
