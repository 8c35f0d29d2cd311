import { expect, test } from 'vitest';
import { machineSpecs } from '../../data-plane/data-plane-fixture.ts';
import { nomadRun, serviceJob, standingAllocs } from '../nomad-fixture.ts';
import { Clock } from '../../clock.ts';
import { BlockedEvals } from './blocked-evals.ts';
import { EvalBroker } from './broker.ts';
import type { Evaluation } from './evaluation.ts';

const S = 1e6;

const threeCores = (name: string): string => serviceJob(name, 1).replace('cpu = 500', 'cpu = 3000');

test('two workers each place 3 CPU on a node with 4 free: one plan commits, the other is rejected and retried (spec section 8)', () => {
  const { loop, run } = nomadRun(`${threeCores('a')}\n${threeCores('b')}`, {
    coldStart: true,
    machines: machineSpecs(1, ['a']),
    durationUs: 30 * S,
  });
  const rejected = run.recorder.events.filter(({ reason }) => reason === 'PlanRejected');
  expect(rejected.length).toBe(1);
  const placed = ['a', 'b'].map((job) => standingAllocs(loop, job).length);
  expect(placed).toContain(0);
  expect(placed).toContain(1);
  expect(loop.server.blocked.size).toBe(1);
});

test('the same on two nodes: after the retry both run', () => {
  const { loop } = nomadRun(`${threeCores('a')}\n${threeCores('b')}`, {
    coldStart: true,
    machines: machineSpecs(2, ['a']),
    durationUs: 30 * S,
  });
  expect(['a', 'b'].map((job) => standingAllocs(loop, job).length)).toEqual([1, 1]);
  expect(new Set(['a', 'b'].flatMap((job) => standingAllocs(loop, job).map(({ node }) => node))).size).toBe(2);
});

test('with one worker nothing collides', () => {
  const { run } = nomadRun(`${threeCores('a')}\n${threeCores('b')}`, {
    coldStart: true,
    machines: machineSpecs(2, ['a']),
    durationUs: 30 * S,
    constants: { schedulerWorkers: 1 },
  });
  expect(run.recorder.events.filter(({ reason }) => reason === 'PlanRejected')).toEqual([]);
});

test('all_at_once: a plan that is refused on one node is not carried out on the others either', () => {
  const jobs = (atOnce: boolean): string =>
    [
      threeCores('a'),
      serviceJob('b', 4).replace('cpu = 500', 'cpu = 2000').replace('job "b" {', `job "b" {\nall_at_once = ${atOnce}`),
    ].join('\n');
  let collisions = 0;
  for (let seed = 0; seed < 12; seed++)
    for (const atOnce of [true, false]) {
      const { loop, run } = nomadRun(jobs(atOnce), {
        coldStart: true,
        seed,
        machines: machineSpecs(3, ['a']),
        durationUs: 10 * S,
      });
      expect(standingAllocs(loop, 'b').length).toBe(4);
      if (!run.recorder.events.some(({ reason }) => reason === 'PlanRejected')) continue;
      collisions++;
      const steps = new Set(standingAllocs(loop, 'b').map(({ createdUs }) => createdUs)).size;
      expect(steps, `seed ${seed}`).toBe(atOnce ? 1 : 2);
    }
  expect(collisions).toBeGreaterThan(4);
});

test('a job that waits for room is placed as soon as another one leaves, and not before', () => {
  const { loop, run } = nomadRun(`${threeCores('a')}\n${threeCores('b')}`, {
    coldStart: true,
    machines: machineSpecs(1, ['a']),
    durationUs: 60 * S,
    operations: [
      { atUs: 20 * S, text: 'nomad job stop a', change: { verb: 'remove', workload: 'a' } },
      { atUs: 20 * S, text: 'nomad job stop b', change: { verb: 'scale', workload: 'b', replicas: 1 } },
    ],
  });
  const [late] = standingAllocs(loop, 'b');
  expect(late.createdUs).toBeGreaterThan(20 * S);
  expect(late.createdUs).toBeLessThan(21 * S);
  expect(run.recorder.result().metrics).toBeDefined();
});

test('room that comes while an evaluation is being worked on wakes it: its refusals are older', () => {
  const { loop } = nomadRun(threeCores('a'), {
    coldStart: true,
    machines: machineSpecs(1, ['a']),
    durationUs: 60 * S,
    // A look takes 5 s. That for b begins at 32 s, when a is there, and ends at 37 s, when a has left.
    constants: { evaluation: 5 * S },
    operations: [
      { atUs: 30 * S, text: 'nomad job stop a', change: { verb: 'remove', workload: 'a' } },
      {
        atUs: 32 * S,
        text: 'nomad job run b',
        change: { verb: 'apply', files: [{ file: 'b.hcl', text: threeCores('b') }] },
      },
    ],
  });
  const [late] = standingAllocs(loop, 'b');
  expect(late?.createdUs).toBeGreaterThan(42 * S);
  expect(late?.createdUs).toBeLessThan(43 * S);
});

test('a plan that is refused too often is tried again with the next minute, though nothing has changed', () => {
  let collisions = 0;
  for (let seed = 0; seed < 12; seed++) {
    const { loop, run } = nomadRun(`${threeCores('a')}\n${threeCores('b')}`, {
      coldStart: true,
      machines: machineSpecs(2, ['a']),
      durationUs: 100 * S,
      seed,
      constants: { serviceAttempts: 1 },
    });
    if (!run.recorder.events.some(({ reason }) => reason === 'PlanRejected')) continue;
    collisions++;
    const created = ['a', 'b'].map((job) => standingAllocs(loop, job)[0].createdUs);
    expect(Math.min(...created), `seed ${seed}`).toBeLessThan(1 * S);
    expect(Math.max(...created), `seed ${seed}`).toBeGreaterThanOrEqual(60 * S);
    expect(Math.max(...created), `seed ${seed}`).toBeLessThan(61 * S);
  }
  expect(collisions).toBeGreaterThan(2);
});

function evaluation(id: number, jobId: string, priority = 50): Evaluation {
  return {
    id,
    jobId,
    priority,
    trigger: 'job-register',
    createdUs: 0,
    waitUntilUs: 0,
    status: 'pending',
    deliveries: 0,
  };
}

const TIMES = { deliveryLimit: 3, nackDelayUs: S, laterNackDelayUs: 20 * S };

test('the broker gives the highest priority first, and of one job one at a time, the newest of those that waited', () => {
  const broker = new EvalBroker(new Clock(), TIMES);
  const all = [evaluation(0, 'a'), evaluation(1, 'b', 80), evaluation(2, 'a'), evaluation(3, 'a')];
  for (const one of all) broker.enqueue(one);
  expect(broker.dequeue()?.id).toBe(1);
  const first = broker.dequeue()!;
  expect(first.id).toBe(0);
  expect(broker.dequeue()).toBeUndefined();
  broker.ack(first);
  expect(broker.dequeue()?.id).toBe(3);
  expect(all[2].status).toBe('cancelled');
});

test('one that is not acknowledged comes after 1 s, then after 20 s and more, and fails after the third time', () => {
  const clock = new Clock();
  const broker = new EvalBroker(clock, TIMES);
  const failed: number[] = [];
  broker.onFailed = ({ id }) => void failed.push(id);
  const one = evaluation(7, 'a');
  broker.enqueue(one);
  const times: number[] = [];
  for (let k = 0; k < 3; k++) {
    while (broker.dequeue() === undefined) expect(clock.step(100 * S)).toBe(true);
    times.push(clock.nowUs / S);
    broker.nack(one);
  }
  expect(times).toEqual([0, 1, 21]);
  expect(failed).toEqual([7]);
  expect(one.status).toBe('failed');
  expect(broker.all()).toEqual([]);
});

test('blocked evaluations are woken by classes that will do, by unknown ones, and by room that came meanwhile', () => {
  const woken: number[] = [];
  const blocked = new BlockedEvals(({ id }) => void woken.push(id));
  const classes = new Map([
    ['big', true],
    ['small', false],
  ]);
  blocked.block({ ...evaluation(1, 'a'), classes, snapshot: 5 });
  blocked.unblock('small', 6);
  expect(woken).toEqual([]);
  blocked.unblock('new', 7);
  expect(woken).toEqual([1]);
  blocked.block({ ...evaluation(2, 'a'), classes, snapshot: 8 });
  blocked.block({ ...evaluation(3, 'b'), classes, escaped: true, snapshot: 8 });
  blocked.unblock('small', 9);
  expect(woken).toEqual([1, 3]);
  blocked.unblock('big', 10);
  expect(woken).toEqual([1, 3, 2]);
  // It was looked at in state 9, and a class that will do has gained room in 10.
  blocked.block({ ...evaluation(4, 'c'), classes, snapshot: 9 });
  expect(woken).toEqual([1, 3, 2, 4]);
});
