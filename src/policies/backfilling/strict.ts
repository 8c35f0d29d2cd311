import type { BackfillPolicy } from '../../sim/policy.ts';

/** Nobody passes the head of the queue, even if the head leaves the cluster half empty. */
export const strict: BackfillPolicy = {
  name: 'strict',
  summary: 'nobody passes the head of the queue',
  source: 'first come, first served',
  reservations: 'none',
};
