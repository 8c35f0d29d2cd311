import type { PodTable } from '../pod-table.ts';

/** Pods that belong together: a gang whose members arrive at one instant, or a single pod. */
export interface PodUnits {
  /** The table's pods by arrival. */
  readonly order: Int32Array;
  /** Where each unit begins in `order`, and the number of pods at the end. */
  readonly starts: Int32Array;
}

/** Cuts a table into units, in order of arrival. */
export function podUnits(table: PodTable): PodUnits {
  const order = table.byArrival();
  const starts: number[] = [];
  for (let k = 0; k < order.length; k++) {
    const gang = table.gangs[order[k]];
    const before = order[k - 1];
    const joined =
      k > 0 &&
      gang !== undefined &&
      gang === table.gangs[before] &&
      table.arrivesUs[order[k]] === table.arrivesUs[before];
    if (!joined) starts.push(k);
  }
  starts.push(order.length);
  return { order, starts: Int32Array.from(starts) };
}
