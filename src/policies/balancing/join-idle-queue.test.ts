import { expect, test } from 'vitest';
import { balancerOf, picks, tableOf } from '../../../test/balancer-table.ts';
import { joinIdleQueue } from './join-idle-queue.ts';

test('idle endpoints get requests in turn, busy ones none', () => {
  const table = tableOf([{ inFlight: 1 }, {}, { inFlight: 4 }, {}, { weight: 0 }]);
  expect(picks(balancerOf(joinIdleQueue, table), table, 100)).toEqual([0, 50, 0, 50, 0]);
});

test('when nobody is idle it draws by weight', () => {
  const table = tableOf([{ inFlight: 1 }, { inFlight: 9, weight: 3 }]);
  const counts = picks(balancerOf(joinIdleQueue, table), table, 40_000);
  expect(Math.abs(counts[0] - 10_000)).toBeLessThan(4 * 87);
});
