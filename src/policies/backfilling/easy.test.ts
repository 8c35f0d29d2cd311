import { expect, test } from 'vitest';
import { runOnPool } from '../../../test/jobs-on-a-pool.ts';
import { easy, easySjbf } from './easy.ts';

// 10 processors. A holds 6 until 10, so the head B (8) is promised 10, with 2 processors to spare then.
const jobs = [
  { cpus: 6, runs: 10 },
  { cpus: 8, runs: 10 },
  { cpus: 4, runs: 8 },
  { cpus: 2, runs: 20 },
  { cpus: 4, runs: 12 },
];

test('who ends in time may pass, and who leaves the head its place; nobody else', () => {
  // C ends at 8, in time. At 8 D may start on the two spare processors. E would need four of them and waits:
  // B runs 10-20, D 8-28, so 2 are free until 20 and then 8.
  expect(runOnPool(10, jobs, easy())).toEqual(['A 0-10', 'B 10-20', 'C 0-8', 'D 8-28', 'E 20-32']);
});

test('shortest first: of two that could pass, the shorter one does', () => {
  // All wait for A. At 1 B holds 8 until 11, when the head C needs all 10. D would end at 9 and E at 5: one of them
  // may have the two processors, and the other would then end too late.
  const waiting = [
    { cpus: 10, runs: 1 },
    { cpus: 8, runs: 10 },
    { cpus: 10, runs: 10 },
    { cpus: 2, runs: 8 },
    { cpus: 2, runs: 4 },
  ];
  expect(runOnPool(10, waiting, easy())).toEqual(['A 0-1', 'B 1-11', 'C 11-21', 'D 1-9', 'E 21-25']);
  expect(runOnPool(10, waiting, easySjbf())).toEqual(['A 0-1', 'B 1-11', 'C 11-21', 'D 21-29', 'E 1-5']);
});

test('what is believed about run times decides, not what is true', () => {
  // The head is promised 20 instead of 10; C, taken for 16 s, seems to end in time all the same.
  expect(runOnPool(10, jobs.slice(0, 3), easy({ times: 2 }))).toEqual(['A 0-10', 'B 10-20', 'C 0-8']);
  // C says 12 s and runs 5 s: only who knows the truth lets it pass.
  const modest = [
    { cpus: 6, runs: 10 },
    { cpus: 8, runs: 10 },
    { cpus: 4, runs: 5, says: 12 },
  ];
  expect(runOnPool(10, modest, easy())).toEqual(['A 0-10', 'B 10-20', 'C 20-25']);
  expect(runOnPool(10, modest, easy('actual'))).toEqual(['A 0-10', 'B 10-20', 'C 0-5']);
});
