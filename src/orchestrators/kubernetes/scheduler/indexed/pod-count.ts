import { grown } from './grown.ts';
import type { Kin } from './pod-shape.ts';
import { PodTally } from './pod-tally.ts';
import type { TopologyKey } from './topology-keys.ts';

/** Counts the existing pods that a selector means, node by node and domain by domain; shared by all pods that ask. */
export class PodCount {
  readonly matches: (kin: Kin) => boolean;
  /** Whether pods that are being deleted are left out. */
  readonly skipsTerminating: boolean;
  /** Number of pods by node. */
  onNode: Int32Array;
  readonly tallies: PodTally[] = [];
  private readonly byName = new Map<string, PodTally>();

  constructor(matches: (kin: Kin) => boolean, skipsTerminating: boolean, capacity: number) {
    this.matches = matches;
    this.skipsTerminating = skipsTerminating;
    this.onNode = new Int32Array(capacity);
  }

  grow(capacity: number): void {
    this.onNode = grown(this.onNode, capacity);
    for (const tally of this.tallies) tally.grow(capacity);
  }

  add(slot: number, change: number): void {
    this.onNode[slot] += change;
    for (const tally of this.tallies) tally.add(slot, change);
  }

  /**
   * The counts by domain of a key over the nodes that take part, which `who` names: the same text means the same nodes.
   */
  tally(key: TopologyKey, who: string, takesPart: (slot: number) => boolean, slots: Iterable<number>): PodTally {
    const name = `${key.name}\n${key.fillsIn ? 1 : 0}\n${who}`;
    const known = this.byName.get(name);
    if (known !== undefined) return known;
    const tally = new PodTally(key, takesPart, this.onNode.length);
    for (const slot of slots) {
      tally.look(slot);
      if (this.onNode[slot] !== 0) tally.add(slot, this.onNode[slot]);
    }
    this.byName.set(name, tally);
    this.tallies.push(tally);
    return tally;
  }
}
