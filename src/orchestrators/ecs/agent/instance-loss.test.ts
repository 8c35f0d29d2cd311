import { describe, expect, test } from 'vitest';
import { EcsRun, service, taskDefinition, type EcsRunOptions } from '../ecs-fixture.ts';

const S = 1e6;
const CRASH_US = 60 * S;
const seeds = Array.from({ length: 50 }, (_, k) => k + 1);
const files = [taskDefinition('web'), service('web', 4)];
const port = { portMappings: [{ containerPort: 80 }] };
const balanced = { loadBalancers: [{ targetGroupArn: 'web', containerName: 'app', containerPort: 80 }] };
const behindBalancer = [taskDefinition('web', port), service('web', 4, balanced), { Name: 'web' }];

/** Seconds from the crash of the first machine to the first replacement's order, or NaN. */
function secondsToReplace(objects: readonly object[], seed: number, options: EcsRunOptions = {}): number {
  const weather = [{ atUs: CRASH_US, event: { kind: 'node-down' as const, node: 0, cause: 'test' } }];
  const run = new EcsRun(objects, { weather, seed, ...options, spec: { durationUs: 600 * S, ...options.spec } });
  let last = -1;
  let found = NaN;
  run.finish(({ nowUs }) => {
    const newest = Math.max(...run.tasks('web').map(({ id }) => id));
    if (nowUs < CRASH_US) last = newest;
    else if (newest > last && Number.isNaN(found)) found = (nowUs - CRASH_US) / S;
  });
  expect(run.running('web').length, `seed ${seed}`).toBe(4);
  return found;
}

describe('a machine that crashes', () => {
  test('without a load balancer its tasks are replaced after 1 to 8 minutes, over 50 seeds', () => {
    const times = seeds.map((seed) => secondsToReplace(files, seed));
    for (const [k, time] of times.entries()) {
      expect(time, `seed ${seeds[k]}`).toBeGreaterThanOrEqual(60);
      expect(time, `seed ${seeds[k]}`).toBeLessThanOrEqual(480);
    }
    // Spread over the minutes between the status checks and whoever answers for the fleet.
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(90);
  });

  test('behind an ALB after two failed checks: 30 to 65 s and the reaction', () => {
    for (const seed of seeds.slice(0, 20)) {
      const time = secondsToReplace(behindBalancer, seed);
      expect(time, `seed ${seed}`).toBeGreaterThanOrEqual(30);
      expect(time, `seed ${seed}`).toBeLessThanOrEqual(68);
    }
  });

  test('of a fixed fleet it is not bought again unless that is asked for', () => {
    const weather = [{ atUs: CRASH_US, event: { kind: 'node-down' as const, node: 0, cause: 'test' } }];
    const fixed = new EcsRun(files, { weather }).finish();
    expect(fixed.loop.world.plane.machines.specs.length).toBe(4);
    const replaced = new EcsRun(files, { weather, constants: { replaceInstances: 1 } }).finish();
    expect(replaced.loop.world.plane.machines.specs.map(({ name }) => name)).toContain('n1-r1');
    expect(replaced.loop.world.instances.size).toBe(4);
  });

  test('that is back before anyone gave it up: its tasks are reported STOPPED and replaced then', () => {
    const weather = [
      { atUs: CRASH_US, event: { kind: 'node-down' as const, node: 0, cause: 'test' } },
      { atUs: CRASH_US + 30 * S, event: { kind: 'node-up' as const, node: 0, cause: 'test' } },
    ];
    const time = secondsToReplace(files, 1, { weather });
    expect(time).toBeGreaterThan(30);
    expect(time).toBeLessThan(45);
  });
});

describe('a machine that is cut off', () => {
  const weather = [
    { atUs: CRASH_US, event: { kind: 'node-cut-off' as const, node: 0, on: true, cause: 'test' } },
    { atUs: CRASH_US + 300 * S, event: { kind: 'node-cut-off' as const, node: 0, on: false, cause: 'test' } },
  ];

  test('keeps its tasks; agentConnected false after one to two minutes only stops placement', () => {
    const scale = {
      atUs: CRASH_US + 150 * S,
      text: 'scale',
      change: { verb: 'scale' as const, workload: 'web', replicas: 12 },
    };
    const run = new EcsRun(files, { weather, spec: { operations: [scale] } });
    let first = NaN;
    let before: number[] = [];
    run.finish(({ nowUs, loop }) => {
      if (nowUs < CRASH_US) before = run.tasks('web').map(({ id }) => id);
      const instance = loop.world.instances.get(0)!;
      if (!instance.agentConnected && Number.isNaN(first) && nowUs > 0) first = (nowUs - CRASH_US) / S;
      if (nowUs > CRASH_US + 151 * S && nowUs < CRASH_US + 299 * S) expect(instance.tasks.size).toBe(1);
    });
    expect(first).toBeGreaterThanOrEqual(60);
    expect(first).toBeLessThanOrEqual(120);
    expect(run.tasks('web').map(({ id }) => id)).toEqual(expect.arrayContaining(before));
    expect(run.running('web').length).toBe(12);
    expect(run.loop.world.instances.get(0)!.agentConnected).toBe(true);
  });

  test('is told to stop its tasks when it is heard again', () => {
    const remove = { atUs: CRASH_US + 30 * S, text: 'remove', change: { verb: 'remove' as const, workload: 'web' } };
    const run = new EcsRun(files, { weather, spec: { operations: [remove] } });
    const there: number[] = [];
    run.finish(({ nowUs }) => {
      if (nowUs > CRASH_US + 250 * S && there.length === 0) there.push(run.tasks('web').length);
    });
    expect(there).toEqual([1]);
    expect(run.tasks('web').length).toBe(0);
    expect(run.run.containers.on(0).length).toBe(0);
  });
});
