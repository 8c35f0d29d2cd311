/** Equal items of one resource: how much each asks (a whole number above 0, at most the capacity) and how many there are. */
export interface ItemGroup {
  readonly ask: number;
  readonly count: number;
}

/**
 * The bound L2 of Martello & Toth (1990) on the bins of one capacity. For a threshold α up to half the capacity C:
 * items above C - α (J1) and above C/2 (J2) need a bin each; of those from α to C/2 (J3) whatever does not fit beside
 * J2 needs more: |J1| + |J2| + max(0, ⌈(ΣJ3 - (|J2|·C - ΣJ2)) / C⌉). The best over α, taken at the sizes themselves.
 * It is never below ⌈Σ/C⌉ (α = 0).
 */
export function martelloToth(items: readonly ItemGroup[], capacity: number): number {
  const sorted = items.filter((item) => item.ask > 0 && item.count > 0).sort((a, b) => a.ask - b.ask);
  const counts = [0];
  const sums = [0];
  for (const item of sorted) {
    counts.push(counts.at(-1)! + item.count);
    sums.push(sums.at(-1)! + item.count * item.ask);
  }
  /** How many groups have a size at most (or below) this. */
  const upTo = (size: number, inclusive: boolean): number => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (inclusive ? sorted[middle].ask <= size : sorted[middle].ask < size) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const half = upTo(capacity / 2, true);
  const thresholds = [0, ...sorted.slice(0, half).map((item) => item.ask)];
  let best = 0;
  for (const threshold of thresholds) {
    const large = upTo(capacity - threshold, true);
    const small = upTo(threshold, false);
    const alone = counts.at(-1)! - counts[large];
    const paired = counts[large] - counts[half];
    const room = paired * capacity - (sums[large] - sums[half]);
    const rest = sums[half] - sums[small] - room;
    best = Math.max(best, alone + paired + Math.max(0, ceilSafely(rest / capacity)));
  }
  return best;
}

/** Rounds up, but not because of the rounding of a sum: a lower bound may lose a unit, never gain one. */
export function ceilSafely(value: number): number {
  return Math.ceil(value - 1e-9 - Math.abs(value) * 1e-12);
}
