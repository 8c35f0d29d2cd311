import { log, pow } from '../../exact-math.ts';

/**
 * The times at which the fluid model keeps its distributions: 0 and powers of 2^(1/32), 2.2 % apart, from 2^-10 µs on.
 * Mass between two of them is split so that its mean stays.
 */
export const PER_OCTAVE = 32;
/** Node 0 stands for 2^-10 µs, so that scaled distributions have room below a microsecond. */
const LOWEST_OCTAVE = -10;
/** Up to 2^46 µs, two years. */
export const NODES = 56 * PER_OCTAVE + 1;

/** The node at 1 µs. */
export const ONE = -LOWEST_OCTAVE * PER_OCTAVE;

/** The time of each node. */
export const NODE_US = nodeTimes();

const STEP = pow(2, 1 / PER_OCTAVE);
const NODES_PER_E = PER_OCTAVE * Math.LOG2E;

/** The last node at or below this time, at least 0 and at most the last but one. */
export function nodeBelow(us: number): number {
  if (!(us > NODE_US[0])) return 0;
  let node = Math.floor(log(us) * NODES_PER_E) - LOWEST_OCTAVE * PER_OCTAVE;
  node = Math.max(0, Math.min(NODES - 2, node));
  // The logarithm may be off by a rounding.
  while (node > 0 && NODE_US[node] > us) node--;
  while (node < NODES - 2 && NODE_US[node + 1] <= us) node++;
  return node;
}

/** The share of a mass at `us` that goes to the node after `node`; the rest goes to `node`. */
export function shareAbove(us: number, node: number): number {
  const low = NODE_US[node];
  return Math.max(0, Math.min(1, (us - low) / (NODE_US[node + 1] - low)));
}

function nodeTimes(): Float64Array {
  const times = new Float64Array(NODES);
  for (let k = 0; k < NODES; k++) {
    const octave = Math.floor(k / PER_OCTAVE);
    times[k] = pow(2, octave + LOWEST_OCTAVE) * pow(2, (k % PER_OCTAVE) / PER_OCTAVE);
  }
  return times;
}

/** Ratio of neighbouring times. */
export const NODE_RATIO = STEP;
