import type { EndpointTable } from '../../sim/requests/balancing-policy.ts';

const none = new Int32Array(0);

/** The positions that may get requests, those with a weight above 0. */
export const drawable = {
  none,
  of: (table: EndpointTable): Int32Array<ArrayBuffer> => {
    const positions: number[] = [];
    for (let at = 0; at < table.count; at++) if (table.weight[at] > 0) positions.push(at);
    return Int32Array.from(positions);
  },
};
