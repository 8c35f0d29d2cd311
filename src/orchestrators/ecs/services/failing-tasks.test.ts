import { describe, expect, test } from 'vitest';
import { machineSpecs } from '../../data-plane/data-plane-fixture.ts';
import { EcsRun, service, taskDefinition } from '../ecs-fixture.ts';
import { primaryOf } from './service.ts';

const S = 1e6;
const breaker = { deploymentCircuitBreaker: { enable: true, rollback: false } };
const update = {
  atUs: 10 * S,
  text: 'update-service web',
  change: { verb: 'update' as const, workload: 'web', image: 'web:2' },
};

describe('circuit breaker (deployment-circuit-breaker)', () => {
  test('stage 2: tasks that run and fail their health checks are counted, each once', () => {
    const checked = taskDefinition('web', { healthCheck: { command: ['CMD', 'true'], interval: 10, retries: 2 } });
    const run = new EcsRun([checked, service('web', 2, { deploymentConfiguration: breaker })], {
      behaviour: { web: { boot: { kind: 'constant', meanUs: 3600 * S } } },
      spec: { coldStart: true },
    }).finish();
    expect(primaryOf(run.loop.services[0])).toMatchObject({ rollout: 'FAILED', failedTasks: 3, hasRun: true });
    expect(run.told()).toContain('3 failed tasks of a threshold of 3: tasks failed health checks');
  });

  test('when one has run, those that do not get to RUNNING are not counted any more', () => {
    const oneByOne = { ...breaker, minimumHealthyPercent: 50, maximumPercent: 100 };
    const run = new EcsRun(
      [
        taskDefinition('web'),
        service('web', 2, {
          deploymentConfiguration: oneByOne,
          placementConstraints: [{ type: 'distinctInstance' }],
        }),
      ],
      {
        spec: { machines: machineSpecs(2, ['a', 'b']), operations: [update] },
        // The first has its image by then, the second not yet.
        weather: [{ atUs: 30 * S, event: { kind: 'registry-down', on: true, cause: 'test' } }],
      },
    ).finish();
    const primary = primaryOf(run.loop.services[0]);
    expect(primary).toMatchObject({ rollout: 'IN_PROGRESS', failedTasks: 0, hasRun: true });
    expect(primary.startFailures).toBeGreaterThan(2);
  });
});

test('draining: what runs and is not healthy yet is not stopped before its replacement is', () => {
  const drain = { atUs: 20 * S, text: 'drain', change: { verb: 'drain' as const, machine: 'n1' } };
  const run = new EcsRun([taskDefinition('web'), service('web', 4)], {
    spec: { coldStart: true, operations: [drain] },
  });
  let fewest = 4;
  run.finish(({ nowUs }) => {
    if (nowUs > 18 * S) fewest = Math.min(fewest, run.running('web').length);
  });
  expect(fewest).toBe(4);
  expect(run.running('web').every(({ machine }) => machine !== 0)).toBe(true);
});
