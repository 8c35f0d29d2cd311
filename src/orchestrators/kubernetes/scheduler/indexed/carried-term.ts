import { grown } from './grown.ts';
import type { PodTerm } from '../pod-info.ts';
import type { TopologyKey } from './topology-keys.ts';

/**
 * A term that existing pods carry: their required anti-affinity, which keeps others away, or what their affinity adds to
 * the scores of others. How much of it is in which domain is kept as pods come and go.
 */
export class CarriedTerm {
  readonly kind: 'anti' | 'score';
  readonly term: PodTerm;
  readonly key: TopologyKey;
  /** Carrying pods, or the sum of their weights, by number of the value. */
  amounts = new Int32Array(16);
  /** Pods that carry it on nodes with the key. */
  carriers = 0;

  constructor(kind: CarriedTerm['kind'], term: PodTerm, key: TopologyKey) {
    this.kind = kind;
    this.term = term;
    this.key = key;
  }

  add(slot: number, amount: number, sign: 1 | -1): void {
    const value = this.key.valueOf[slot];
    if (value < 0) return;
    this.cover(value + 1);
    this.amounts[value] += sign * amount;
    this.carriers += sign;
  }

  /** Makes `amounts` hold at least so many values. */
  cover(values: number): void {
    if (values > this.amounts.length) this.amounts = grown(this.amounts, Math.max(2 * this.amounts.length, values));
  }

  at(value: number): number {
    return value < this.amounts.length ? this.amounts[value] : 0;
  }
}
