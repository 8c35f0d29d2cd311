import { expect, test } from 'vitest';
import { runOnPool } from '../../../test/jobs-on-a-pool.ts';
import { anyone } from './anyone.ts';

test('whoever fits may start, and a large job starves while small ones keep coming', () => {
  // C and D pass B, which would have started at 10 had they not.
  const jobs = [
    { cpus: 6, runs: 10 },
    { cpus: 8, runs: 10 },
    { cpus: 4, runs: 15 },
    { cpus: 4, runs: 15, at: 9 },
  ];
  expect(runOnPool(10, jobs, anyone)).toEqual(['A 0-10', 'B 25-35', 'C 0-15', 'D 10-25']);
});
