import type { Labels } from '../../objects/meta.ts';

/** Numbers by (key, value) of a node's label. */
export class TopologyCounts {
  private readonly byKey = new Map<string, Map<string, number>>();

  /** Adds to the pair of the key and the node's value of it; nothing when the node does not have the label. */
  add(key: string, labels: Labels, by: number): void {
    const value = labels[key];
    if (value === undefined) return;
    const values = this.byKey.get(key) ?? new Map<string, number>();
    this.byKey.set(key, values);
    const sum = (values.get(value) ?? 0) + by;
    if (sum === 0) values.delete(value);
    else values.set(value, sum);
    if (values.size === 0) this.byKey.delete(key);
  }

  /** The number for a node, by one key. */
  at(key: string, labels: Labels): number {
    const value = labels[key];
    return value === undefined ? 0 : (this.byKey.get(key)?.get(value) ?? 0);
  }

  /** Whether any key gives the node more than 0. */
  anyAt(labels: Labels): boolean {
    for (const key of this.byKey.keys()) if (this.at(key, labels) > 0) return true;
    return false;
  }

  /** The sum over all keys. */
  sumAt(labels: Labels): number {
    let sum = 0;
    for (const key of this.byKey.keys()) sum += this.at(key, labels);
    return sum;
  }

  get isEmpty(): boolean {
    return this.byKey.size === 0;
  }
}
