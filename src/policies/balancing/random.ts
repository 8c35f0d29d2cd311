import type { BalancingPolicy, EndpointTable } from '../../sim/requests/balancing-policy.ts';
import type { PolicyFamily } from '../policy-family.ts';

/** Draws an endpoint with a chance in proportion to its weight. Needs to know nothing, and splits Poisson traffic into Poisson traffic. */
export const randomBalancing: PolicyFamily<BalancingPolicy> = {
  name: 'random',
  summary: 'an endpoint drawn at random by weight',
  source: 'n independent queues; HAProxy random(1)',
  options: [],
  make: (_, name) => ({
    name,
    reads: 'nothing',
    fluid: { kind: 'random' },
    make: ({ random }) => {
      let sums = new Float64Array(0);
      return {
        changed: (table) => {
          sums = weightSums(table);
        },
        pick: (table) => {
          if (table.count === 0) return -1;
          const total = sums[table.count - 1];
          return total > 0 ? firstAbove(sums, random.next() * total) : -1;
        },
      };
    },
  }),
};

/** Of each position, the weights up to and with its own. */
export function weightSums(table: EndpointTable): Float64Array<ArrayBuffer> {
  const sums = new Float64Array(table.count);
  let sum = 0;
  for (let at = 0; at < table.count; at++) sums[at] = sum += table.weight[at];
  return sums;
}

/** The first place whose sum is above the value; it has a weight above 0. The value lies below the last sum. */
export function firstAbove(sums: Float64Array, value: number): number {
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
