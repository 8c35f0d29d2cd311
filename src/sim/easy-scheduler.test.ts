import { expect, test } from 'vitest';
import { podRows, run, sourceOf } from '../../test/fixtures.ts';
import { easy, easySjbf } from '../policies/backfilling/easy.ts';
import { builtInPlacement } from '../policies/placement/index.ts';
import { queuePolicy } from '../policies/queueing/index.ts';
import { clusterText } from '../workloads/readers/cluster-text.ts';
import { Simulation } from './simulation.ts';

/**
 * The textbook example: ten processors; J0 holds six until 10, and J1 to J4 come a moment later. J1 needs eight: it
 * holds a reservation at 10, when two will be left over. J2 ends by then. J3 needs just those two. J4 has to wait.
 */
const JOBS: [name: string, processors: number, runsS: number][] = [
  ['J0', 6, 10],
  ['J1', 8, 10],
  ['J2', 4, 8],
  ['J3', 2, 20],
  ['J4', 4, 12],
];

/** Each job as one pod for a pool of processors, or as a gang of one-processor pods. */
const asPods = JOBS.map(([name, processors, runsS]) => `${name} 0+${runsS} ${processors}cpu`).join(' | ');
const asGangs = JOBS.map(([name, processors, runsS]) =>
  Array.from({ length: processors }, () => `${name} 0+${runsS} 1cpu gang=${name}/${processors}`).join(' | '),
).join(' | ');

/** Each start once, though a gang has many pods. */
const once = (starts: string): string => [...new Set(starts.split(' '))].join(' ');

test('EASY backfills the textbook example: J2 at 0, J3 at 8, J1 at 10, J4 at 20', () => {
  expect(run('10cpu 10Gi', asPods, { backfill: easy() }).starts).toBe('J0@0 J2@0 J3@8 J1@10 J4@20');
});

test('so it does when jobs are gangs on ten nodes', () => {
  const { starts } = run('10 x 1cpu 1Gi', asGangs, { backfill: easy() });
  expect(once(starts)).toBe('J0@0 J2@0 J3@8 J1@10 J4@20');
});

test('EASY-SJBF tries the shortest behind the head first', () => {
  // Two processors are free until 10. B (7 s) stands before C (3 s); only one of them fits.
  const pods = 'A 0+10 8cpu | H 1+10 10cpu | X 2+1 2cpu | B 2+7 2cpu | C 2+3 2cpu';
  expect(run('10cpu 10Gi', pods, { backfill: easy() }).starts).toBe('A@0 X@2 B@3 H@10 C@20');
  // C at 3 ends at 6; B would then end at 13, after the reservation, so it waits.
  expect(run('10cpu 10Gi', pods, { backfill: easySjbf() }).starts).toBe('A@0 X@2 C@3 H@10 B@20');
});

test('what is believed decides: with the true run time a job passes that its estimate holds back', () => {
  const pods = 'A 0+10 8cpu | H 1+10 10cpu | B 2+7 2cpu ~100';
  expect(run('10cpu 10Gi', pods, { backfill: easy() }).starts).toBe('A@0 H@10 B@20');
  expect(run('10cpu 10Gi', pods, { backfill: easy('actual') }).starts).toBe('A@0 B@2 H@10');
  // Twice the estimate of 4 s is 8 s, until exactly 10; three times would be too long.
  const guessed = 'A 0+10 8cpu | H 1+10 10cpu | B 2+4 2cpu';
  const at = (times: number): string => run('10cpu 10Gi', guessed, { backfill: easy({ times }) }).starts;
  // The estimate of A is stretched too, to 20 and 30 s: the reservation is at 20 and 30.
  expect([at(1), at(2), at(3)]).toEqual(['A@0 B@2 H@10', 'A@0 B@2 H@10', 'A@0 B@2 H@10']);
  const long = 'A 0+10 8cpu | H 1+10 10cpu | B 5+6 2cpu ~4';
  expect(run('10cpu 10Gi', long, { backfill: easy() }).starts, 'a lie delays the head').toBe('A@0 B@5 H@11');
});

test('a job that outruns its estimate is expected to end at any moment', () => {
  // At 7 J0 is overdue since 5, so the reservation of J1 is "in a moment": J2 would outlast it and is no extra (2).
  const pods = 'J0 0+10 6cpu ~5 | J1 1+10 8cpu | J2 7+3 3cpu | J3 7+10 2cpu';
  expect(run('10cpu 10Gi', pods, { backfill: easy() }).starts).toBe('J0@0 J3@7 J1@10 J2@20');
});

test('when no end is in sight the head has no reservation, and whoever fits may start', () => {
  expect(run('10cpu 10Gi', 'A 0+ 6cpu | H 1+10 8cpu | B 2+50 3cpu', { backfill: easy() }).starts).toBe('A@0 B@2');
});

test('the head is who stands first by the order of the queue', () => {
  const pods = 'A 0+10 10cpu | B 1+5 10cpu | C 2+5 10cpu priority=1';
  const options = { backfill: easy(), queue: queuePolicy('priority') };
  expect(run('10cpu 10Gi', pods, options).starts).toBe('A@0 C@10 B@15');
});

test('a GPU pod beside the reservation takes CPUs from what the head leaves, for those after it too', () => {
  // At 10 the head H needs 8 of 10 CPUs, so 2 are to spare. G takes them at 5; B may not take them once more.
  const pods = 'A 0+10 6cpu | X 0+5 4cpu | H 1+10 8cpu | G 2+100 2cpu 1xgpu | B 2+100 2cpu';
  expect(run('10cpu 10Gi 1xT4', pods, { backfill: easy() }).starts).toBe('A@0 X@0 G@5 H@10 B@20');
});

test('a gang beside the reservation takes from what the head leaves, for those after it too', () => {
  const gang = 'G 2+100 1cpu gang=G/2 | G 2+100 1cpu gang=G/2';
  const pods = `A 0+10 6cpu | X 0+5 4cpu | H 1+10 8cpu | ${gang} | B 2+100 2cpu`;
  expect(run('10cpu 10Gi', pods, { backfill: easy() }).starts).toBe('A@0 X@0 G@5 G@5 H@10 B@20');
});

test('who outlasts the reservation of a GPU pod may start where the head will not be', () => {
  // H will need all of node-0 at 10. First-fit would put C there; node-1 is as good and harms nobody.
  const pods = 'A 0+10 1cpu 1xgpu | H 1+10 4cpu 1xgpu | C 2+100 2cpu';
  expect(run('4cpu 4Gi 1xT4 | 4cpu 4Gi', pods, { backfill: easy() }).places).toBe('A:node-0 C:node-1 H:node-0');
});

test('a policy that chooses for itself also chooses among the nodes that a reservation leaves', () => {
  // next-fit stands on node-1 after B. H will need all of node-1 at 10, which forbids it to C: the next one is node-2.
  const pods = 'A 0+50 3cpu | B 0+10 3cpu | H 1+10 4cpu | C 2+100 1cpu';
  const options = { backfill: easy(), placement: builtInPlacement('next-fit').create };
  const { places } = run('2 x 4cpu 4Gi | 2cpu 4Gi', pods, options);
  expect(places).toBe('A:node-0 B:node-1 C:node-2 H:node-1');
});

test('when arrivals come before ends at one instant, what is due to end then is free all the same', () => {
  // At 10 A is due. B arrives first and starts on what A gives back at its limit.
  const { journal } = run('4cpu 4Gi', 'A 0+10 4cpu | B 10+5 4cpu', {
    backfill: easy(),
    ranks: { arrive: 0, finish: 1 },
  });
  expect(journal.slice(2)).toEqual(['10 arrive B', '10 place B node-0', '10 finish A node-0', '15 finish B node-0']);
});

test('a run may be asked for its result at any step, also while resources are lent', () => {
  const simulation = new Simulation({
    nodes: clusterText('4cpu 4Gi'),
    pods: sourceOf(podRows('A 0+10 4cpu | B 10+5 4cpu | C 15+0 4cpu')),
    placement: builtInPlacement('first-fit').create,
    backfill: easy(),
    ranks: { arrive: 0, finish: 1 },
    seed: 1,
  });
  const finished: number[] = [];
  while (simulation.step()) finished.push(simulation.result().counts.finished);
  expect(finished).toEqual([0, 0, 1, 1, 2, 3]);
});
