import { expect, test } from 'vitest';
import { balancerOf, tableOf } from '../../../test/balancer-table.ts';
import { leastConnections } from './least-connections.ts';

test('the fewest requests for the weight: 5 on weight 3 are fewer than 2 on weight 1', () => {
  // (2 + 1) / 1 = 3, (5 + 1) / 3 = 2, (0 + 1) / 0 is nobody.
  const table = tableOf([{ inFlight: 2 }, { inFlight: 5, weight: 3 }, { weight: 0 }]);
  expect(balancerOf(leastConnections, table).pick(table, 0, -1)).toBe(1);
});

test('ties go round', () => {
  const table = tableOf([{}, { inFlight: 1 }, {}, {}]);
  const balancer = balancerOf(leastConnections, table);
  expect(Array.from({ length: 5 }, () => balancer.pick(table, 0, -1))).toEqual([0, 2, 3, 0, 2]);
});
