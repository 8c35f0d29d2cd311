import { expect, test } from 'vitest';
import { conservative } from '../src/policies/backfilling/conservative.ts';
import { easy, easySjbf } from '../src/policies/backfilling/easy.ts';
import type { BackfillPolicy } from '../src/sim/policy.ts';
import { builtInPlacement } from '../src/policies/placement/index.ts';
import { JOURNAL_KINDS } from '../src/sim/journal.ts';
import { simulate } from '../src/sim/simulation.ts';
import { sourceOf } from './fixtures.ts';
import { naiveConservative, naiveEasy } from './reference/naive-backfilling.ts';
import { randomJobs, type RandomWorkload } from './reference/random-workload.ts';

const SEEDS = 200;

function starts({ nodes, rows }: RandomWorkload, backfill: BackfillPolicy): { job: number; atUs: number }[] {
  const started: { job: number; atUs: number }[] = [];
  simulate({
    nodes,
    pods: sourceOf(rows),
    placement: builtInPlacement('first-fit').create,
    backfill,
    seed: 1,
    journal: {
      write(batch) {
        for (let k = 0; k < batch.count; k++)
          if (JOURNAL_KINDS[batch.kind[k]] === 'place') started.push({ job: batch.pod[k], atUs: batch.timeUs[k] });
      },
    },
  });
  return started;
}

const texts = (started: readonly { job: number; atUs: number }[]): string[] =>
  started.map(({ job, atUs }) => `job ${job} at ${atUs}`);

test.each([
  { policy: easy(), shortestFirst: false, lies: false },
  { policy: easy(), shortestFirst: false, lies: true },
  { policy: easySjbf(), shortestFirst: true, lies: false },
  { policy: easySjbf(), shortestFirst: true, lies: true },
])('$policy.name starts jobs as by the textbook; estimates too low: $lies', ({ policy, shortestFirst, lies }) => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const jobs = randomJobs(seed, 30, lies);
    expect(texts(starts(jobs, policy)), `seed ${seed}`).toEqual(naiveEasy(jobs.rows, shortestFirst).starts);
  }
});

test('conservative backfilling starts jobs as by the textbook, when estimates are upper bounds', () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const jobs = randomJobs(seed, 30, false);
    expect(texts(starts(jobs, conservative)), `seed ${seed}`).toEqual(naiveConservative(jobs.rows).starts);
  }
});

test('no job starts later than it was first promised, when estimates are upper bounds', () => {
  let early = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const jobs = randomJobs(seed, 30, false);
    const promises = [
      { policy: conservative, promisedUs: naiveConservative(jobs.rows).promisedUs, least: jobs.rows.length },
      { policy: easy(), promisedUs: naiveEasy(jobs.rows, false).promisedUs, least: 0 },
    ];
    for (const { policy, promisedUs, least } of promises) {
      expect(promisedUs.size).toBeGreaterThanOrEqual(least);
      for (const { job, atUs } of starts(jobs, policy)) {
        const limitUs = promisedUs.get(job) ?? Infinity;
        expect(atUs, `seed ${seed}: ${policy.name} promised job ${job} ${limitUs} µs`).toBeLessThanOrEqual(limitUs);
        if (atUs < limitUs) early++;
      }
    }
  }
  // Some start earlier than promised, or the estimates would have been exact and the test weak.
  expect(early).toBeGreaterThan(SEEDS);
});
