import { expect, test } from 'vitest';
import { balancerOf, picks, tableOf } from '../../../test/balancer-table.ts';
import { stream } from '../../sim/random.ts';
import { weightedRoundRobin } from './weighted-round-robin.ts';

const starting = (seed: number) =>
  weightedRoundRobin.make({}, '').make({ random: stream(seed, 'balancing'), zones: ['a'] });

test('weights 5, 1, 1 give a a b a c a a, as in nginx, from any place of the round on', () => {
  // The example given when it came to nginx (2012).
  const table = tableOf([{ weight: 5 }, { weight: 1 }, { weight: 1 }]);
  const starts = new Set<number>();
  for (let seed = 1; seed <= 60; seed++) {
    const balancer = starting(seed);
    balancer.changed(table);
    const turn = Array.from({ length: 14 }, (_, key) => 'abc'[balancer.pick(table, key, -1)]).join('');
    const start = 'aabacaaaabacaaaabacaa'.indexOf(turn);
    expect(start, turn).toBeGreaterThanOrEqual(0);
    starts.add(start);
  }
  // One of seven places is missed by 60 balancers with a chance of 7 (6/7)^60 = 0.07 %.
  expect(starts.size).toBe(7);
});

test('every round gives each exactly its weight', () => {
  const table = tableOf([{ weight: 2 }, { weight: 7 }, { weight: 0 }, { weight: 4 }]);
  expect(picks(balancerOf(weightedRoundRobin, table), table, 13 * 50)).toEqual([100, 350, 0, 200]);
});

test('who stays keeps its turn when another comes', () => {
  const two = tableOf([{}, {}]);
  const balancer = balancerOf(weightedRoundRobin, two);
  const first = balancer.pick(two, 0, -1);
  const three = tableOf([{}, {}, {}]);
  balancer.changed(three);
  // Credits are -1 for the first, 1 for the other and 0, and become 0, 2 and 1.
  expect(balancer.pick(three, 0, -1)).toBe(1 - first);
});

test('independent balancers do not go round in step, nor after nobody was there for a while', () => {
  const ten = tableOf(Array.from({ length: 10 }, () => ({})));
  const balancers = Array.from({ length: 1000 }, (_, k) => starting(k));
  for (let round = 0; round < 2; round++) {
    const first = new Array<number>(10).fill(0);
    for (const balancer of balancers) {
      balancer.changed(tableOf([]));
      expect(balancer.pick(tableOf([]), 0, -1)).toBe(-1);
      balancer.changed(ten);
      first[balancer.pick(ten, 0, -1)]++;
    }
    // 100 each on average with a deviation of 9.5.
    for (const count of first) expect(Math.abs(count - 100)).toBeLessThan(45);
  }
});
