import { expect, test } from 'vitest';
import { stream } from '../../../sim/random.ts';
import { fc } from '../../../../test/fuzz.ts';
import { amount } from './allocator-fixture.ts';
import {
  assetFairness,
  competitiveEquilibrium,
  dominantResourceFairness,
  dominantShare,
  fillByDominantShare,
} from './dominant-shares.ts';
import { DrfSorter } from './drf-sorter.ts';
import { RandomSorter } from './random-sorter.ts';

const A = { name: 'A', demand: [1, 4] };
const B = { name: 'B', demand: [3, 1] };
const CAPACITY = [9, 18];

test('DRF paper, table 1: A, B, A, B, A with dominant shares 2/9, 1/3, 4/9, 2/3, 2/3; ties to the first', () => {
  const steps = fillByDominantShare([A, B], CAPACITY);
  expect(steps.map(({ user }) => user)).toEqual(['A', 'B', 'A', 'B', 'A']);
  expect(steps.map(({ share }) => share)).toEqual([2 / 9, 1 / 3, 4 / 9, 2 / 3, 2 / 3]);
  // 3 tasks <3,12> and 2 tasks <6,2> use 9 CPUs and 14 GB.
  expect([3 * 1 + 2 * 3, 3 * 4 + 2 * 1]).toEqual([9, 14]);
});

test('DRF paper, section 5: divisible tasks of DRF 3 and 2, asset fairness 2.52 and 2.16, CEEI 45/11 and 18/11', () => {
  expect(dominantResourceFairness([A, B], CAPACITY)).toEqual([3, 2]);
  const [assetA, assetB] = assetFairness([A, B], CAPACITY);
  expect([assetA.toFixed(2), assetB.toFixed(2)]).toEqual(['2.52', '2.16']);
  const [ceeiA, ceeiB] = competitiveEquilibrium([A, B], CAPACITY);
  expect(ceeiA).toBeCloseTo(45 / 11, 12);
  expect(ceeiB).toBeCloseTo(18 / 11, 12);
});

test('mesos sorter_tests.cpp DRFSorter: c,d,a,b; then c,b,d; then c,b,e,d; then e,b,d,c,f', () => {
  const sorter = new DrfSorter();
  sorter.setTotal(amount(100, 100));
  for (const [client, cpus, mem] of [
    ['a', 5, 5],
    ['b', 6, 6],
    ['c', 1, 1],
    ['d', 3, 1],
  ] as const) {
    sorter.add(client);
    sorter.allocated(client, amount(cpus, mem));
  }
  expect(['a', 'b', 'c', 'd'].map((client) => sorter.shareOf(client))).toEqual([0.05, 0.06, 0.01, 0.03]);
  expect(sorter.sort()).toEqual(['c', 'd', 'a', 'b']);
  sorter.remove('a');
  sorter.unallocated('b', amount(4, 4));
  expect(sorter.sort()).toEqual(['c', 'b', 'd']);
  sorter.setTotal(amount(50, 100));
  sorter.add('e');
  sorter.allocated('e', amount(1, 5));
  expect(['c', 'b', 'e', 'd'].map((client) => sorter.shareOf(client))).toEqual([0.02, 0.04, 0.05, 0.06]);
  expect(sorter.sort()).toEqual(['c', 'b', 'e', 'd']);
  sorter.setTotal(amount(50, 200));
  sorter.add('f');
  sorter.allocated('f', amount(5, 1));
  sorter.allocated('c', amount(0, 15));
  expect(['e', 'b', 'd', 'c', 'f'].map((client) => sorter.shareOf(client))).toEqual([0.025, 0.04, 0.06, 0.08, 0.1]);
  expect(sorter.sort()).toEqual(['e', 'b', 'd', 'c', 'f']);
});

test('mesos sorter_tests.cpp WDRFSorter: shares are divided by weights', () => {
  const sorter = new DrfSorter();
  sorter.setTotal(amount(100, 100));
  for (const [client, cpus, mem, weight] of [
    ['a', 5, 5, 1],
    ['b', 6, 6, 2],
    ['c', 4, 4, 1],
    ['d', 10, 20, 10],
  ] as const) {
    sorter.setWeight(client, weight);
    sorter.add(client);
    sorter.allocated(client, amount(cpus, mem));
  }
  expect(['d', 'b', 'c', 'a'].map((client) => sorter.shareOf(client))).toEqual([0.02, 0.03, 0.04, 0.05]);
  expect(sorter.sort()).toEqual(['d', 'b', 'c', 'a']);
});

test('at equal shares whoever was given less often comes first, then the path', () => {
  const sorter = new DrfSorter();
  sorter.setTotal(amount(100, 100));
  for (const client of ['b', 'a', 'c']) sorter.add(client);
  expect(sorter.sort()).toEqual(['a', 'b', 'c']);
  sorter.allocated('a', amount(1, 1));
  sorter.unallocated('a', amount(1, 1));
  expect(sorter.sort()).toEqual(['b', 'c', 'a']);
  sorter.setActive('b', false);
  expect(sorter.sort()).toEqual(['c', 'a']);
});

test('roles are a tree: children share what their parent has, and a parent with children is one of them', () => {
  const sorter = new DrfSorter();
  sorter.setTotal(amount(100, 100));
  for (const role of ['eng', 'eng/dev', 'eng/test', 'ops']) sorter.add(role);
  sorter.allocated('eng/dev', amount(10, 10));
  sorter.allocated('ops', amount(8, 8));
  // eng has .10 by its child, ops .08.
  expect(sorter.sort()).toEqual(['ops', 'eng', 'eng/test', 'eng/dev']);
  sorter.setWeight('eng', 2);
  expect(sorter.sort()).toEqual(['eng', 'eng/test', 'eng/dev', 'ops']);
  sorter.remove('eng/dev');
  expect(sorter.sort()).toEqual(['eng', 'eng/test', 'ops']);
});

test('the random sorter lists everyone once, and heavier ones first in proportion', () => {
  const sorter = new RandomSorter(stream(1, 'sorter'));
  for (const client of ['a', 'b', 'c']) sorter.add(client);
  sorter.setWeight('a', 3);
  sorter.setActive('c', false);
  let first = 0;
  for (let k = 0; k < 4000; k++) {
    const order = sorter.sort();
    expect([...order].sort()).toEqual(['a', 'b']);
    if (order[0] === 'a') first++;
  }
  // Three quarters, within four standard deviations (27 each).
  expect(first).toBeGreaterThan(2890);
  expect(first).toBeLessThan(3110);
});

test('property: the order is by (share over weight, allocations, path) whatever has been given and taken', () => {
  const step = fc.record({ client: fc.nat(4), cpus: fc.nat(9), mem: fc.nat(9) });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 30 }),
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 5, maxLength: 5 }),
      (steps, weights) => {
        const sorter = new DrfSorter();
        sorter.setTotal(amount(60, 90));
        const names = ['e', 'd', 'c', 'b', 'a'];
        const given = names.map(() => ({ cpus: 0, mem: 0, times: 0 }));
        names.forEach((name, k) => {
          sorter.setWeight(name, weights[k]);
          sorter.add(name);
        });
        for (const { client, cpus, mem } of steps) {
          sorter.allocated(names[client], amount(cpus, mem));
          given[client].cpus += cpus;
          given[client].mem += mem;
          given[client].times++;
        }
        const key = (name: string): readonly [number, number, string] => {
          const k = names.indexOf(name);
          const user = { name, demand: [given[k].cpus, given[k].mem] };
          return [dominantShare(user, [60, 90], 1) / weights[k], given[k].times, name];
        };
        const order = sorter.sort().map(key);
        for (let k = 1; k < order.length; k++) {
          const [before, after] = [order[k - 1], order[k]];
          const inOrder =
            before[0] < after[0] - 1e-12 ||
            (Math.abs(before[0] - after[0]) <= 1e-12 &&
              (before[1] < after[1] || (before[1] === after[1] && before[2] < after[2])));
          expect(inOrder, `${String(before)} before ${String(after)}`).toBe(true);
        }
      },
    ),
  );
});
