import { expect, test } from 'vitest';
import { balancerOf, tableOf } from '../../../test/balancer-table.ts';
import { roundRobin } from './round-robin.ts';

test('goes round, past those without a weight', () => {
  const table = tableOf([{}, { weight: 0 }, { weight: 5 }, {}]);
  const balancer = balancerOf(roundRobin, table);
  expect(Array.from({ length: 7 }, (_, key) => balancer.pick(table, key, -1))).toEqual([0, 2, 3, 0, 2, 3, 0]);
});
