import type { OwnVerdicts } from './own-verdicts.ts';
import type { TopologyJudge } from './topology-judge.ts';
import { PASSES } from './verdict-table.ts';

/** Judges nodes that need a closer look than their columns: nominated pods, volumes. Returns whether the pod fits. */
export type CloserLook = (slot: number) => boolean;

/**
 * The first feasible nodes from the rotating start on and round: what kube-scheduler samples. Ends at the node after the
 * last one wanted, which is not counted; rejected ones before it are.
 */
export class WindowSearch {
  /** Slots of the feasible nodes, in the order in which they were found. */
  feasible = new Int32Array(128);
  found = 0;
  /** Nodes that were looked at and rejected. */
  rejected = 0;

  /** Looks along `order`. `judge` is prepared, or undefined when places of other pods reject nothing. */
  run(
    order: Int32Array,
    start: number,
    wanted: number,
    own: OwnVerdicts,
    judge: TopologyJudge | undefined,
    closer: CloserLook | undefined,
  ): void {
    if (this.feasible.length < wanted) this.feasible = new Int32Array(2 * wanted);
    const nodes = order.length;
    this.found = 0;
    this.rejected = 0;
    const from = nodes === 0 ? 0 : start % nodes;
    if (!this.part(order, from, nodes, wanted, own, judge, closer))
      this.part(order, 0, from, wanted, own, judge, closer);
  }

  /** What a search comes to where no node passes. */
  rejectAll(nodes: number): void {
    this.found = 0;
    this.rejected = nodes;
  }

  /** A stretch of the order; true when it ended the search. */
  private part(
    order: Int32Array,
    from: number,
    to: number,
    wanted: number,
    own: OwnVerdicts,
    judge: TopologyJudge | undefined,
    closer: CloserLook | undefined,
  ): boolean {
    const { feasible } = this;
    const { codes } = own;
    let { found } = this;
    let place = from;
    if (closer !== undefined) {
      for (; place < to; place++) {
        const slot = order[place];
        if (!closer(slot)) continue;
        if (found === wanted) break;
        feasible[found++] = slot;
      }
    } else if (judge === undefined) {
      for (; place < to; place++) {
        const slot = order[place];
        if (codes[slot] !== PASSES) continue;
        if (found === wanted) break;
        feasible[found++] = slot;
      }
    } else {
      // fast: one or two checks are by far the most common, and are made here (a fifth faster); the rest is asked if both pass.
      const second = judge.count > 1 ? 1 : 0;
      const [values, amounts, least, most] = [judge.values[0], judge.amounts[0], judge.least[0], judge.most[0]];
      const [values2, amounts2] = [judge.values[second], judge.amounts[second]];
      const [least2, most2] = [judge.least[second], judge.most[second]];
      const missingPasses = judge.missing[0] === PASSES;
      const missingPasses2 = judge.missing[second] === PASSES;
      const hasMore = judge.count > 2;
      for (; place < to; place++) {
        const slot = order[place];
        if (codes[slot] !== PASSES) continue;
        const value = values[slot];
        if (value >= 0) {
          const amount = amounts[value];
          if (amount > most || amount < least) continue;
        } else if (!missingPasses) continue;
        const value2 = values2[slot];
        if (value2 >= 0) {
          const amount = amounts2[value2];
          if (amount > most2 || amount < least2) continue;
        } else if (!missingPasses2) continue;
        if (hasMore && judge.judge(slot) !== PASSES) continue;
        if (found === wanted) break;
        feasible[found++] = slot;
      }
    }
    this.rejected += place - from - (found - this.found);
    this.found = found;
    return place < to;
  }
}
