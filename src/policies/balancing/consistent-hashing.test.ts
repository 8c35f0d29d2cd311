import { expect, test } from 'vitest';
import { balancerOf, picks, tableOf } from '../../../test/balancer-table.ts';
import { consistentHashing } from './consistent-hashing.ts';

const KEYS = 20_000;
const names = (count: number): string[] => Array.from({ length: count }, (_, k) => `web-${k}`);

test('the same key goes to the same endpoint, and only the keys of one that goes move', () => {
  const all = tableOf(names(10).map((name) => ({ name })));
  const without = tableOf(
    names(10)
      .filter((name) => name !== 'web-4')
      .map((name) => ({ name })),
  );
  const before = balancerOf(consistentHashing, all);
  const after = balancerOf(consistentHashing, without);
  let moved = 0;
  for (let k = 0; k < KEYS; k++) {
    const key = Math.imul(k, 0x9e3779b9);
    const was = names(10)[before.pick(all, key, -1)];
    const is = names(10).filter((name) => name !== 'web-4')[after.pick(without, key, -1)];
    if (was === 'web-4') moved++;
    else expect(is).toBe(was);
  }
  // About a tenth of the keys were its.
  expect(moved / KEYS).toBeGreaterThan(0.05);
  expect(moved / KEYS).toBeLessThan(0.16);
});

test('shares follow the weights, the better the more places there are', () => {
  const table = tableOf([{ weight: 1 }, { weight: 2 }, { weight: 1 }]);
  const counts = picks(balancerOf(consistentHashing, table, { places: 1000 }), table, KEYS);
  // Each place owns an exponential stretch: relative error about 1 / sqrt(750) = 4 % for the first.
  [1, 2, 1].forEach((weight, at) => expect(Math.abs(counts[at] / KEYS - weight / 4)).toBeLessThan(0.15 * (weight / 4)));
});

test('with a bound of 1.25 nobody has more than its share and a quarter', () => {
  const table = tableOf(names(8).map((name) => ({ name })));
  const balancer = balancerOf(consistentHashing, table, { places: 5, bound: 1.25 });
  const plain = balancerOf(consistentHashing, table, { places: 5 });
  const loads = new Array<number>(8).fill(0);
  for (let k = 1; k <= 4000; k++) {
    const key = Math.imul(k, 0x9e3779b9);
    const at = balancer.pick(table, key, -1);
    table.inFlight[at]++;
    loads[plain.pick(table, key, -1)]++;
    expect(table.inFlight[at]).toBeLessThanOrEqual(Math.ceil((1.25 * k) / 8));
  }
  // Without it five places each are far from even.
  expect(Math.max(...loads)).toBeGreaterThan(1.25 * 500);
});
