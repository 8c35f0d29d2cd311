import { describe, expect, test } from 'vitest';
import type { VersionCounts } from '../../sim/services/deployment-policy.ts';
import { seconds } from '../../sim/time.ts';
import { canary } from './canary.ts';
import { canarySteps } from './canary-steps.ts';
import { allReady, deployment, version, view } from './version-fixture.ts';

const at = (second: number) => ({ nowUs: seconds(second) });
const OLD = allReady(10, { served: 10_000, bad: 10, meanUs: 20_000 });
const good = (total: number, served: number): VersionCounts => allReady(total, { served, meanUs: 20_000 });

test('5 %, 25 %, 50 % and all of the traffic: 1, 3, 5 and 10 new replicas, each stage 300 s and 100 requests long', () => {
  const run = deployment(canary);
  expect(run.step(view(10, OLD, version(), at(0)))).toMatchObject({ start: 1, stop: 0, trafficShare: 0 });
  expect(run.step(view(10, OLD, version({ total: 1 }), at(10)))).toMatchObject({ start: 0, trafficShare: 0 });
  expect(run.step(view(10, OLD, good(1, 0), at(30)))).toMatchObject({ start: 0, trafficShare: 0.05 });
  expect(run.step(view(10, OLD, good(1, 200), at(329)))).toMatchObject({ start: 0, trafficShare: 0.05 });
  // ceil(2.5) = 3: two more, while the share stays until they are ready.
  expect(run.step(view(10, OLD, good(1, 200), at(330)))).toMatchObject({ start: 2, trafficShare: 0.05 });
  expect(run.step(view(10, OLD, good(3, 200), at(360)))).toMatchObject({ start: 0, trafficShare: 0.25 });
  expect(run.step(view(10, OLD, good(3, 500), at(660)))).toMatchObject({ start: 2, trafficShare: 0.25 });
  expect(run.step(view(10, OLD, good(5, 500), at(690)))).toMatchObject({ trafficShare: 0.5 });
  expect(run.step(view(10, OLD, good(5, 900), at(990)))).toMatchObject({ start: 5, trafficShare: 0.5 });
  expect(run.step(view(10, OLD, good(10, 900), at(1020)))).toMatchObject({ start: 0, stop: 0, trafficShare: 1 });
  expect(run.step(view(10, OLD, good(10, 2000), at(1320)))).toMatchObject({ stop: 10, trafficShare: 1 });
  expect(run.step(view(10, version({ stopping: 10 }), good(10, 2000), at(1321))).end).toBe('finished');
});

describe('analysis', () => {
  /** A run whose first stage has traffic since 0 s. */
  const started = () => {
    const run = deployment(canary);
    run.step(view(10, OLD, good(1, 0), at(0)));
    return run;
  };

  test('too many bad answers go back at once, without waiting for the stage to end', () => {
    // 0.1 % of the old are bad: 1.1 % are allowed. 2 of 100 are too many, of 99 too few to tell.
    expect(started().step(view(10, OLD, allReady(1, { served: 97, bad: 2 }), at(5))).end).toBeUndefined();
    expect(started().step(view(10, OLD, allReady(1, { served: 98, bad: 2 }), at(5)))).toMatchObject({
      end: 'roll-back',
      trafficShare: 0,
      why: '2 % of 100 requests are bad, against 0.1 % of the old version and 1 % allowed on top',
    });
  });

  test('so do answers that take more than 1.5 times as long', () => {
    expect(started().step(view(10, OLD, allReady(1, { served: 100, meanUs: 30_000 }), at(5))).end).toBeUndefined();
    const step = started().step(view(10, OLD, allReady(1, { served: 100, meanUs: 30_001 }), at(5)));
    expect(step).toMatchObject({ end: 'roll-back' });
    expect(step.why).toBe('a good answer takes 30 ms, more than 1.5 x 20 ms of the old version');
  });

  test('a fault that hits both versions blames neither', () => {
    const failing = allReady(10, { served: 500, bad: 500, meanUs: 20_000 });
    expect(started().step(view(10, failing, allReady(1, { served: 50, bad: 50 }), at(5))).end).toBeUndefined();
  });

  test('without requests there is no judgement: it waits 600 s beyond the pause and goes back', () => {
    const run = started();
    const after = (second: number) => run.step(view(10, OLD, good(1, 99), at(second)));
    expect(after(300)).toMatchObject({ why: 'waiting: 99 of 100 requests that a judgement needs' });
    expect(after(899).end).toBeUndefined();
    expect(after(900)).toMatchObject({ end: 'roll-back', why: 'stuck: 99 of 100 requests that a judgement needs' });
  });
});

test('stages are growing percentages; all of the traffic is always the last', () => {
  expect(canarySteps('5% 25% 50%')).toEqual([0.05, 0.25, 0.5, 1]);
  expect(canarySteps('10%/100%')).toEqual([0.1, 1]);
  expect(canarySteps('')).toEqual([1]);
  for (const text of ['50% 25%', '5', '0%', '120%', '5% 5%']) expect(() => canarySteps(text)).toThrow(/write growing/);
});
