import type { BalancingPolicy } from '../../sim/requests/balancing-policy.ts';
import type { PolicyFamily } from '../policy-family.ts';

/**
 * One endpoint after the other, in the order in which they came; weights only tell who is in (above 0) and who is not.
 * Where it begins is drawn, so that many balancers do not go round in step.
 */
export const roundRobin: PolicyFamily<BalancingPolicy> = {
  name: 'round-robin',
  summary: 'one endpoint after the other',
  source: 'IPVS rr (Docker Swarm), AWS ALB round_robin; each server is an E_n/M/1 queue',
  options: [],
  make: (_, name) => ({
    name,
    reads: 'nothing',
    fluid: { kind: 'round-robin' },
    make: ({ random }) => {
      let next = -1;
      return {
        changed: () => {},
        pick: (table) => {
          const { count, weight } = table;
          if (next < 0) next = random.below(Math.max(1, count));
          if (next >= count) next = 0;
          for (let tried = 0; tried < count; tried++) {
            const at = next;
            next = next + 1 === count ? 0 : next + 1;
            if (weight[at] > 0) return at;
          }
          return -1;
        },
      };
    },
  }),
};
