import { expect, test } from 'vitest';
import { runOnPool } from '../../../test/jobs-on-a-pool.ts';
import { strict } from './strict.ts';

test('a head that does not fit keeps all others waiting, though they would fit', () => {
  // 10 processors; A leaves 4 free, B needs 8, C would fit beside A but stands behind B.
  const jobs = [
    { cpus: 6, runs: 10 },
    { cpus: 8, runs: 10 },
    { cpus: 2, runs: 5 },
  ];
  expect(runOnPool(10, jobs, strict)).toEqual(['A 0-10', 'B 10-20', 'C 10-15']);
});
