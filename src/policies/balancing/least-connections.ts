import type { BalancingPolicy } from '../../sim/requests/balancing-policy.ts';
import type { PolicyFamily } from '../policy-family.ts';

/**
 * The endpoint with the fewest requests for its weight. Ties go round: the first one after the endpoint taken last, so
 * that an idle service spreads what it gets. With stale loads everybody runs to the same endpoint.
 */
export const leastConnections: PolicyFamily<BalancingPolicy> = {
  name: 'least-connections',
  summary: 'the endpoint with the fewest requests for its weight',
  source: 'nginx least_conn, HAProxy leastconn; join the shortest queue',
  options: [],
  make: (_, name) => ({
    name,
    reads: 'load',
    fluid: { kind: 'least' },
    make: () => {
      let last = -1;
      return {
        changed: () => {},
        pick: ({ count, inFlight, weight }) => {
          let best = -1;
          let least = Infinity;
          let at = last + 1;
          for (let tried = 0; tried < count; tried++, at++) {
            if (at >= count) at = 0;
            if (weight[at] <= 0) continue;
            const load = (inFlight[at] + 1) / weight[at];
            if (load < least) {
              least = load;
              best = at;
            }
          }
          if (best >= 0) last = best;
          return best;
        },
      };
    },
  }),
};
