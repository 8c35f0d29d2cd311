import { expect, test } from 'vitest';
import { living } from '../../test/living-cluster.ts';
import { simulateLiving } from './living-simulation.ts';

test('a small service serves its users', () => {
  const result = simulateLiving(living(), { seed: 1 });
  console.log(JSON.stringify({ ...result.metrics, ...result.counts, fp: result.fingerprint }, null, 1), result.living?.services, result.living?.happenings.slice(0,5));
  expect(result.metrics['goodShare']).toBe(1);
});
