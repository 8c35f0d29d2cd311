import type { ChangeLog } from './change-log.ts';
import type { OwnVerdicts } from './own-verdicts.ts';

/** So many windows are kept for pods of one kind. */
const MOST_WINDOWS = 64;

/**
 * One window and which of its nodes wins, for pods whose nodes differ by their own scores alone. The list of feasible
 * nodes is the binary tree of the heap that breaks ties (see `tie-break.ts`): each place knows the winner among itself
 * and the places below it, so that a node whose score has changed costs one way up to the root.
 */
export class WindowTree {
  readonly found: number;
  readonly rejected: number;
  private readonly own: OwnVerdicts;
  private readonly order: Int32Array;
  /** What `own.flips` was: while it is, the same nodes pass. */
  private readonly flips: number;
  private readonly slots: Int32Array;
  /** For each node that was looked at: its place among the feasible ones, or -1. */
  private readonly places: Int32Array;
  private readonly start: number;
  private readonly winners: Int32Array;
  private seen: number;

  constructor(
    own: OwnVerdicts,
    order: Int32Array,
    start: number,
    feasible: Int32Array,
    found: number,
    rejected: number,
  ) {
    this.own = own;
    this.order = order;
    this.flips = own.flips;
    this.start = start;
    this.found = found;
    this.rejected = rejected;
    this.slots = feasible.slice(0, found);
    this.winners = new Int32Array(found);
    this.places = new Int32Array(found + rejected);
    let place = 0;
    for (let k = 0; k < this.places.length; k++) {
      const slot = order[(start + k) % order.length];
      this.places[k] = place < found && slot === feasible[place] ? place++ : -1;
    }
    this.seen = own.seen;
    this.build();
  }

  /** Whether the search would find the same nodes. */
  isValid(order: Int32Array): boolean {
    return this.order === order && this.flips === this.own.flips;
  }

  /** The slot that wins now; `own` is mended, `placeOf` says where in the order a slot is. */
  winner(changes: ChangeLog, placeOf: Int32Array): number {
    const missed = changes.end - this.seen;
    if (missed > this.found >> 3 || changes.hasLost(this.seen)) this.build();
    else
      for (let k = this.seen; k < changes.end; k++) {
        let offset = placeOf[changes.at(k)] - this.start;
        if (offset < 0) offset += this.order.length;
        if (offset < this.places.length && this.places[offset] >= 0) this.mend(this.places[offset]);
      }
    this.seen = changes.end;
    return this.slots[this.winners[0]];
  }

  private build(): void {
    for (let place = this.found - 1; place >= 0; place--) this.settle(place);
  }

  private mend(from: number): void {
    let place = from;
    this.settle(place);
    while (place > 0) {
      place = (place - 1) >> 1;
      this.settle(place);
    }
  }

  /** The winner among a place and those below it: the place itself, unless a child's is strictly better. */
  private settle(place: number): void {
    const { slots, winners, found } = this;
    const { scores } = this.own;
    let winner = place;
    let best = scores[slots[place]];
    const left = 2 * place + 1;
    if (left < found) {
      const score = scores[slots[winners[left]]];
      if (score > best) {
        best = score;
        winner = winners[left];
      }
      if (left + 1 < found && scores[slots[winners[left + 1]]] > best) winner = winners[left + 1];
    }
    winners[place] = winner;
  }
}

/** The windows of one kind of pods that come again and again, by where they start. */
export class WindowTrees {
  private readonly trees = new Map<number, WindowTree>();
  /** Where searches started, and after how many changes. */
  private readonly visits = new Map<number, number>();

  /** The window that starts there, if it is known and nothing has changed about which nodes are in it. */
  at(start: number, order: Int32Array): WindowTree | undefined {
    const tree = this.trees.get(start);
    if (tree === undefined || tree.isValid(order)) return tree;
    this.trees.delete(start);
    return undefined;
  }

  /** A search has found this window. It is kept when it came before, and not much has changed since. */
  visit(
    own: OwnVerdicts,
    order: Int32Array,
    start: number,
    feasible: Int32Array,
    found: number,
    rejected: number,
  ): void {
    const before = this.visits.get(start);
    if (before !== undefined && own.seen - before < found >> 2) {
      if (this.trees.size >= MOST_WINDOWS) this.trees.clear();
      this.trees.set(start, new WindowTree(own, order, start, feasible, found, rejected));
    }
    if (this.visits.size >= MOST_WINDOWS) this.visits.clear();
    this.visits.set(start, own.seen);
  }
}
