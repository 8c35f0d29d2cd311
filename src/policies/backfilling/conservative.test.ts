import { expect, test } from 'vitest';
import { runOnPool } from '../../../test/jobs-on-a-pool.ts';
import { conservative } from './conservative.ts';
import { easy } from './easy.ts';

test('nobody delays anyone before it in the queue, where EASY protects the head alone', () => {
  // 10 processors; A holds 6 until 10. B (6) is promised 10, C (10) 20. D (4 processors, 30 s) fits beside A and B at
  // once, but C would have to wait for it until 30.
  const jobs = [
    { cpus: 6, runs: 10 },
    { cpus: 6, runs: 10 },
    { cpus: 10, runs: 10 },
    { cpus: 4, runs: 30 },
  ];
  expect(runOnPool(10, jobs, conservative)).toEqual(['A 0-10', 'B 10-20', 'C 20-30', 'D 30-60']);
  expect(runOnPool(10, jobs, easy())).toEqual(['A 0-10', 'B 10-20', 'C 30-40', 'D 0-30']);
});

test('when a job ends before its estimate, the others move up in order', () => {
  // A says 20 and ends at 5: B, promised 20, starts at 5, and C after it.
  const jobs = [
    { cpus: 10, runs: 5, says: 20 },
    { cpus: 10, runs: 10 },
    { cpus: 10, runs: 10 },
  ];
  expect(runOnPool(10, jobs, conservative)).toEqual(['A 0-5', 'B 5-15', 'C 15-25']);
});
