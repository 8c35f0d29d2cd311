import { grown } from './grown.ts';
import type { TopologyKey } from './topology-keys.ts';

/** What `minimum` says without any domain. */
export const NO_DOMAIN = 2_147_483_647;

/**
 * How many of the pods counted by a `PodCount` are in each domain of a topology key, over the nodes that take part. Kept
 * as pods and nodes come and go; the least count is always at hand.
 */
export class PodTally {
  readonly key: TopologyKey;
  /** Whether a node takes part. */
  readonly takesPart: (slot: number) => boolean;
  /** Number of pods by number of the value. */
  counts = new Int32Array(16);
  /** Pods in all domains. */
  total = 0;
  /** Values that some node which takes part has. */
  domains = 0;
  /** The node's value if it takes part, else -1. */
  private valueOf: Int32Array;
  private nodes = new Int32Array(16);
  /** How many domains have so many pods; the least is sought from `low` upwards. */
  private readonly domainsWith: number[] = [];
  private low = 0;

  constructor(key: TopologyKey, takesPart: (slot: number) => boolean, capacity: number) {
    this.key = key;
    this.takesPart = takesPart;
    this.valueOf = new Int32Array(capacity).fill(-1);
  }

  /** One over the same nodes that counts no pods; this one counts none either. */
  another(): PodTally {
    const tally = new PodTally(this.key, this.takesPart, this.valueOf.length);
    tally.valueOf.set(this.valueOf);
    tally.nodes = this.nodes.slice();
    tally.counts = new Int32Array(this.counts.length);
    tally.domains = this.domains;
    tally.domainsWith.push(this.domains);
    return tally;
  }

  grow(capacity: number): void {
    this.valueOf = grown(this.valueOf, capacity, -1);
  }

  /** More or fewer pods on a node. */
  add(slot: number, change: number): void {
    const value = this.valueOf[slot];
    if (value < 0) return;
    const before = this.counts[value];
    this.counts[value] = before + change;
    this.total += change;
    this.domainsWith[before]--;
    this.enter(before + change);
  }

  /** Whether a node takes part now, and with which value; it has no counted pods at this moment. */
  look(slot: number): void {
    const value = this.takesPart(slot) ? this.key.valueOf[slot] : -1;
    const before = this.valueOf[slot];
    if (value === before) return;
    if (before >= 0 && --this.nodes[before] === 0) {
      this.domains--;
      this.domainsWith[this.counts[before]]--;
    }
    this.valueOf[slot] = value;
    if (value < 0) return;
    this.cover(value + 1);
    if (this.nodes[value]++ === 0) {
      this.domains++;
      this.enter(this.counts[value]);
    }
  }

  /** Makes `counts` hold at least so many values. */
  cover(values: number): void {
    if (values <= this.counts.length) return;
    const length = Math.max(2 * this.counts.length, values);
    this.nodes = grown(this.nodes, length);
    this.counts = grown(this.counts, length);
  }

  /** Takes a node out; it has no counted pods at this moment. */
  leave(slot: number): void {
    const before = this.valueOf[slot];
    if (before < 0) return;
    this.valueOf[slot] = -1;
    if (--this.nodes[before] > 0) return;
    this.domains--;
    this.domainsWith[this.counts[before]]--;
  }

  /** Pods in the domain of a value; 0 when no node that takes part has it. */
  at(value: number): number {
    return value < this.counts.length ? this.counts[value] : 0;
  }

  /** The node's value if it takes part, else -1. */
  valueAt(slot: number): number {
    return this.valueOf[slot];
  }

  /** The least count of any domain; NO_DOMAIN without one. */
  minimum(): number {
    if (this.domains === 0) return NO_DOMAIN;
    while (!(this.domainsWith[this.low] > 0)) this.low++;
    return this.low;
  }

  /** The least count if this domain had so many more. */
  minimumWith(value: number, change: number): number {
    const own = this.counts[value];
    let least = own + change;
    if (this.domains === 1) return least;
    for (let count = this.low; count < least; count++) {
      const there = (this.domainsWith[count] ?? 0) - (count === own ? 1 : 0);
      if (there > 0) least = count;
    }
    return least;
  }

  private enter(count: number): void {
    this.domainsWith[count] = (this.domainsWith[count] ?? 0) + 1;
    if (count < this.low) this.low = count;
  }
}
