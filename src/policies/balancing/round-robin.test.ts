import { expect, test } from 'vitest';
import { balancerOf, tableOf } from '../../../test/balancer-table.ts';
import { roundRobin } from './round-robin.ts';

test('goes round, past those without a weight', () => {
  const table = tableOf([{}, { weight: 0 }, { weight: 5 }, {}]);
  const balancer = balancerOf(roundRobin, table);
  const round = Array.from({ length: 9 }, (_, key) => balancer.pick(table, key, -1));
  expect(round.slice(0, 3).sort((one, other) => one - other)).toEqual([0, 2, 3]);
  expect(round.join('')).toMatch(/^(023|230|302)\1\1$/);
});
