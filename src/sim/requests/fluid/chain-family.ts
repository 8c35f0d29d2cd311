import { Evolution } from './evolve.ts';
import { exp, log } from '../../exact-math.ts';
import { levelRates } from './level-rates.ts';
import { phaseFit } from './phase-fit.ts';
import { LOST, type ReplicaChain, replicaChain } from './replica-chain.ts';
import { meanLevel, stationary } from './stationary.ts';
import { WaitTable } from './wait-table.ts';
import type { WorkBudget } from './work-budget.ts';

/** What the chains of a family have in common. */
export interface FamilyTraits {
  readonly places: number;
  readonly squaredCv: number;
  /** Of the arrival clock. */
  readonly ticks: number;
  /** Requests that may wait; Infinity: no limit. */
  readonly queueLimit: number;
}

/** A chain at rest under one load. */
export interface Rest {
  readonly chain: ReplicaChain;
  readonly shares: Float64Array;
  /** Mean requests there. */
  readonly level: number;
  /** Share of arrivals that find it full. */
  readonly lostShare: number;
  /** The wait of those that join, in service times on the wait table's nodes. */
  readonly noWait: number;
  readonly waits: Float64Array;
  readonly firstTime: number;
  /** Identifies the load, among those of the family and its choices. */
  readonly key: number;
}

/** States that a chain may have, and levels. */
const MOST_STATES = 30_000;
const MOST_LEVELS = 3000;
/** Share of the top level that is as good as none. */
const EMPTY = 1e-9;
/** Loads are told apart by so much of -log(1 - load): four thousandths of the distance to full either way. */
const LOAD_STEP = 0.008;
/** Without a queue limit nothing is at rest from this load on. */
export const BUSIEST = 0.985;
/** With one, what comes above this load is turned away as it would be under it: a full queue stays full. */
export const FLOODED = 16;
/** Loads above 1 are told apart by this share of them. */
const FLOOD_STEP = 0.01;
const KEYS_TO_FULL = 400;
/** So much coarser once the run has done its work. */
const COARSER = 8;

/** Chains of different length of the same kind, what is known about them at rest, and their wait tables. Made when asked for. */
export class ChainFamily {
  readonly traits: FamilyTraits;
  /** The most levels above 0; a request beyond is lost or, without a limit, the window moves. */
  readonly top: number;
  readonly limited: boolean;
  readonly budget: WorkBudget;
  private readonly chains = new Map<number, ReplicaChain>();
  private readonly tables = new Map<number, WaitTable>();
  private readonly evolutions = new Map<number, Evolution>();
  private readonly rests = new Map<number, Map<number, Rest>>();
  private readonly lengths: number[];

  constructor(traits: FamilyTraits, budget: WorkBudget) {
    this.traits = traits;
    this.budget = budget;
    const { places, queueLimit, ticks } = traits;
    const fit = phaseFit(traits.squaredCv);
    const modes = fit.kind === 'exponential' ? 1 : fit.kind === 'erlang' ? fit.phases : Math.min(places, 6) + 1;
    const most = Math.max(places + 128, Math.min(places + MOST_LEVELS, Math.floor(MOST_STATES / (modes * ticks))));
    this.limited = places + queueLimit <= most;
    this.top = this.limited ? places + queueLimit : most;
    this.lengths = [];
    for (let top = places + 15; top < this.top; top = places + (top - places) * 2 + 1) this.lengths.push(top);
    this.lengths.push(this.top);
  }

  /** The shortest chain with at least so many levels above 0. */
  chain(top: number): ReplicaChain {
    const length = this.lengths.find((one) => one >= top) ?? this.top;
    let chain = this.chains.get(length);
    if (chain === undefined) {
      chain = replicaChain(this.traits.places, phaseFit(this.traits.squaredCv), this.traits.ticks, length);
      this.chains.set(length, chain);
    }
    return chain;
  }

  evolution(top: number): Evolution {
    let evolution = this.evolutions.get(top);
    if (evolution === undefined) {
      evolution = new Evolution(this.chain(top));
      this.evolutions.set(top, evolution);
    }
    return evolution;
  }

  /** Adds waits of arrivals by the state they found; returns the share without a wait. */
  waits(chain: ReplicaChain, found: Float64Array, into: Float64Array): number {
    const table = this.table(chain.top);
    const single = this.traits.ticks === 1 ? chain : this.singleTick(chain.top);
    let noWait = 0;
    for (let state = 0; state < chain.states; state++) {
      const weight = found[state];
      if (weight > 0) noWait += table.addRow(into, single.firstOf[chain.levelOf[state]] + chain.modeOf[state], weight);
    }
    return noWait;
  }

  /** The wait table for chains of this length. */
  table(top: number): WaitTable {
    let table = this.tables.get(top);
    if (table === undefined) {
      table = new WaitTable(this.traits.ticks === 1 ? this.chain(top) : this.singleTick(top));
      this.tables.set(top, table);
    }
    return table;
  }

  private readonly singles = new Map<number, ReplicaChain>();

  private singleTick(top: number): ReplicaChain {
    let chain = this.singles.get(top);
    if (chain === undefined) {
      chain = replicaChain(this.traits.places, phaseFit(this.traits.squaredCv), 1, top);
      this.singles.set(top, chain);
    }
    return chain;
  }

  /** The number that stands for this load per place, or -1 when nothing is at rest under it. */
  loadKey(load: number): number {
    const coarse = this.budget.spent ? COARSER : 1;
    const whole = (fine: number): number => Math.floor(fine / coarse + 0.5) * coarse;
    if (!this.limited) return load < BUSIEST ? whole(-log(1 - load) / LOAD_STEP) : -1;
    if (load <= 1) return whole(load * KEYS_TO_FULL);
    return KEYS_TO_FULL + whole(log(Math.min(FLOODED, load)) / FLOOD_STEP);
  }

  /** The load that a number stands for. */
  loadOf(key: number): number {
    if (!this.limited) return 1 - exp(-key * LOAD_STEP);
    return key <= KEYS_TO_FULL ? key / KEYS_TO_FULL : exp((key - KEYS_TO_FULL) * FLOOD_STEP);
  }

  /** What it comes to rest at under the load that `loadKey` gave a number to. */
  rest(key: number, choices: number): Rest {
    let byKey = this.rests.get(choices);
    if (byKey === undefined) {
      byKey = new Map();
      this.rests.set(choices, byKey);
    }
    let rest = byKey.get(key);
    if (rest === undefined) {
      rest = this.findRest(key, choices);
      byKey.set(key, rest);
    }
    return rest;
  }

  private findRest(key: number, choices: number): Rest {
    const rate = Math.max(1e-6, this.loadOf(key)) * this.traits.places;
    for (const length of this.lengths) {
      const chain = this.chain(length);
      const shares = stationary(chain, rate, choices, this.budget);
      let atTop = 0;
      for (let state = chain.firstOf[chain.top]; state < chain.states; state++) atTop += shares[state];
      if (atTop < EMPTY || length === this.top) return this.describe(chain, shares, rate, choices, key);
    }
    throw new RangeError('a family has at least one chain');
  }

  private describe(chain: ReplicaChain, shares: Float64Array, rate: number, choices: number, key: number): Rest {
    const rates = new Float64Array(chain.top + 1);
    const shareAt = new Float64Array(chain.top + 1);
    for (let state = 0; state < chain.states; state++) shareAt[chain.levelOf[state]] += shares[state];
    levelRates(rates, shareAt, chain.top + 1, rate, choices);
    const found = new Float64Array(chain.states);
    let lost = 0;
    let joined = 0;
    for (let k = 0; k < chain.arrivalFrom.length; k++) {
      const kind = chain.arrivalKind[k];
      const state = chain.arrivalFrom[k];
      const flow = chain.arrivalFactor[k] * rates[chain.levelOf[state]] * shares[state];
      if (kind === LOST) lost += flow;
      else if (kind > 0) {
        found[state] += flow;
        joined += flow;
      }
    }
    for (let state = 0; state < chain.states; state++) found[state] /= joined;
    const table = this.table(chain.top);
    const waits = new Float64Array(table.nodes);
    const noWait = this.waits(chain, found, waits);
    return {
      chain,
      shares,
      noWait,
      waits,
      key,
      level: meanLevel(chain, shares),
      lostShare: this.limited ? lost / (lost + joined) : 0,
      firstTime: table.firstTime,
    };
  }
}
