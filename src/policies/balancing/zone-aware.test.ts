import { expect, test } from 'vitest';
import { balancerOf, picks, tableOf } from '../../../test/balancer-table.ts';
import { zoneAware } from './zone-aware.ts';

test('stays in its zone while that has capacity for its traffic', () => {
  const table = tableOf([{ zone: 0 }, { zone: 0 }, { zone: 1 }, { zone: 1 }]);
  const balancer = balancerOf(zoneAware, table);
  const counts = [0, 0, 0, 0];
  // Traffic of both zones alike, as their capacity: once the shares are known (1,000 requests), nothing crosses.
  for (let k = 0; k < 20_000; k++) {
    const at = balancer.pick(table, k, k % 2);
    if (k >= 10_000 && table.zone[at] !== k % 2) counts[at]++;
  }
  // The estimated share swings by 1/1000 about one half, which spills as little.
  expect(counts.reduce((sum, count) => sum + count, 0)).toBeLessThan(30);
});

test('all traffic from a zone with a quarter of the capacity: 1 - 0.25 / 1 spills', () => {
  const table = tableOf([{ zone: 0 }, { zone: 1 }, { zone: 1 }, { zone: 2 }]);
  const counts = picks(balancerOf(zoneAware, table), table, 40_000, 0);
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(4 * 100);
});

test('from outside, and from a zone without endpoints, by weight', () => {
  const table = tableOf([{ zone: 1 }, { zone: 2, weight: 3 }]);
  for (const from of [-1, 0]) {
    const counts = picks(balancerOf(zoneAware, table), table, 40_000, from);
    expect(Math.abs(counts[0] - 10_000)).toBeLessThan(4 * 87);
  }
});

test('within the zone the less loaded of two drawn', () => {
  const table = tableOf([{ inFlight: 5 }, {}]);
  const counts = picks(balancerOf(zoneAware, table), table, 10_000, 0);
  expect(Math.abs(counts[0] - 2500)).toBeLessThan(4 * 44);
  const random = picks(balancerOf(zoneAware, table, { inner: 'random' }), table, 10_000, 0);
  expect(Math.abs(random[0] - 5000)).toBeLessThan(4 * 50);
});
