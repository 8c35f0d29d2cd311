import type { BalancingPolicy } from '../../sim/requests/balancing-policy.ts';
import type { PolicyFamily } from '../policy-family.ts';
import { firstAbove, weightSums } from './random.ts';

/** An endpoint that has nothing to do, one after the other; when there is none, one drawn at random by weight. */
export const joinIdleQueue: PolicyFamily<BalancingPolicy> = {
  name: 'join-idle-queue',
  summary: 'an idle endpoint, or one drawn at random when all are busy',
  source: 'Y. Lu et al., Join-Idle-Queue: A Novel Load Balancing Algorithm, Performance Evaluation 68, 2011',
  options: [],
  make: (_, name) => ({
    name,
    reads: 'load',
    make: ({ random }) => {
      let sums = new Float64Array(0);
      let next = 0;
      return {
        changed: (table) => {
          sums = weightSums(table);
        },
        pick: ({ count, inFlight, weight }) => {
          let at = next < count ? next : 0;
          for (let tried = 0; tried < count; tried++) {
            if (inFlight[at] === 0 && weight[at] > 0) {
              next = at + 1;
              return at;
            }
            at = at + 1 === count ? 0 : at + 1;
          }
          const total = count === 0 ? 0 : sums[count - 1];
          return total > 0 ? firstAbove(sums, random.next() * total) : -1;
        },
      };
    },
  }),
};
