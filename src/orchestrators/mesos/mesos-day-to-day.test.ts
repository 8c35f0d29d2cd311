import { describe, expect, test } from 'vitest';
import { machineSpec, machineSpecs, modelledService, steadyTraffic } from '../data-plane/data-plane-fixture.ts';
import { instancesOf, runMesos, secondsOf, startMesos, S } from './mesos-fixture.ts';

const WEB = { id: '/web', cpus: 0.5, mem: 256, instances: 6 };

test('spec section 8 on the plane: two agents of 4 CPUs and 3 x 2 CPUs: one gets 2 instances, the other 1', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const run = runMesos([{ id: '/app', cpus: 2, mem: 64, instances: 3 }], {
      seed,
      machines: machineSpecs(2, ['a']),
      spec: { durationUs: 30 * S },
    });
    const counts = [0, 1].map((machine) => instancesOf(run, '/app').filter((one) => one.machine === machine).length);
    expect(counts.toSorted((a, b) => a - b)).toEqual([1, 2]);
  }
});

test('five instances from one offer, the next five when the rest is offered again, a second later (TaskLauncherImpl: no filter)', () => {
  const run = runMesos([{ id: '/app', cpus: 0.1, mem: 32, instances: 12 }], {
    machines: machineSpecs(1, ['a']),
    spec: { durationUs: 30 * S },
  });
  const times = run.placements.map(({ timeUs }) => timeUs / S);
  expect(times.filter((at) => at === times[0])).toHaveLength(5);
  for (const next of [5, 10]) {
    expect(times[next] - times[next - 1]).toBeGreaterThan(0.9);
    expect(times[next] - times[next - 1]).toBeLessThan(1.1);
  }
  expect(times).toHaveLength(12);
});

test('offers that come while there are no launch tokens come again after 5 s, not after 120 (OfferMatcherManagerActor: resendThisOffer)', () => {
  const run = runMesos([{ id: '/app', cpus: 2, mem: 64, instances: 40 }], {
    machines: machineSpecs(20, ['a']),
    constants: { launchTokens: 10 },
    spec: { coldStart: true, durationUs: 200 * S },
  });
  const times = run.placements.map(({ timeUs }) => timeUs / S);
  expect(times).toHaveLength(40);
  // Ten at once; a token comes back for each that runs, and every 5 s there are offers for them.
  expect(times[9] - times[0]).toBe(0);
  expect(times[10] - times[0]).toBeGreaterThan(0.5);
  expect(times[39] - times[0]).toBeGreaterThan(10);
  expect(times[39] - times[0]).toBeLessThan(35);
});

test('a filter lasts an allocation interval at least, however short refuse_seconds is', () => {
  const started = startMesos([{ id: '/huge', cpus: 100, mem: 64 }], {
    constants: { declineOfferDuration: 1000 },
    spec: { coldStart: true, durationUs: 20 * S },
  });
  const { run, loop } = started;
  const { filters } = loop.master.allocator;
  let offers = 0;
  for (let at = 0; at < 12 * S; at += S / 10) {
    run.runUntil(at);
    const endUs = filters.nextEndUs(run.clock.nowUs);
    if (endUs < Infinity) offers++;
  }
  // Else it would be over a millisecond after each decline.
  expect(offers).toBeGreaterThan(60);
});

test('min_revive_offers_interval: what is wanted 2 s after a revive waits 3 s more for the next one', () => {
  const scale = (atS: number, replicas: number) =>
    ({ atUs: atS * S, text: 'up', change: { verb: 'scale', workload: 'web', replicas } }) as const;
  const run = runMesos([{ ...WEB, instances: 1 }], { spec: { operations: [scale(100, 2), scale(102, 3)] } });
  const later = run.placements.map(({ timeUs }) => timeUs / S).filter((at) => at > 99);
  expect(later[0]).toBeCloseTo(100, 1);
  expect(later[1]).toBeCloseTo(105, 1);
});

describe('upgrades', () => {
  const upgrade = (upgradeStrategy: object, extra: object = {}) =>
    startMesos([{ ...WEB, upgradeStrategy, ...extra }], {
      spec: {
        operations: [{ atUs: 100 * S, text: 'new image', change: { verb: 'update', workload: 'web', image: 'web:2' } }],
      },
    });

  test.each([
    [0.5, 0],
    [1, 1],
    [1, 0],
    [0.8, 0.25],
  ])(
    'minimumHealthCapacity %d is kept at every moment, and maximumOverCapacity %d is not passed',
    (minimumHealthCapacity, maximumOverCapacity) => {
      const started = upgrade(
        { minimumHealthCapacity, maximumOverCapacity },
        { healthChecks: [{ protocol: 'MESOS_HTTP', gracePeriodSeconds: 30, intervalSeconds: 5, delaySeconds: 1 }] },
      );
      const least = Math.ceil(6 * minimumHealthCapacity);
      const most = Math.max(
        Math.floor(6 * (1 + maximumOverCapacity)),
        least === 6 && maximumOverCapacity === 0 ? 7 : 0,
      );
      for (let at = 99; at < 400; at += 0.25) {
        started.run.runUntil(at * S);
        const all = instancesOf(started, '/web');
        expect(
          all.filter(({ state, alive }) => state === 'running' && alive.every(Boolean)).length,
          `at ${at}`,
        ).toBeGreaterThanOrEqual(least);
        expect(all.length).toBeLessThanOrEqual(most);
      }
      expect(instancesOf(started, '/web').map(({ version }) => version)).toEqual([1, 1, 1, 1, 1, 1]);
      expect(started.loop.isQuiet()).toBe(true);
      expect(secondsOf(started, 'deployment_success').filter((at) => at > 100)).toHaveLength(1);
    },
  );

  test('a new version that never runs does not take the old one away', () => {
    const started = startMesos([WEB], {
      spec: {
        operations: [
          {
            atUs: 100 * S,
            text: 'a bad image',
            change: {
              verb: 'update',
              workload: 'web',
              image: 'web:2',
              as: { workFactor: 1, errorShare: 0, crashAfterUs: 0.5 * S },
            },
          },
        ],
      },
    });
    while (started.run.step());
    // It is up for a moment, which without health checks is healthy: Marathon replaces what it can.
    expect(secondsOf(started, 'TASK_FAILED').length).toBeGreaterThan(10);
    expect(started.loop.isQuiet()).toBe(false);
  });
});

test('launch backoff: starts of a process that dies at once are 1, 1.15, 1.3225, ... s apart at least', () => {
  const run = runMesos([{ ...WEB, instances: 1 }], {
    behaviour: () => ({ runs: { kind: 'constant', meanUs: 10_000 }, failureShare: 1 }),
    spec: { durationUs: 60 * S, coldStart: true },
  });
  const failures = secondsOf(run, 'TASK_FAILED');
  const launches = run.placements.map(({ timeUs }) => timeUs / S).slice(1);
  let delay = 1;
  launches.forEach((at, k) => {
    expect(at - failures[k]).toBeGreaterThanOrEqual(delay - 1e-6);
    delay *= 1.15;
  });
  expect(launches.length).toBeGreaterThan(5);
});

describe('launch delay of an app that has failed before (NotifyRateLimiterStep, RateLimiterActor)', () => {
  const gaps = (scaleAtS: number): number[] => {
    const app = { id: '/app', cpus: 0.1, mem: 32, instances: 1, backoffSeconds: 20, maxLaunchDelaySeconds: 60 };
    const run = runMesos([app], {
      machines: machineSpecs(1, ['a']),
      // It dies once, long before it runs a second time.
      behaviour: () => ({ runs: { kind: 'constant', meanUs: 150 * S }, failureShare: 1 }),
      constants: { executorStart: 5 * S },
      spec: {
        durationUs: scaleAtS * S + 30 * S,
        coldStart: true,
        operations: [{ atUs: scaleAtS * S, text: 'up', change: { verb: 'scale', workload: 'app', replicas: 8 } }],
      },
    });
    const times = run.placements.map(({ timeUs }) => timeUs / S).filter((at) => at > scaleAtS - 1);
    return times.slice(1).map((at, k) => Math.round(at - times[k]));
  };

  test('counts anew from tasks that are staging and from those that run, so that the next five wait for it', () => {
    // It failed at 156 s and was started again at 176 s. The first five are running 5 s after their launch.
    expect(gaps(210)).toEqual([0, 0, 0, 0, 25, 0]);
  });

  test('is forgotten when nothing has failed for maxLaunchDelaySeconds', () => {
    expect(gaps(290)).toEqual([0, 0, 0, 0, 1, 0]);
  });
});

test('core/health: with maxConsecutiveFailures 3 the kill comes with the 4th failure', () => {
  const healthChecks = [
    {
      protocol: 'MESOS_HTTP',
      gracePeriodSeconds: 10,
      intervalSeconds: 10,
      timeoutSeconds: 2,
      delaySeconds: 5,
      maxConsecutiveFailures: 3,
    },
  ];
  const run = runMesos([{ ...WEB, instances: 1, constraints: [['hostname', 'LIKE', 'n1']], healthChecks }], {
    weather: [{ atUs: 100 * S, event: { kind: 'node-speed', node: 0, speed: 0.001, cause: 'test' } }],
    spec: { durationUs: 200 * S },
  });
  const kills = secondsOf(run, 'unhealthy_instance_kill_event');
  // The first failure is seen within an interval and the timeout, the fourth three intervals later.
  expect(kills[0]).toBeGreaterThan(130);
  expect(kills[0]).toBeLessThan(143);
});

test('deployment order: nothing starts before what it depends on is healthy', () => {
  const app = (id: string, dependencies: string[]) => ({
    id,
    cpus: 0.2,
    mem: 64,
    instances: 2,
    dependencies,
    healthChecks: [{ protocol: 'MESOS_TCP', intervalSeconds: 5, delaySeconds: 4 }],
  });
  const run = runMesos([{ id: '/shop', apps: [app('web', ['api']), app('api', ['db']), app('db', [])] }], {
    spec: { coldStart: true, durationUs: 120 * S },
  });
  const first = (name: string): number =>
    Math.min(...run.placements.filter((one) => one.name.startsWith(`shop/${name}.`)).map(({ timeUs }) => timeUs / S));
  expect(first('api')).toBeGreaterThan(first('db') + 4);
  expect(first('web')).toBeGreaterThan(first('api') + 4);
  expect(run.loop.isQuiet()).toBe(true);
});

test('scaling down kills the youngest, or the oldest first', () => {
  const spec = {
    operations: [
      { atUs: 50 * S, text: 'up', change: { verb: 'scale', workload: 'web', replicas: 8 } },
      { atUs: 100 * S, text: 'down', change: { verb: 'scale', workload: 'web', replicas: 6 } },
    ],
  } as const;
  const names = (killSelection: string): string[] =>
    instancesOf(runMesos([{ ...WEB, killSelection }], { spec }), '/web').map(({ name }) => name);
  expect(names('YOUNGEST_FIRST')).toEqual(['web.1', 'web.2', 'web.3', 'web.4', 'web.5', 'web.6']);
  // The first six were launched together but not all at one moment; two of them go.
  expect(names('OLDEST_FIRST')).toContain('web.8');
});

test('a resident instance comes back to the agent where its volume is', () => {
  const db = {
    id: '/db',
    role: 'storage',
    cpus: 1,
    mem: 512,
    instances: 2,
    residency: {},
    constraints: [['hostname', 'UNIQUE']],
    container: { type: 'MESOS', volumes: [{ containerPath: 'data', mode: 'RW', persistent: { size: 100 } }] },
  };
  const run = runMesos([db, { ...WEB, instances: 20 }], {
    behaviour: (workload) =>
      workload === 'db' ? { runs: { kind: 'constant', meanUs: 100 * S }, failureShare: 1 } : {},
  });
  const machines = new Set(run.placements.filter(({ name }) => name.startsWith('db.')).map(({ machine }) => machine));
  expect(run.placements.filter(({ name }) => name.startsWith('db.')).length).toBeGreaterThan(6);
  expect(machines.size).toBe(2);
});

test('GPU agents are kept for those who need GPUs', () => {
  const machines = [machineSpec('cpu'), machineSpec('gpu', { gpuCount: 2 })];
  const run = runMesos(
    [
      { ...WEB, instances: 8 },
      { id: '/train', cpus: 1, mem: 512, gpus: 1, instances: 2 },
    ],
    { machines, spec: { durationUs: 60 * S } },
  );
  expect(new Set(instancesOf(run, '/web').map(({ machine }) => machine))).toEqual(new Set([0]));
  expect(instancesOf(run, '/train').map(({ machine }) => machine)).toEqual([1, 1]);
});

test('marathon-lb lists what is healthy and takes out what is lost, a little later', () => {
  const started = startMesos([WEB], {
    spec: {
      services: [modelledService('web')],
      traffic: () => [steadyTraffic(0, 50)],
      durationUs: 400 * S,
    },
    weather: [{ atUs: 100 * S, event: { kind: 'node-down', node: 0, cause: 'test' } }],
  });
  const { run } = started;
  run.runUntil(99 * S);
  const listed = (): boolean[] =>
    instancesOf(started, '/web').map(({ container }) => run.balancers.isListed(0, container));
  expect(listed()).toEqual([true, true, true, true, true, true]);
  const lost = instancesOf(started, '/web').filter(({ machine }) => machine === 0);
  run.runUntil(170 * S);
  for (const { container } of lost) expect(run.balancers.isListed(0, container)).toBe(true);
  run.runUntil(200 * S);
  for (const { container } of lost) expect(run.balancers.isListed(0, container)).toBe(false);
  run.runUntil(400 * S);
  expect(listed()).toEqual([true, true, true, true, true, true]);
});
