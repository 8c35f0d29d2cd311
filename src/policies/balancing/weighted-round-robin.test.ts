import { expect, test } from 'vitest';
import { balancerOf, picks, tableOf } from '../../../test/balancer-table.ts';
import { weightedRoundRobin } from './weighted-round-robin.ts';

test('weights 5, 1, 1 give a a b a c a a, as in nginx', () => {
  // The example given when it came to nginx (2012).
  const table = tableOf([{ weight: 5 }, { weight: 1 }, { weight: 1 }]);
  const balancer = balancerOf(weightedRoundRobin, table);
  const turn = Array.from({ length: 14 }, (_, key) => 'abc'[balancer.pick(table, key, -1)]).join('');
  expect(turn).toBe('aabacaaaabacaa');
});

test('every round gives each exactly its weight', () => {
  const table = tableOf([{ weight: 2 }, { weight: 7 }, { weight: 0 }, { weight: 4 }]);
  expect(picks(balancerOf(weightedRoundRobin, table), table, 13 * 50)).toEqual([100, 350, 0, 200]);
});

test('who stays keeps its turn when another comes', () => {
  const two = tableOf([{}, {}]);
  const balancer = balancerOf(weightedRoundRobin, two);
  expect(balancer.pick(two, 0, -1)).toBe(0);
  const three = tableOf([{}, {}, {}]);
  balancer.changed(three);
  // Credits are -1, 1, 0 and become 0, 2, 1.
  expect(balancer.pick(three, 0, -1)).toBe(1);
});
