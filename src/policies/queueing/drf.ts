import type { QueuePolicy } from '../../sim/policy.ts';

/**
 * Dominant resource fairness: serves the user whose largest share of any resource is smallest. No user gains by asking
 * for more than needed, and each gets at least what an equal split of the cluster would give.
 */
export const drf: QueuePolicy = {
  name: 'drf',
  summary: 'the user with the smallest dominant share first',
  source: 'Ghodsi et al., Dominant resource fairness, NSDI 2011',
  userShare(allocated, total) {
    let dominant = 0;
    for (let resource = 0; resource < total.length; resource++)
      if (total[resource] > 0) dominant = Math.max(dominant, allocated[resource] / total[resource]);
    return dominant;
  },
};
