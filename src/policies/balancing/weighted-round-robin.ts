import type { BalancingPolicy } from '../../sim/requests/balancing-policy.ts';
import type { PolicyFamily } from '../policy-family.ts';

/**
 * Smooth weighted round robin: everybody gains its weight, the one with the most is taken and pays the sum of all. In
 * every round of that many picks each gets exactly its weight of them, spread as evenly as can be.
 */
export const weightedRoundRobin: PolicyFamily<BalancingPolicy> = {
  name: 'weighted-round-robin',
  summary: 'in turn, each as often as its weight says, evenly spread',
  source: 'nginx, ngx_http_upstream_round_robin.c (smooth weighted balancing, 2012)',
  options: [],
  make: (_, name) => ({
    name,
    reads: 'nothing',
    fluid: { kind: 'round-robin' },
    make: () => {
      let credit = new Float64Array(0);
      let ids = new Int32Array(0);
      return {
        changed: (table) => {
          // Who stays keeps what it has; who is new begins with nothing.
          const before = new Map(Array.from(ids, (id, at) => [id, credit[at]]));
          ids = table.id.slice(0, table.count);
          credit = Float64Array.from(ids, (id) => before.get(id) ?? 0);
        },
        pick: ({ count, weight }) => {
          let best = -1;
          let total = 0;
          for (let at = 0; at < count; at++) {
            if (weight[at] <= 0) continue;
            credit[at] += weight[at];
            total += weight[at];
            if (best < 0 || credit[at] > credit[best]) best = at;
          }
          if (best >= 0) credit[best] -= total;
          return best;
        },
      };
    },
  }),
};
