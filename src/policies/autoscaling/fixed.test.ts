import { expect, test } from 'vitest';
import { stream } from '../../sim/random.ts';
import { withDefaults, type PolicyOptions } from '../policy-family.ts';
import { fixed } from './fixed.ts';
import { observation } from './observation-fixture.ts';

const make = (options: PolicyOptions = {}) =>
  fixed.make(withDefaults(fixed, options), 'fixed').make({ random: stream(1, 'policy') });

test('as many as the service began with, whatever becomes of it, or as many as told', () => {
  const kept = make();
  expect(kept.decide(observation({ current: 4 })).replicas).toBe(4);
  expect(kept.decide(observation({ current: 9 }))).toEqual({ replicas: 4, why: 'fixed at 4' });
  expect(make({ replicas: 6 }).decide(observation({ current: 4 })).replicas).toBe(6);
  expect(make({ replicas: 6 }).decide(observation({ maxReplicas: 5 }))).toMatchObject({
    replicas: 5,
    limitedBy: 'at most 5',
  });
});
