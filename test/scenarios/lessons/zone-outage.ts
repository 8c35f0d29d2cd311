import { expect } from 'vitest';
import { the, type Lesson, type Told } from '../shipped-scenario.ts';

/** Packing halves the bill and loses everything; spreading by zone loses least; quick detection helps whoever is hit. */
export const zoneOutage: Lesson = (runs) => {
  const bad = (one: Told): number => 1 - one.metrics['goodShare'];
  for (const detection of ['kubernetes', 'swarm']) {
    const pack = the(runs, `most-allocated + ${detection}`);
    const chance = the(runs, `least-allocated + ${detection}`);
    const spread = the(runs, `zone-spread + ${detection}`);
    expect(bad(chance)).toBeLessThan(bad(pack) / 5);
    expect(bad(spread)).toBeLessThan(0.7 * bad(chance));
    expect(spread.metrics['sloViolatedMinutes']).toBeLessThanOrEqual(pack.metrics['sloViolatedMinutes'] / 2);
    expect(pack.metrics['costUsd']).toBeLessThan(0.55 * spread.metrics['costUsd']);
  }
  for (const placement of ['most-allocated', 'least-allocated', 'zone-spread'])
    expect(bad(the(runs, `${placement} + swarm`))).toBeLessThan(0.8 * bad(the(runs, `${placement} + kubernetes`)));
  const minutes = (placement: string): number => the(runs, `${placement} + kubernetes`).metrics['sloViolatedMinutes'];
  expect(minutes('most-allocated')).toBeGreaterThan(minutes('least-allocated'));
  expect(minutes('least-allocated')).toBeGreaterThanOrEqual(minutes('zone-spread') + 2);
  // A packed zone is down for 340 to 355 s by Kubernetes' timers, and for 14 to 21.5 s and a boot by Swarm's.
  expect(the(runs, 'most-allocated + kubernetes').metrics['timeToRecoverS']).toBeGreaterThan(340);
  expect(the(runs, 'most-allocated + swarm').metrics['timeToRecoverS']).toBeLessThanOrEqual(180);
};
