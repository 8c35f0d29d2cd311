import type { PodSource } from '../../sim/pod-source.ts';

/**
 * The pods that arrive at `fromUs` or later and before `toUs`; the window's beginning becomes time 0. Pods from before
 * are left out even if they would still run.
 */
export function window(source: PodSource, fromUs: number, toUs: number): PodSource {
  let ended = false;
  return {
    next(row) {
      if (ended) return false;
      while (source.next(row)) {
        if (row.arrivesUs < fromUs) continue;
        if (row.arrivesUs >= toUs) break;
        row.arrivesUs -= fromUs;
        return true;
      }
      ended = true;
      return false;
    },
  };
}

/** Shifts all arrivals so that the first pod arrives at time 0. */
export function fromZero(source: PodSource): PodSource {
  let firstUs: number | undefined;
  return {
    next(row) {
      if (!source.next(row)) return false;
      firstUs ??= row.arrivesUs;
      row.arrivesUs -= firstUs;
      return true;
    },
  };
}
