import type { BalancingPolicy, EndpointTable } from '../../sim/requests/balancing-policy.ts';
import type { PolicyFamily } from '../policy-family.ts';

/** More picks than this are not passed over to find a place to begin: among so many balancers hardly two are in step. */
const MOST_PASSED = 1000;

/**
 * Smooth weighted round robin: everybody gains its weight, the one with the most is taken and pays the sum of all. In
 * every round of that many picks each gets exactly its weight of them, spread as evenly as can be. Where in its round a
 * balancer begins is drawn, so that many balancers do not go round in step.
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
    make: ({ random }) => {
      let credit = new Float64Array(0);
      let ids = new Int32Array(0);
      let begun = false;
      return {
        changed: (table) => {
          // Who stays keeps what it has; who is new begins with nothing. Where nobody stays all begins anew.
          const before = new Map(Array.from(ids, (id, at) => [id, credit[at]]));
          ids = table.id.slice(0, table.count);
          begun &&= ids.some((id) => before.has(id));
          credit = Float64Array.from(ids, (id) => (begun ? (before.get(id) ?? 0) : 0));
        },
        pick: (table) => {
          if (!begun && table.count > 0) {
            begun = true;
            for (let passed = random.below(roundOf(table)); passed > 0; passed--) next(table, credit);
          }
          return next(table, credit);
        },
      };
    },
  }),
};

/** The next position; -1: nobody has a weight. */
function next({ count, weight }: EndpointTable, credit: Float64Array): number {
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
}

/** Picks until the lightest has had its turn: a whole round, where weights are whole multiples of the least. */
function roundOf({ count, weight }: EndpointTable): number {
  let total = 0;
  let least = Infinity;
  for (let at = 0; at < count; at++) {
    if (weight[at] <= 0) continue;
    total += weight[at];
    least = Math.min(least, weight[at]);
  }
  return Math.max(1, Math.min(MOST_PASSED, Math.ceil(total / least)));
}
