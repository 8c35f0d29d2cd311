import { expect, test } from 'vitest';
import { balancerOf, picks, tableOf } from '../../../test/balancer-table.ts';
import { randomBalancing } from './random.ts';

test('weights 1, 3 and 0 get a quarter, three quarters and nothing', () => {
  const table = tableOf([{ weight: 1 }, { weight: 3 }, { weight: 0 }]);
  const [one, three, none] = picks(balancerOf(randomBalancing, table), table, 40_000);
  // Standard deviation of the first: sqrt(40000 x 1/4 x 3/4) = 87.
  expect(Math.abs(one - 10_000)).toBeLessThan(4 * 87);
  expect(one + three).toBe(40_000);
  expect(none).toBe(0);
});
