import { describe, expect, test } from 'vitest';
import { seconds } from '../../sim/time.ts';
import { DeploymentModel } from './deployment-model.ts';
import { circuitBreakerThreshold, ecsLimits, ecsRolling } from './ecs-rolling.ts';
import { allReady, deployment, version, view } from './version-fixture.ts';

// Limits and thresholds as in the Amazon ECS developer guide: ceil of the minimum, floor of the maximum.
const LIMITS: readonly [
  desired: number,
  minimum: number,
  maximum: number,
  lower: number,
  upper: number,
  stuck: boolean,
][] = [
  [4, 50, 100, 2, 4, false],
  [4, 100, 200, 4, 8, false],
  [2, 75, 100, 2, 2, true],
  [3, 100, 125, 3, 3, true],
  [10, 90, 110, 9, 11, false],
  [7, 50, 150, 4, 10, false],
  [1, 50, 100, 1, 1, true],
];

for (const [desired, minimum, maximum, lower, upper, stuck] of LIMITS)
  test(`${desired} at ${minimum}/${maximum} %: ${lower} to ${upper}${stuck ? ', stuck' : ''}`, () => {
    expect(ecsLimits(desired, minimum / 100, maximum / 100)).toEqual({ lower, upper });
    const step = deployment(ecsRolling, { minimumHealthy: minimum / 100, maximum: maximum / 100 }).step(
      view(desired, allReady(desired), version()),
    );
    if (stuck) expect(step).toMatchObject({ start: 0, stop: 0, why: expect.stringMatching(/^stuck: /) as string });
    else expect(step.start + step.stop).toBeGreaterThan(0);
  });

test('circuit breaker: half of the replicas asked for, from 3 to 200', () => {
  expect([1, 5, 6, 7, 25, 400, 800].map(circuitBreakerThreshold)).toEqual([3, 3, 3, 4, 13, 200, 200]);
  const run = deployment(ecsRolling, { circuitBreaker: true });
  const failing = (failures: number) => run.step(view(7, allReady(7), version({ total: 7, failures })));
  expect(failing(3).end).toBeUndefined();
  expect(failing(4)).toMatchObject({ end: 'roll-back', why: '4 failures, circuit breaker at 4' });
});

describe('rolling at 100/200 %', () => {
  /** Times in seconds of the first start, of readiness, of the stop and of the end of the last old replica. */
  function course(readyAfterS: number, stopsAfterS: number): number[] {
    const run = deployment(ecsRolling);
    const model = new DeploymentModel(4, { readyAfterS: () => readyAfterS, stopsAfterS: () => stopsAfterS });
    const times = [-1, -1, -1, -1];
    for (let second = 0; second < 1000 && times[3] < 0; second++) {
      model.advanceTo(seconds(second));
      const { start, stop } = run.step(model.view());
      if (start === 4) times[0] = second;
      if (model.view().new.ready === 4 && times[1] < 0) times[1] = second;
      if (stop === 4) times[2] = second;
      model.apply({ start, stop });
      if (model.view().old.total + model.view().old.stopping === 0) times[3] = second;
    }
    return times;
  }

  test('4 replicas that run after 20 s and count as healthy 40 s later: start at 0, healthy at 60 s, then the old ones go', () => {
    expect(course(60, 0)).toEqual([0, 60, 60, 61]);
  });

  test('with 300 s of deregistration the old ones live to 360 s', () => {
    expect(course(60, 300)).toEqual([0, 60, 60, 360]);
  });
});

test('those that are stopping take up room: at 100/150 % the second half waits for the first to be gone', () => {
  // 4 asked for, 6 may exist. Two old ones stop, two new are there: 2 + 2 + 2 = 6.
  const run = deployment(ecsRolling, { maximum: 1.5 });
  expect(run.step(view(4, allReady(4), version()))).toMatchObject({ start: 2, stop: 0 });
  expect(run.step(view(4, allReady(4), allReady(2)))).toMatchObject({ start: 0, stop: 2 });
  expect(run.step(view(4, allReady(2, { stopping: 2 }), allReady(2)))).toMatchObject({ start: 0, stop: 0 });
  expect(run.step(view(4, allReady(2), allReady(2)))).toMatchObject({ start: 2, stop: 0 });
});
