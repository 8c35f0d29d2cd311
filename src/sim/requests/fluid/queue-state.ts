import { exp } from '../../exact-math.ts';
import { BUSIEST, type ChainFamily, FLOODED, type Rest } from './chain-family.ts';
import type { Evolution, SpanSums } from './evolve.ts';
import { noSums } from './evolve.ts';
import { addAt, coarse, type LatencyShape, NO_TIME, scaled, shapeOf, sumOf, trimmed } from './latency-shape.ts';
import { NODE_RATIO, NODES } from './log-grid.ts';
import type { ReplicaChain } from './replica-chain.ts';
import { meanLevel } from './stationary.ts';

/** What a span of constant arrivals did to one replica (or pool). */
export interface SpanResult {
  joined: number;
  lost: number;
  /** Place-time busy, in service times. */
  busy: number;
  /** Requests there at the end. */
  level: number;
  /** Steps of integration. */
  steps: number;
}

/** Slopes of the top level that make the chain longer. */
const FULL = 1e-8;
/** Backlogs above so many requests are moved as a whole: their spread is small beside them. */
const DEEP = 400;
/** Change of level, relative, at which a queue counts as at rest. */
const RESTS = 0.002;
/** What a sum of two distributions counts for. */
const SUM_COSTS = 1000;
/** Requests per place and service time that a stopped replica with a queue limit takes at most. */
const MOST_AT_REST = 4;

/**
 * The queue of a typical replica as shares of states, or at rest under a load. A backlog too long for the chain is kept
 * as an offset: `base` requests more than the level says.
 */
export class QueueState {
  family: ChainFamily;
  private shares: Float64Array;
  private chain: ReplicaChain;
  base = 0;
  resting: Rest | undefined;
  private restingLoad = 0;
  /** Who found what, since `takeWaits`. */
  private found: Float64Array;
  private foundRest = 0;
  private foundTotal = 0;

  constructor(family: ChainFamily) {
    this.family = family;
    this.chain = family.chain(1);
    this.shares = new Float64Array(this.chain.states);
    this.shares[0] = 1;
    this.found = new Float64Array(this.chain.states);
    this.resting = undefined;
  }

  /** Requests there. */
  get level(): number {
    const { resting } = this;
    if (resting === undefined) return this.base + meanLevel(this.chain, this.shares);
    // Between the loads that are told apart the level is in proportion.
    const { places } = this.family.traits;
    const exact = places * this.restingLoad;
    const told = this.family.limited ? exact : places * this.family.loadOf(resting.key);
    return told > 0 ? resting.level * Math.min(2, exact / told) : resting.level;
  }

  /** Shares of replicas by level, for balancers that compare; `weight` scales them. */
  addLevels(into: Float64Array, weight: number): void {
    const shares = this.resting?.shares ?? this.shares;
    const chain = this.resting?.chain ?? this.chain;
    const offset = this.resting === undefined ? Math.floor(this.base + 0.5) : 0;
    for (let state = 0; state < chain.states; state++)
      into[Math.min(into.length - 1, chain.levelOf[state] + offset)] += weight * shares[state];
  }

  get top(): number {
    return (this.resting?.chain ?? this.chain).top;
  }

  /** Mixes in new, empty replicas: of all, this share is new. */
  dilute(share: number): void {
    this.stir();
    this.base *= 1 - share;
    for (let s = 0; s < this.shares.length; s++) this.shares[s] *= 1 - share;
    this.shares[0] += share;
  }

  /** Mixes in replicas of another state: of all, this share is theirs. */
  blend(other: QueueState, share: number): void {
    this.stir();
    const from = other.resting?.shares ?? other.shares;
    const fromChain = other.resting?.chain ?? other.chain;
    this.lengthen(fromChain.top);
    this.base = this.base * (1 - share) + (other.resting === undefined ? other.base : 0) * share;
    for (let s = 0; s < this.shares.length; s++) this.shares[s] *= 1 - share;
    if (other.family === this.family) for (let s = 0; s < from.length; s++) this.shares[s] += share * from[s];
    else this.addByLevel(fromChain, from, share);
  }

  /** Continues as a member of another family: levels stay, what is in service begins anew. */
  become(family: ChainFamily): void {
    if (family === this.family) return;
    this.stir();
    const chain = this.chain;
    const shares = this.shares;
    this.family = family;
    this.chain = family.chain(Math.min(family.top, chain.top));
    this.shares = new Float64Array(this.chain.states);
    this.found = new Float64Array(this.chain.states);
    this.foundTotal = 0;
    this.addByLevel(chain, shares, 1);
  }

  /** Adds so many requests at once. */
  gain(requests: number): void {
    this.stir();
    const { chain } = this;
    const whole = Math.floor(requests);
    const most = chain.top;
    if (most < this.family.top && meanLevel(chain, this.shares) + requests > most / 2)
      this.lengthen(Math.min(this.family.top, Math.ceil(meanLevel(chain, this.shares) + requests) * 2 + 16));
    const before = this.shares;
    this.shares = new Float64Array(this.chain.states);
    for (let state = 0; state < this.chain.states; state++) {
      if (before[state] <= 0) continue;
      const { levelOf, firstOf, top } = this.chain;
      for (const [by, part] of [
        [whole, 1 - (requests - whole)],
        [whole + 1, requests - whole],
      ]) {
        const to = Math.min(top, levelOf[state] + by);
        if (!this.family.limited) this.base += before[state] * part * (levelOf[state] + by - to);
        const keep = levelOf[state] >= this.family.traits.places && to >= this.family.traits.places;
        this.shares[firstOf[to] + (keep ? state - firstOf[levelOf[state]] : 0)] += before[state] * part;
      }
    }
  }

  /** Multiplies the number there by a factor: a pool that has lost or gained some of its replicas. */
  shrink(factor: number): void {
    this.stir();
    const { chain } = this;
    const before = this.shares;
    this.shares = new Float64Array(chain.states);
    this.base *= factor;
    for (let state = 0; state < chain.states; state++) {
      if (before[state] <= 0) continue;
      const level = chain.levelOf[state] * factor;
      const low = Math.min(chain.top, Math.floor(level));
      const above = level - low;
      this.shares[chain.firstOf[low]] += before[state] * (1 - above);
      this.shares[chain.firstOf[Math.min(chain.top, low + 1)]] += before[state] * above;
    }
  }

  /**
   * Lets `duration` service times (at full speed) pass while `rate` requests arrive per service time. `calm` allows to
   * go to rest at once. `others` gives the levels that balancers compare, if not this queue's own.
   */
  pass(
    rate: number,
    speed: number,
    choices: number,
    duration: number,
    calm: boolean,
    others: ((into: Float64Array) => void) | undefined,
  ): SpanResult {
    const { places } = this.family.traits;
    const result: SpanResult = { joined: 0, lost: 0, busy: 0, level: 0, steps: 0 };
    if (!(duration > 0)) {
      result.level = this.level;
      return result;
    }
    const load = speed > 0 ? rate / (places * speed) : Infinity;
    const key = speed > 0 && others === undefined && this.base === 0 ? this.family.loadKey(load) : -1;
    const { budget } = this.family;
    if (budget.spent) {
      this.coarsely(rate, load, speed, duration, choices, result);
      return result;
    }
    if (key < 0) {
      this.integrate(rate, speed, choices, duration, undefined, others, result);
      return result;
    }
    const { resting } = this;
    const change = resting === undefined ? Infinity : Math.abs(load - this.restingLoad);
    const room = Math.max(0.003, 1 - Math.min(load, this.restingLoad));
    const variability = Math.max(1, (1 + this.family.traits.squaredCv) / 2);
    const relaxes = Math.min(20_000, variability / (room * room) / (choices > 1 ? 4 : 1)) / speed;
    if (
      resting !== undefined &&
      (change < 1e-6 ||
        (change / room) * (relaxes / (relaxes + duration)) < 0.004 ||
        (calm && relaxes * 100 < duration))
    ) {
      this.rest(key, load, choices, rate, duration, result);
      return result;
    }
    const rest = this.family.rest(key, choices);
    const left = this.integrate(rate, speed, choices, duration, rest, others, result);
    if (left >= 0) {
      this.rest(key, load, choices, rate, left, result);
    }
    return result;
  }

  private rest(key: number, load: number, choices: number, rate: number, duration: number, result: SpanResult): void {
    const rest = this.family.rest(key, choices);
    if (rest !== this.resting) this.flushRest();
    this.resting = rest;
    this.restingLoad = load;
    this.base = 0;
    const arrivals = rate * duration;
    const lost = arrivals * (load > FLOODED ? 1 - ((1 - rest.lostShare) * FLOODED) / load : rest.lostShare);
    result.lost += lost;
    result.joined += arrivals - lost;
    result.busy += this.family.limited
      ? busyAt(rest) * duration
      : Math.min(1, load) * this.family.traits.places * duration;
    result.level = this.level;
    this.foundRest += arrivals - lost;
  }

  /** Without integrating: at rest under a load that leaves room, and a backlog that grows or shrinks as a whole otherwise. */
  private coarsely(
    rate: number,
    load: number,
    speed: number,
    duration: number,
    choices: number,
    result: SpanResult,
  ): void {
    const { family } = this;
    const { places } = family.traits;
    const arrivals = rate * duration;
    if (speed > 0 && family.limited) {
      this.rest(family.loadKey(load), load, choices, rate, duration, result);
      return;
    }
    const before = this.level;
    const after = before + arrivals - places * speed * duration;
    if (speed > 0 && (after <= Math.max(places, before) || before < places) && load < BUSIEST && this.base < 1) {
      this.rest(family.loadKey(load), load, choices, rate, duration, result);
      return;
    }
    const lost = family.limited ? Math.max(0, before + arrivals - family.top) : 0;
    const joined = arrivals - Math.min(arrivals, lost);
    this.stir();
    this.pushBacklog(this.shares, joined);
    const growth = joined - Math.min(before + joined, places * speed * duration);
    if (family.limited) this.gain(Math.max(0, growth));
    else this.base = Math.max(0, this.base + growth);
    result.joined += joined;
    result.lost += arrivals - joined;
    result.busy += joined - growth;
    result.steps++;
    result.level = this.level;
  }

  /** What was found at rest, moved to the chain's own list. */
  private flushRest(): void {
    const { resting } = this;
    if (resting === undefined || this.foundRest === 0) return;
    this.restWaits.push({ rest: resting, weight: this.foundRest });
    this.foundRest = 0;
  }

  private restWaits: { rest: Rest; weight: number }[] = [];

  /** Integrates; returns the time left when it has come to rest, or -1. */
  private integrate(
    rate: number,
    speed: number,
    choices: number,
    duration: number,
    goal: Rest | undefined,
    others: ((into: Float64Array) => void) | undefined,
    result: SpanResult,
  ): number {
    this.stir();
    const { places } = this.family.traits;
    // A queue with a limit that is full all the time turns away the rest: steps need not be as short as its gaps.
    const admitted = this.family.limited ? Math.min(rate, places * (FLOODED * speed + MOST_AT_REST)) : rate;
    let left = duration;
    while (left > 0) {
      if (!this.family.limited && this.isDeep()) {
        left = this.drift(rate, speed, left, result);
        if (left <= 0) break;
      }
      const evolution: Evolution = this.family.evolution(this.chain.top);
      evolution.forward.others = others;
      const sums: SpanSums = noSums(this.chain.states);
      // Rest is looked for now and then only.
      const part = Math.min(left, Math.max(2, Math.min(50, duration / 8)));
      const before = this.level;
      const canGrow = this.chain.top < this.family.top || !this.family.limited;
      const unused = evolution.run(this.shares, admitted, speed, choices, part, sums, canGrow ? FULL : Infinity);
      const passed = part - unused;
      left -= passed;
      result.steps += sums.steps;
      // The levels of other groups cost as much again, and more where there are many of them.
      this.family.budget.spend((sums.steps + 1) * this.chain.states * (others === undefined ? 1 : 3));
      result.busy += sums.busy;
      const arrivals = rate * passed;
      const all = sums.joined + sums.lost;
      const lost =
        this.family.limited && all > 0 ? arrivals * (1 - (1 - sums.lost / all) * (rate > 0 ? admitted / rate : 1)) : 0;
      result.lost += lost;
      result.joined += arrivals - lost;
      // The trapezoid is off by a little; what is known exactly is the number of arrivals.
      const scale = sums.joined > 0 ? (arrivals - lost) / sums.joined : 0;
      if (scale > 0) {
        if (this.base > 0) this.pushBacklog(sums.found, scale);
        else {
          for (let s = 0; s < sums.found.length; s++) this.found[s] += scale * sums.found[s];
          this.foundTotal += arrivals - lost;
        }
      }
      if (canGrow) this.makeRoom(places);
      const after = this.level;
      if (
        goal !== undefined &&
        this.base === 0 &&
        Math.abs(after - goal.level) < RESTS * (goal.level + 0.01) + 0.006 * goal.level &&
        Math.abs(after - before) < RESTS * 0.5 * goal.level * Math.min(1, passed / 20)
      )
        return left;
    }
    result.level = this.level;
    return -1;
  }

  private backlogs: { weight: number; base: number; found: Float64Array; chain: ReplicaChain }[] = [];

  private pushBacklog(found: Float64Array, scale: number): void {
    let weight = 0;
    const copy = new Float64Array(found.length);
    for (let s = 0; s < found.length; s++) {
      copy[s] = found[s] * scale;
      weight += copy[s];
    }
    this.backlogs.push({ weight, base: this.base, found: copy, chain: this.chain });
  }

  /** Whether nearly all of the queue is a backlog. */
  private isDeep(): boolean {
    const { places } = this.family.traits;
    const low = this.lowest();
    if (low > places + DEEP) this.moveWindow(low - places - 16);
    return this.base > DEEP / 2 && this.lowest() > places + 8;
  }

  /** The lowest level that more than a few millionths of the replicas are at. */
  private lowest(): number {
    const { chain, shares } = this;
    let sum = 0;
    for (let state = 0; state < chain.states; state++) {
      sum += shares[state];
      if (sum > 1e-6) return chain.levelOf[state];
    }
    return chain.top;
  }

  /** A long backlog grows or shrinks as a whole; returns the time left when it has become short. */
  private drift(rate: number, speed: number, duration: number, result: SpanResult): number {
    const { places } = this.family.traits;
    const growth = rate - places * speed;
    const time = growth < 0 ? Math.min(duration, Math.max(0, (this.base - DEEP / 2) / -growth) + 1e-9) : duration;
    const parts =
      growth === 0 ? 1 : Math.min(8, Math.max(1, Math.ceil((Math.abs(growth) * time) / (0.05 * this.base))));
    for (let part = 0; part < parts; part++) {
      this.base += (growth * time) / parts / 2;
      this.pushBacklog(this.shares, (rate * time) / parts);
      this.base = Math.max(0, this.base + (growth * time) / parts / 2);
    }
    result.joined += rate * time;
    result.busy += places * speed * time;
    result.steps += parts;
    return duration - time;
  }

  /** A longer chain, or a window further up, when the top fills; further down when the bottom does. */
  private makeRoom(places: number): void {
    const { chain, shares } = this;
    let atTop = 0;
    for (let state = chain.firstOf[chain.top]; state < chain.states; state++) atTop += shares[state];
    if (atTop > FULL / 2) {
      if (chain.top < this.family.top) this.lengthen(chain.top + 1);
      else this.moveWindow(Math.floor((chain.top - places) / 4));
    } else if (this.base > 0 && this.lowest() < places + 16) {
      this.moveWindow(-Math.min(Math.ceil(this.base), Math.floor((chain.top - places) / 4)));
    }
  }

  /** Moves the window up by so many levels (down when negative); the mean stays. */
  private moveWindow(by: number): void {
    const { chain, shares } = this;
    const before = this.base + meanLevel(chain, shares);
    const moved = new Float64Array(chain.states);
    for (let state = 0; state < chain.states; state++) {
      if (shares[state] <= 0) continue;
      const level = chain.levelOf[state] - by;
      const { places } = this.family.traits;
      const to = Math.max(by > 0 ? places : 0, Math.min(chain.top, level));
      const offset = state - chain.firstOf[chain.levelOf[state]];
      const width = chain.firstOf[to + 1] - chain.firstOf[to];
      moved[chain.firstOf[to] + Math.min(width - 1, offset)] += shares[state];
    }
    this.shares = moved;
    this.base = Math.max(0, before - meanLevel(chain, moved));
  }

  private lengthen(top: number): void {
    const chain = this.family.chain(Math.min(top, this.family.top));
    if (chain.top <= this.chain.top) return;
    this.shares = longer(this.shares, chain.states);
    this.found = longer(this.found, chain.states);
    this.chain = chain;
  }

  /** From rest to shares that can change. */
  private stir(): void {
    const { resting } = this;
    if (resting === undefined) return;
    this.flushRest();
    this.resting = undefined;
    if (this.found.length < resting.chain.states) this.found = longer(this.found, resting.chain.states);
    if (resting.chain.top >= this.chain.top) this.chain = resting.chain;
    this.shares = longer(resting.shares, this.chain.states);
  }

  private lastRest: { base: LatencyShape; unitUs: number; shape: LatencyShape } | undefined;

  private addByLevel(chain: ReplicaChain, shares: Float64Array, weight: number): void {
    for (let state = 0; state < chain.states; state++) {
      if (shares[state] <= 0) continue;
      const level = Math.min(this.chain.top, chain.levelOf[state]);
      this.base += weight * shares[state] * (chain.levelOf[state] - level) * (this.family.limited ? 0 : 1);
      this.shares[this.chain.firstOf[level]] += weight * shares[state];
    }
  }

  /**
   * The times from arrival to the end of service of all that joined since this was last asked, and how many they were;
   * `unitUs` is the mean service time at this speed, `service` its distribution for a mean of a second, `name` its kind.
   */
  takeSojourns(unitUs: number, service: LatencyShape, name: string): { shape: LatencyShape; weight: number } {
    const { resting } = this;
    if (
      resting !== undefined &&
      this.foundRest > 0 &&
      this.foundTotal === 0 &&
      this.restWaits.length === 0 &&
      this.backlogs.length === 0
    ) {
      const weight = this.foundRest;
      this.foundRest = 0;
      const base = restShape(resting, service, name);
      if (this.lastRest?.base !== base || this.lastRest.unitUs !== unitUs)
        this.lastRest = { base, unitUs, shape: scaled(base, unitUs / SECOND_US) };
      return { shape: this.lastRest.shape, weight };
    }
    this.flushRest();
    const grid = new Float64Array(NODES);
    let atZero = 0;
    let total = 0;
    if (this.foundTotal > 0) {
      const table = this.family.table(this.chain.top);
      const waits = new Float64Array(table.nodes);
      atZero += this.family.waits(this.chain, this.found, waits);
      addWaits(grid, waits, table.firstTime * unitUs, 1);
      total += this.foundTotal;
    }
    for (const { rest, weight } of this.restWaits) {
      atZero += rest.noWait * weight;
      addWaits(grid, rest.waits, rest.firstTime * unitUs, weight);
      total += weight;
    }
    for (const backlog of this.backlogs) {
      this.addBacklog(grid, backlog, unitUs);
      total += backlog.weight;
    }
    this.found.fill(0);
    this.foundTotal = 0;
    this.restWaits = [];
    this.backlogs = [];
    if (total === 0) return { shape: NO_TIME, weight: 0 };
    this.family.budget.spend(SUM_COSTS);
    return {
      shape: sumOf(coarse(trimmed(shapeOf(atZero, grid), 1e-3, 1e-8), 4), scaled(coarse(service), unitUs / SECOND_US)),
      weight: total,
    };
  }

  /** Who finds a backlog waits for all of it: about normal, with the variance of so many services. */
  private addBacklog(
    grid: Float64Array,
    { base, found, chain, weight }: { weight: number; base: number; found: Float64Array; chain: ReplicaChain },
    unitUs: number,
  ): void {
    const { places, squaredCv } = this.family.traits;
    let mean = 0;
    let square = 0;
    for (let state = 0; state < chain.states; state++) {
      const level = chain.levelOf[state] + base - places + 1;
      mean += found[state] * level;
      square += found[state] * level * level;
    }
    mean /= weight;
    const variance = Math.max(0, square / weight - mean * mean) + squaredCv * Math.max(0, mean);
    const deviation = Math.sqrt(variance);
    for (const [z, share] of NORMAL_POINTS)
      addAt(grid, (Math.max(0.001, mean + z * deviation) / places) * unitUs, share * weight);
  }
}

/** The normal distribution by 9 points: middles of bands, and their shares. */
const NORMAL_POINTS: readonly (readonly [number, number])[] = normalPoints();

function normalPoints(): [number, number][] {
  const points: [number, number][] = [];
  let total = 0;
  for (let z = -4; z <= 4.0001; z += 0.25) {
    const share = exp((-z * z) / 2);
    points.push([z, share]);
    total += share;
  }
  return points.map(([z, share]) => [z, share / total]);
}

function busyAt(rest: Rest): number {
  let busy = 0;
  for (let state = 0; state < rest.chain.states; state++) busy += rest.shares[state] * rest.chain.busyOf[state];
  return busy;
}

/** A second, for which sojourns at rest are kept. */
const SECOND_US = 1_000_000;

/** Sojourns at rest for a mean service time of a second, by the kind of service time. */
const restShapes = new WeakMap<Rest, Map<string, LatencyShape>>();

function restShape(rest: Rest, service: LatencyShape, name: string): LatencyShape {
  let byName = restShapes.get(rest);
  if (byName === undefined) {
    byName = new Map();
    restShapes.set(rest, byName);
  }
  let shape = byName.get(name);
  if (shape === undefined) {
    const grid = new Float64Array(NODES);
    addWaits(grid, rest.waits, rest.firstTime * SECOND_US, 1);
    shape = sumOf(coarse(trimmed(shapeOf(rest.noWait, grid), 1e-3, 1e-8), 4), coarse(service));
    byName.set(name, shape);
  }
  return shape;
}

/** Puts waits, in nodes from `firstUs` on, onto the grid. */
function addWaits(grid: Float64Array, waits: Float64Array, firstUs: number, weight: number): void {
  let us = firstUs;
  for (let j = 0; j < waits.length; j++) {
    if (waits[j] > 0) addAt(grid, us, waits[j] * weight);
    us *= NODE_RATIO;
  }
}

function longer(values: Float64Array, length: number): Float64Array {
  if (values.length === length) return Float64Array.from(values);
  const result = new Float64Array(Math.max(length, values.length));
  result.set(values);
  return result;
}
