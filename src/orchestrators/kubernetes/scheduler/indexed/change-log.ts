/** As many changes as are remembered; whoever has missed more looks at every node. A power of two. */
const REMEMBERED = 8192;

/**
 * The nodes that changed, in their order. Whoever keeps something about all nodes notes how far it has read and later
 * mends only what changed since then.
 */
export class ChangeLog {
  /** How many changes there were. */
  end = 0;
  private readonly slots = new Int32Array(REMEMBERED);

  note(slot: number): void {
    this.slots[this.end++ & (REMEMBERED - 1)] = slot;
  }

  /** Whether changes after this one are no longer known. */
  hasLost(seen: number): boolean {
    return this.end - seen > REMEMBERED;
  }

  /** The node of the `k`-th change, which must not be lost. */
  at(k: number): number {
    return this.slots[k & (REMEMBERED - 1)];
  }
}
