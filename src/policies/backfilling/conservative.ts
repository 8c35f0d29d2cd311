import type { BackfillPolicy } from '../../sim/policy.ts';

/** Every waiting pod holds a reservation and none may be delayed by a later one: fair and predictable, less dense. */
export const conservative: BackfillPolicy = {
  name: 'conservative',
  summary: 'every waiting pod holds a reservation that no later one may delay',
  source: "conservative backfilling (Mu'alem and Feitelson, TPDS 2001)",
  reservations: 'all',
};
