import { NODE_RATIO } from './log-grid.ts';
import type { ReplicaChain } from './replica-chain.ts';

/** A wait that is longer for less than this share is as good as over. */
const REST = 1e-7;
/** Nodes of a row at most: times up to 2^40 of the first. */
const MOST_NODES = 1280;
/** Steps are this long, over the fastest rate. */
const STEP = 0.7;

/**
 * How long an arrival waits for a place, by the state that it finds: the time until the level falls below the number of
 * places when nothing more arrives, first come first served. Times are service times at full speed, on the nodes
 * `firstTime * NODE_RATIO^j`.
 */
export class WaitTable {
  readonly firstTime: number;
  /** Row after row: share of waits that end between node j - 1 and j; rows begin with the first state at `places`. */
  private readonly rows: number[][] = [];
  private readonly rowFrom: number;
  readonly nodes: number;

  /** Of a chain with Poisson arrivals (one tick). */
  constructor(chain: ReplicaChain) {
    const { places, firstOf, states } = chain;
    this.rowFrom = firstOf[Math.min(places, chain.top + 1)];
    const waiting = states - this.rowFrom;
    this.firstTime = 1 / (256 * places);
    const steps = this.waitingSteps(chain);
    let ended = new Float64Array(waiting);
    const increments: Float64Array[] = [];
    let time = 0;
    let node = this.firstTime;
    for (let row = 0; row < (waiting > 0 ? MOST_NODES : 0); row++) {
      const next = Float64Array.from(ended);
      advance(next, steps, node - time);
      const increment = new Float64Array(waiting);
      let least = 1;
      for (let s = 0; s < waiting; s++) {
        increment[s] = Math.max(0, next[s] - ended[s]);
        if (next[s] < least) least = next[s];
      }
      increments.push(increment);
      ended = next;
      time = node;
      if (least > 1 - REST) break;
      node *= NODE_RATIO;
    }
    this.nodes = increments.length;
    for (let s = 0; s < waiting; s++) {
      const row: number[] = [];
      for (const increment of increments) row.push(increment[s]);
      this.rows.push(row);
    }
  }

  /** Adds a weight times the wait distribution of a state (of the chain with one tick); returns the share that does not wait. */
  addRow(into: Float64Array, state: number, weight: number): number {
    const row = this.rows[state - this.rowFrom];
    if (row === undefined) return weight;
    // A wait between two nodes counts half for each; before the first, for the first.
    const half = weight / 2;
    into[0] += half * row[0];
    for (let j = 0; j < row.length; j++) {
      const mass = half * row[j];
      into[j] += mass;
      if (j > 0) into[j - 1] += mass;
    }
    return 0;
  }

  private waitingSteps(chain: ReplicaChain): Steps {
    const from: number[] = [];
    const to: number[] = [];
    const rate: number[] = [];
    const out = new Float64Array(chain.states - this.rowFrom);
    for (let k = 0; k < chain.from.length; k++) {
      if (chain.from[k] < this.rowFrom) continue;
      from.push(chain.from[k] - this.rowFrom);
      to.push(chain.to[k] - this.rowFrom);
      rate.push(chain.rate[k]);
      out[chain.from[k] - this.rowFrom] += chain.rate[k];
    }
    return {
      from: Int32Array.from(from),
      to: Int32Array.from(to),
      rate: Float64Array.from(rate),
      fastest: Math.max(1, ...sample(out)),
    };
  }
}

interface Steps {
  from: Int32Array;
  to: Int32Array;
  rate: Float64Array;
  fastest: number;
}

/** Lets the backward equations run: d ended_s / dt = sum of rate (ended_to - ended_s), ended being 1 once nothing waits. */
function advance(ended: Float64Array, steps: Steps, duration: number): void {
  const count = Math.max(1, Math.ceil((duration * steps.fastest) / STEP));
  const step = duration / count;
  const n = ended.length;
  const k1 = new Float64Array(n);
  const k2 = new Float64Array(n);
  const k3 = new Float64Array(n);
  const k4 = new Float64Array(n);
  const trial = new Float64Array(n);
  for (let i = 0; i < count; i++) {
    slope(ended, steps, k1);
    for (let s = 0; s < n; s++) trial[s] = ended[s] + (step / 2) * k1[s];
    slope(trial, steps, k2);
    for (let s = 0; s < n; s++) trial[s] = ended[s] + (step / 2) * k2[s];
    slope(trial, steps, k3);
    for (let s = 0; s < n; s++) trial[s] = ended[s] + step * k3[s];
    slope(trial, steps, k4);
    for (let s = 0; s < n; s++) ended[s] += (step / 6) * (k1[s] + 2 * k2[s] + 2 * k3[s] + k4[s]);
  }
}

function slope(ended: Float64Array, steps: Steps, into: Float64Array): void {
  into.fill(0);
  const { from, to, rate } = steps;
  for (let k = 0; k < from.length; k++) into[from[k]] += rate[k] * ((to[k] < 0 ? 1 : ended[to[k]]) - ended[from[k]]);
}

/** The extremes are at the first level already, since all levels above the places are alike. */
function sample(out: Float64Array): number[] {
  return Array.from(out.subarray(0, Math.min(out.length, 4096)));
}
