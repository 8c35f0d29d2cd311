import { expect, test } from 'vitest';
import { balancerOf, picks, tableOf } from '../../../test/balancer-table.ts';
import { powerOfChoices } from './power-of-choices.ts';

test('the fullest of four is taken only when both draws hit it, one time in 16', () => {
  const table = tableOf([{ inFlight: 0 }, { inFlight: 1 }, { inFlight: 2 }, { inFlight: 3 }]);
  const counts = picks(balancerOf(powerOfChoices, table), table, 16_000);
  // The least loaded of two draws with replacement is position k with chance (7 - 2k) / 16.
  [7, 5, 3, 1].forEach((sixteenths, at) => {
    const expected = sixteenths * 1000;
    expect(Math.abs(counts[at] - expected)).toBeLessThan(4 * Math.sqrt(expected));
  });
});

test('one choice is random, many choices find the least loaded', () => {
  const table = tableOf([{ inFlight: 9 }, { inFlight: 1 }]);
  const once = picks(balancerOf(powerOfChoices, table, { choices: 1 }), table, 10_000);
  expect(Math.abs(once[0] - 5000)).toBeLessThan(200);
  const often = picks(balancerOf(powerOfChoices, table, { choices: 30 }), table, 1000);
  expect(often[0]).toBe(0);
});

test('a weight of 3 may hold three times as many', () => {
  // (5 + 1) / 3 = 2 is less than (2 + 1) / 1.
  const table = tableOf([{ inFlight: 2 }, { inFlight: 5, weight: 3 }]);
  expect(picks(balancerOf(powerOfChoices, table, { choices: 20 }), table, 100)).toEqual([0, 100]);
});
