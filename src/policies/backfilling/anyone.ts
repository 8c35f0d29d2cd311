import type { BackfillPolicy } from '../../sim/policy.ts';

/** Whoever fits may start: keeps the cluster busy, and may starve large pods for ever. */
export const anyone: BackfillPolicy = {
  name: 'any',
  summary: 'whoever fits may pass; large pods may starve',
  source: 'list scheduling (Graham 1966); what kube-scheduler does without priorities',
  reservations: 'any',
};
