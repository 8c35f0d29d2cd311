import type { BackfillPolicy } from '../../sim/policy.ts';

const EASY_SOURCE = "EASY (Lifka, JSSPP 1995; Mu'alem and Feitelson, TPDS 2001)";
const SJBF_SOURCE = 'EASY-SJBF (Tsafrir, Etsion, Feitelson, TPDS 2007)';

/** What backfilling believes about run times, as it is written after the policy's name. */
type Belief = 'requested' | 'actual' | { times: number };

/**
 * EASY: the head of the queue holds a reservation, and whoever does not delay it may start, in the order of the
 * queue. An arrival that does not fit causes no pass, as in the published experiments.
 */
export function easy(belief: Belief = 'requested'): BackfillPolicy {
  return {
    name: `easy${suffix(belief)}`,
    summary: `the head holds a reservation; who cannot delay it may pass${remark(belief)}`,
    source: EASY_SOURCE,
    reservations: 'head',
    passOnArrival: 'if-it-fits',
    ...estimate(belief),
  };
}

/** EASY with the pods behind the head tried shortest first; every event causes a pass. */
export function easySjbf(belief: Belief = 'requested'): BackfillPolicy {
  return {
    name: `easy-sjbf${suffix(belief)}`,
    summary: `EASY, with those behind the head tried shortest first${remark(belief)}`,
    source: SJBF_SOURCE,
    reservations: 'head',
    order: 'shortest-first',
    ...estimate(belief),
  };
}

function suffix(belief: Belief): string {
  if (belief === 'requested') return '';
  return belief === 'actual' ? '-actual' : `-${belief.times}x`;
}

function remark(belief: Belief): string {
  if (belief === 'requested') return '';
  return belief === 'actual' ? '; knows the true run times' : `; takes ${belief.times} times the estimate`;
}

function estimate(belief: Belief): Pick<BackfillPolicy, 'estimate'> {
  return belief === 'requested' ? {} : { estimate: belief };
}
