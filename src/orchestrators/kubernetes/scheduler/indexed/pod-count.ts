import { grown } from './grown.ts';
import type { Kin } from './pod-shape.ts';
import type { PodTally } from './pod-tally.ts';

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

  /** The counts by domain under this name; `blank` has none yet and becomes them if they are asked for the first time. */
  tally(name: string, blank: () => PodTally): PodTally {
    const known = this.byName.get(name);
    if (known !== undefined) return known;
    const tally = blank();
    for (let slot = 0; slot < this.onNode.length; slot++)
      if (this.onNode[slot] !== 0) tally.add(slot, this.onNode[slot]);
    this.byName.set(name, tally);
    this.tallies.push(tally);
    return tally;
  }
}
