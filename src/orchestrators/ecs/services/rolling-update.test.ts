import { describe, expect, test } from 'vitest';
import { EcsRun, service, taskDefinition, type EcsRunOptions } from '../ecs-fixture.ts';
import { deploymentLimits } from './deployment-limits.ts';
import { isHealthy, primaryOf } from './service.ts';

const S = 1e6;
const update = (atUs: number, as?: { workFactor: number; errorShare: number; crashAfterUs?: number }) => ({
  atUs,
  text: 'update-service web',
  change: { verb: 'update' as const, workload: 'web', image: 'web:2', ...(as === undefined ? {} : { as }) },
});
/** Nothing between a change and what follows from it, so that times are those of the rules alone. */
const AT_ONCE = { schedulerDelay: 0, agentMessageDelay: 0, targetRegistration: 0 };
/** Images of 1.9 GB at 100 MB a second and a few round trips: about 20 s to RUNNING. */
const slowStart: EcsRunOptions = {
  constants: AT_ONCE,
  behaviour: { web: { imageBytes: 1_970_000_000 } },
  spec: { durationUs: 900 * S, operations: [update(0)] },
};

/** When a run first looked like this, in seconds after 0. */
function firstTimes(run: EcsRun, looks: Readonly<Record<string, (run: EcsRun) => boolean>>): Record<string, number> {
  const times: Record<string, number> = {};
  run.finish((now) => {
    if (now.nowUs < 0) return;
    for (const [name, look] of Object.entries(looks)) if (!(name in times) && look(now)) times[name] = now.nowUs / S;
  });
  return times;
}

const ofRevision = (run: EcsRun, revision: number) =>
  run.tasks('web').filter(({ definition }) => definition.revision === revision);

describe('rolling update', () => {
  const looks = {
    started: (run: EcsRun) => ofRevision(run, 2).length === 4,
    running: (run: EcsRun) => ofRevision(run, 2).filter(({ lastStatus }) => lastStatus === 'RUNNING').length === 4,
    oldLeave: (run: EcsRun) =>
      ofRevision(run, 2).length === 4 && ofRevision(run, 1).every(({ desiredStatus }) => desiredStatus === 'STOPPED'),
    oldGone: (run: EcsRun) => ofRevision(run, 2).length === 4 && ofRevision(run, 1).length === 0,
    completed: (run: EcsRun) =>
      primaryOf(run.loop.services[0]).rollout === 'COMPLETED' && ofRevision(run, 2).length === 4,
  };

  test('100/200, 4 tasks, 20 s to start, no health check: all new at 0, healthy 40 s after RUNNING, then the old stop', () => {
    const times = firstTimes(new EcsRun([taskDefinition('web'), service('web', 4)], slowStart), looks);
    expect(times['started']).toBe(0);
    expect(times['running']).toBeGreaterThan(19);
    expect(times['running']).toBeLessThan(22);
    expect(times['oldLeave']).toBeCloseTo(times['running'] + 40, 1);
    expect(times['oldGone'] - times['oldLeave']).toBeLessThan(1);
    expect(times['completed']).toBe(times['oldGone']);
  });

  test('behind an ALB the old ones live as long as the deregistration delay, 300 s, and the stop', () => {
    const port = { portMappings: [{ containerPort: 80 }] };
    const balanced = { loadBalancers: [{ targetGroupArn: 'web', containerName: 'app', containerPort: 80 }] };
    const run = new EcsRun([taskDefinition('web', port), service('web', 4, balanced), { Name: 'web' }], slowStart);
    const times = firstTimes(run, looks);
    // RUNNING at 20 s, the first check of each within its interval of 30 s.
    expect(times['oldLeave']).toBeGreaterThan(20);
    expect(times['oldLeave']).toBeLessThan(20 + 30 + 5);
    expect(times['oldGone']).toBeGreaterThan(times['oldLeave'] + 299);
    expect(times['oldGone']).toBeLessThan(times['oldLeave'] + 331);
  });

  test.each([
    [50, 100],
    [100, 150],
    [75, 125],
    [0, 100],
  ])('%d/%d: never fewer healthy than the lower limit, never more there than the upper', (min, max) => {
    const file = service('web', 8, { deploymentConfiguration: { minimumHealthyPercent: min, maximumPercent: max } });
    const { lower, upper } = deploymentLimits(8, min, max);
    const run = new EcsRun([taskDefinition('web'), file], {
      spec: { durationUs: 1200 * S, operations: [update(10 * S)] },
    });
    run.finish(({ nowUs, loop }) => {
      if (nowUs < 0) return;
      const tasks = [...loop.services[0].tasks];
      expect(tasks.filter((task) => isHealthy(task, nowUs, loop.world.values)).length).toBeGreaterThanOrEqual(lower);
      expect(tasks.length).toBeLessThanOrEqual(upper);
    });
    expect(ofRevision(run, 2).length).toBe(8);
    expect(primaryOf(run.loop.services[0]).rollout).toBe('COMPLETED');
  });

  test('100/100 is stuck: everything stays as it was, and it is told', () => {
    const file = service('web', 4, { deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 100 } });
    const run = new EcsRun([taskDefinition('web'), file], { spec: { operations: [update(10 * S)] } }).finish();
    expect(ofRevision(run, 1).length).toBe(4);
    expect(run.loop.services[0].isStuck).toBe(true);
    expect(run.told()).toContain('deployment-stuck');
  });
});

describe('deployment circuit breaker', () => {
  const breaker = (rollback: boolean) => ({
    deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback } },
  });
  const noImages = [
    { atUs: 5 * S, event: { kind: 'registry-down' as const, on: true, cause: 'test' } },
    { atUs: 400 * S, event: { kind: 'registry-down' as const, on: false, cause: 'test' } },
  ];

  test('tasks that never run: FAILED at the third, rolled back, and the old ones never left', () => {
    const run = new EcsRun([taskDefinition('web'), service('web', 4, breaker(true))], {
      spec: { operations: [update(10 * S)] },
      weather: noImages,
    });
    let fewest = Infinity;
    let failed = 0;
    run.finish(({ nowUs, loop }) => {
      if (nowUs < 0) return;
      fewest = Math.min(fewest, run.running('web').length);
      failed = Math.max(failed, ...loop.services[0].deployments.map(({ failedTasks }) => failedTasks));
    });
    expect(fewest).toBe(4);
    expect(failed).toBe(3);
    const primary = primaryOf(run.loop.services[0]);
    expect(primary).toMatchObject({ isRollback: true, rollout: 'COMPLETED' });
    expect(primary.definition.revision).toBe(1);
    expect(run.told()).toContain('3 failed tasks of a threshold of 3');
  });

  test('without rollback it stays FAILED and starts nothing more', () => {
    const run = new EcsRun([taskDefinition('web'), service('web', 4, breaker(false))], {
      spec: { operations: [update(10 * S)] },
      weather: noImages,
    }).finish();
    expect(primaryOf(run.loop.services[0]).rollout).toBe('FAILED');
    expect(ofRevision(run, 1).length).toBe(4);
    expect(ofRevision(run, 2).length).toBe(0);
  });

  test('without a breaker tries go on, further and further apart', () => {
    const run = new EcsRun([taskDefinition('web'), service('web', 1)], {
      spec: { operations: [update(10 * S)] },
      weather: noImages,
    });
    let failures = 0;
    run.finish(({ loop, nowUs }) => {
      if (nowUs < 400 * S) failures = primaryOf(loop.services[0]).startFailures;
    });
    // 1 + 2 + 4 + ... s: at most nine tries in 390 s.
    expect(failures).toBeGreaterThan(2);
    expect(failures).toBeLessThan(10);
    expect(ofRevision(run, 2).length).toBe(1);
    expect(primaryOf(run.loop.services[0]).startFailures).toBe(0);
  });

  test('crashes after RUNNING are not counted and not throttled', () => {
    const crash = { workFactor: 1, errorShare: 0, crashAfterUs: 5 * S };
    const run = new EcsRun([taskDefinition('web'), service('web', 2, breaker(true))], {
      spec: { operations: [update(10 * S, crash)] },
    }).finish();
    expect(primaryOf(run.loop.services[0])).toMatchObject({ rollout: 'IN_PROGRESS', failedTasks: 0, startFailures: 0 });
    expect(run.running('web').filter(({ definition }) => definition.revision === 1).length).toBe(2);
  });
});
