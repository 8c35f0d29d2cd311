import { levelRates } from './level-rates.ts';
import { CLOCK, JOINS, type ReplicaChain } from './replica-chain.ts';

/** Error of one step that is allowed, in shares of replicas. */
const TOLERANCE = 5e-6;
/** The longest step, times the rate at which the quickest state is left: beyond 1.25 the method is not stable. */
const STABLE = 1.1;

/** How the shares of a chain's states change: the forward equations, with the arrival rate each level sees. */
export class Forward {
  readonly chain: ReplicaChain;
  /** Arrival rate at each level, as of the last call of `slope`. */
  readonly rates: Float64Array;
  /** The largest of `rates`. */
  fastestArrival = 0;
  private readonly shareAt: Float64Array;
  /** What is looked at when `choices` > 1; absent: this chain's own shares. */
  others: ((into: Float64Array) => void) | undefined;

  constructor(chain: ReplicaChain) {
    this.chain = chain;
    this.rates = new Float64Array(chain.top + 1);
    this.shareAt = new Float64Array(chain.top + 1);
  }

  /** Writes d shares / dt at this arrival rate per replica and speed, in service times. */
  slope(shares: Float64Array, rate: number, speed: number, choices: number, into: Float64Array): void {
    const { chain, rates } = this;
    this.dealing(shares, rate, choices);
    into.fill(0, 0, chain.states);
    const { from, to, rate: service } = chain;
    for (let k = 0; k < from.length; k++) {
      const flow = service[k] * speed * shares[from[k]];
      into[from[k]] -= flow;
      into[to[k]] += flow;
    }
    const { arrivalFrom, arrivalTo, arrivalFactor, levelOf } = chain;
    for (let k = 0; k < arrivalFrom.length; k++) {
      const state = arrivalFrom[k];
      const flow = arrivalFactor[k] * rates[levelOf[state]] * shares[state];
      into[state] -= flow;
      into[arrivalTo[k]] += flow;
    }
  }

  /** Sets `rates` for these shares. */
  dealing(shares: Float64Array, rate: number, choices: number): void {
    const { chain, rates, shareAt } = this;
    if (choices <= 1) {
      rates.fill(rate);
      this.fastestArrival = rate;
      return;
    }
    if (this.others !== undefined) this.others(shareAt);
    else
      for (let level = 0; level <= chain.top; level++) {
        let sum = 0;
        for (let state = chain.firstOf[level]; state < chain.firstOf[level + 1]; state++) sum += shares[state];
        shareAt[level] = sum;
      }
    levelRates(rates, shareAt, chain.top + 1, rate, choices);
    let fastest = 0;
    for (let level = 0; level <= chain.top; level++)
      // Where nobody is the rate does not matter.
      if (shareAt[level] > 1e-12 && rates[level] > fastest) fastest = rates[level];
    this.fastestArrival = fastest;
  }
}

/** What happened during a span: sums over time. */
export interface SpanSums {
  /** Per state: arrivals that found it and joined; zero entries for ticks at which none arrives. */
  found: Float64Array;
  joined: number;
  lost: number;
  /** Place-time busy. */
  busy: number;
  /** Integral of the level. */
  level: number;
  steps: number;
}

/** Integrates the forward equations by the pair of Bogacki and Shampine (1989), orders 3 and 2, with step control. */
export class Evolution {
  readonly forward: Forward;
  private readonly chain: ReplicaChain;
  private readonly k1: Float64Array;
  private readonly k2: Float64Array;
  private readonly k3: Float64Array;
  private readonly k4: Float64Array;
  private readonly trial: Float64Array;
  /** The rate at which service leaves the quickest state. */
  private readonly fastest: number;
  private step = 0.05;
  /** Largest |slope| at the end of the last span. */
  restlessness = Infinity;

  constructor(chain: ReplicaChain) {
    this.chain = chain;
    this.forward = new Forward(chain);
    this.k1 = new Float64Array(chain.states);
    this.k2 = new Float64Array(chain.states);
    this.k3 = new Float64Array(chain.states);
    this.k4 = new Float64Array(chain.states);
    this.trial = new Float64Array(chain.states);
    const out = new Float64Array(chain.states);
    for (let k = 0; k < chain.from.length; k++) out[chain.from[k]] += chain.rate[k];
    this.fastest = out.reduce((most, one) => Math.max(most, one), 0);
  }

  /**
   * Lets `duration` service times pass; `shares` changes in place. Stops early, and returns the time left, when the top
   * level fills (`topShare` above `full`) or the shares stand still (no slope above `still`).
   */
  run(
    shares: Float64Array,
    rate: number,
    speed: number,
    choices: number,
    duration: number,
    sums: SpanSums | undefined,
    full = Infinity,
    still = 0,
  ): number {
    const { chain, forward, k1, k2, k3, k4, trial } = this;
    const n = chain.states;
    let left = duration;
    forward.slope(shares, rate, speed, choices, k1);
    const topFrom = chain.firstOf[chain.top];
    while (left > 0) {
      const step = Math.min(
        this.step,
        left,
        STABLE / (this.fastest * speed + forward.fastestArrival * chain.ticks + 1e-9),
      );
      for (let s = 0; s < n; s++) trial[s] = shares[s] + 0.5 * step * k1[s];
      forward.slope(trial, rate, speed, choices, k2);
      for (let s = 0; s < n; s++) trial[s] = shares[s] + 0.75 * step * k2[s];
      forward.slope(trial, rate, speed, choices, k3);
      for (let s = 0; s < n; s++) trial[s] = shares[s] + step * ((2 / 9) * k1[s] + (1 / 3) * k2[s] + (4 / 9) * k3[s]);
      // The weights at the start of the step, before `rates` is overwritten.
      forward.slope(trial, rate, speed, choices, k4);
      let error = 0;
      let restless = 0;
      for (let s = 0; s < n; s++) {
        const e = Math.abs(step * (-(5 / 72) * k1[s] + (1 / 12) * k2[s] + (1 / 9) * k3[s] - (1 / 8) * k4[s]));
        if (e > error) error = e;
        const slope = Math.abs(k4[s]);
        if (slope > restless) restless = slope;
      }
      if (error > TOLERANCE && step > 1e-9) {
        this.step = step * Math.max(0.2, 0.8 * cubeRoot(TOLERANCE / Math.max(error, 1e-12)));
        continue;
      }
      if (sums !== undefined) this.collect(sums, shares, trial, rate, choices, step);
      for (let s = 0; s < n; s++) {
        shares[s] = trial[s];
        k1[s] = k4[s];
      }
      left -= step;
      if (left < 1e-12 * duration) left = 0;
      this.restlessness = restless;
      const grow = Math.min(3, 0.85 * cubeRoot(TOLERANCE / Math.max(error, 1e-15)));
      // A step cut short by the end of the span says nothing about the next one, unless it could not be longer.
      this.step =
        Math.max(step, Math.min(this.step, 1e3)) * (grow < 1 ? Math.max(0.3, grow) : step === this.step ? grow : 1);
      if (full < Infinity) {
        let atTop = 0;
        for (let s = topFrom; s < n; s++) atTop += shares[s];
        if (atTop > full) break;
      }
      if (restless < still) break;
    }
    let total = 0;
    for (let s = 0; s < n; s++) total += shares[s];
    if (total > 0) for (let s = 0; s < n; s++) shares[s] /= total;
    return left;
  }

  /** The trapezoid of both ends of a step. */
  private collect(
    sums: SpanSums,
    before: Float64Array,
    after: Float64Array,
    rate: number,
    choices: number,
    step: number,
  ): void {
    const { chain, forward } = this;
    const { arrivalFrom, arrivalFactor, arrivalKind, levelOf } = chain;
    sums.steps++;
    for (let end = 0; end < 2; end++) {
      const shares = end === 0 ? before : after;
      if (choices > 1 || end === 0) forward.dealing(shares, rate, choices);
      const half = step / 2;
      for (let k = 0; k < arrivalFrom.length; k++) {
        const kind = arrivalKind[k];
        if (kind === CLOCK) continue;
        const state = arrivalFrom[k];
        const share = shares[state];
        if (!(share > 0)) continue;
        const flow = half * arrivalFactor[k] * forward.rates[levelOf[state]] * share;
        if (kind === JOINS) {
          sums.found[state] += flow;
          sums.joined += flow;
        } else sums.lost += flow;
      }
      for (let s = 0; s < chain.states; s++) {
        sums.busy += half * shares[s] * chain.busyOf[s];
        sums.level += half * shares[s] * levelOf[s];
      }
    }
  }
}

/** Good enough for step control. */
function cubeRoot(x: number): number {
  let y = x > 1 ? Math.sqrt(Math.sqrt(x)) : Math.sqrt(x);
  if (!(y > 0)) return 0;
  for (let k = 0; k < 8; k++) y = (2 * y + x / (y * y)) / 3;
  return y;
}

/** Sums of nothing yet. */
export function noSums(states: number): SpanSums {
  return { found: new Float64Array(states), joined: 0, lost: 0, busy: 0, level: 0, steps: 0 };
}
