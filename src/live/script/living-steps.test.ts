import { expect, test } from 'vitest';
import {
  constantTraffic,
  familyPolicy,
  GiB,
  group,
  living,
  minutes,
  scriptedEvents,
  seconds,
  service,
} from '../../../test/living-cluster.ts';
import { horizontalPolicies } from '../../policies/autoscaling/index.ts';
import { deploymentPolicies } from '../../policies/deployment/index.ts';
import { verticalPolicies } from '../../policies/vertical/index.ts';
import { LivingSimulation } from '../../sim/living-simulation.ts';
import type { LivingSpec } from '../../sim/living-spec.ts';
import { blankRow } from '../../sim/pod-source.ts';
import type { WeatherEvent } from '../../sim/weather/weather-event.ts';
import { LivingCamera } from './living-camera.ts';
import type { ScriptBuilder } from './script-builder.ts';
import { stepLines } from './script-fixture.ts';

/** What a run's script says of it. */
function film(over: Partial<LivingSpec>): ScriptBuilder {
  const spec = living({ traffic: () => [], ...over });
  const camera = new LivingCamera((watch) => new LivingSimulation(spec, { seed: 1, ...watch }));
  while (camera.step());
  return camera.builder;
}

/** Its steps after the first moment. */
const later = (over: Partial<LivingSpec>): string[] => stepLines(film(over)).filter((line) => !line.startsWith('0 '));

const weather = (...events: readonly (readonly [atS: number, event: WeatherEvent])[]): Pick<LivingSpec, 'weather'> => ({
  weather: scriptedEvents(events.map(([atS, event]) => [seconds(atS), event])),
});

const one = service('web', { replicas: 1 });
const cause = 'test';

test('who is there when a run begins is ready at once, and boots for no time', () => {
  const { steps, pods, nodes, services } = film({ services: [service('web', { cpuLimitMilli: 800 })] });
  expect(stepLines({ steps, pods, nodes })).toEqual([
    '0 start web-0 on node-1',
    '0 ready web-0',
    '0 rotate-in web-0',
    '0 start web-1 on node-2',
    '0 ready web-1',
    '0 rotate-in web-1',
  ]);
  expect(pods[0]).toEqual({
    name: 'web-0',
    workload: 'web',
    service: 0,
    cpuMilli: 500,
    memBytes: GiB / 2,
    cpuLimitMilli: 800,
    cpuUseMilli: 0,
    memUseBytes: GiB / 4,
    bootUs: 0,
    restart: 'always',
  });
  expect(nodes[2]).toEqual({ name: 'node-3', cpuMilli: 4000, memBytes: 16 * GiB, isThereAtStart: true });
  expect(services).toEqual([
    {
      name: 'web',
      concurrency: 1,
      queueLimit: null,
      workMeanUs: 20_000,
      cpuPerRequestMilli: 500,
      balancing: 'in-turn',
    },
  ]);
});

test('a cold start pulls its image and boots, by the scenario', () => {
  const startUp = { ...one.startUp, imageBytes: 300e6, imageLayers: 4 };
  const script = film({ coldStart: true, services: [{ ...one, startUp }] });
  // 300 MB at 100 MB/s, four round trips of 50 ms, and 5 s.
  expect(stepLines(script)).toEqual(['0 start web-0 on node-1', '8.2 ready web-0', '8.2 rotate-in web-0']);
  expect(script.pods[0].bootUs).toBe(8.2e6);
});

test('a crash is a kill, and the second one waits', () => {
  const crash = { kind: 'replica-crash', service: 0, which: 0, cause: 'bug' } as const;
  expect(later({ services: [one], ...weather([60, crash], [90, crash]) })).toEqual([
    '60 rotate-out web-0',
    '60 kill web-0 (bug)',
    '60 restart web-0 boots 5 s',
    '65 ready web-0',
    '65 rotate-in web-0',
    '90 rotate-out web-0',
    '90 kill web-0 (bug)',
    '100 restart web-0 boots 5 s',
    '105 ready web-0',
    '105 rotate-in web-0',
  ]);
});

test('who takes too much memory is killed for it', () => {
  const greedy = { ...one, memLimitBytes: GiB, memLeakBytes: GiB / 64 };
  const lines = later({ services: [greedy], traffic: constantTraffic(1), durationUs: minutes(2) });
  expect(lines[1]).toMatch(/^\d+ kill web-0 \(killed for want of memory: 1(\.\d+)? GiB used, limit 1 GiB\)$/);
  expect(lines[2]).toMatch(/^\d+ restart web-0 boots 5 s$/);
});

test('a machine that returns in time has its processes started again in place', () => {
  const down = weather([60, { kind: 'node-down', node: 0, cause: 'power' }], [80, { kind: 'node-up', node: 0, cause }]);
  expect(later({ services: [one], ...down })).toEqual([
    '60 node-down node-1 (power)',
    '60 kill web-0 (node-1 stopped: power)',
    // Nobody has noticed until it is back: balancers go on with it.
    '80 node-up node-1',
    '80 rotate-out web-0',
    '80 restart web-0 boots 5 s',
    '85 ready web-0',
    '85 rotate-in web-0',
  ]);
});

test('one that stays away is given up: its pods are started elsewhere', () => {
  const lines = later({ services: [one], ...weather([60, { kind: 'node-down', node: 0, cause: 'power' }]) });
  const words = lines.map((line) => line.replace(/^\S+ /, ''));
  expect(words).toEqual([
    'node-down node-1 (power)',
    'kill web-0 (node-1 stopped: power)',
    'rotate-out web-0',
    'gone web-0',
    'start web-1 on node-2',
    'ready web-1',
    'rotate-in web-1',
  ]);
  const gone = Number(lines[3].split(' ')[0]);
  expect(gone).toBeGreaterThan(60 + 340);
});

test('a machine that stands still has its processes paused, a slow one is slow', () => {
  const speed = (value: number): WeatherEvent => ({ kind: 'node-speed', node: 0, speed: value, cause: 'heat' });
  expect(
    later({ services: [one], ...weather([10, speed(0)], [20, speed(0.5)], [30, speed(0)], [40, speed(1)]) }),
  ).toEqual([
    '10 pause web-0 (node-1 stands still)',
    '20 node-speed node-1 0.5 (heat: speed 0.5)',
    '20 resume web-0',
    '30 pause web-0 (node-1 stands still)',
    '40 node-speed node-1 1 (heat: speed 1)',
    '40 resume web-0',
  ]);
});

test('a machine may be cut off, and its endpoints leave the rotation when that is noticed', () => {
  const cut = (on: boolean): WeatherEvent => ({ kind: 'node-cut-off', node: 0, on, cause: 'cable' });
  const lines = later({ services: [one], ...weather([60, cut(true)], [150, cut(false)]) });
  expect(lines.map((line) => line.replace(/^\S+ /, ''))).toEqual([
    'node-cut-off node-1 (cable)',
    'rotate-out web-0',
    'unready web-0',
    'node-back node-1',
    'ready web-0',
    'rotate-in web-0',
  ]);
});

test('a rolling update starts new ones and stops old ones in good order', () => {
  const script = film({
    services: [{ ...one, replicas: 2, graceUs: seconds(20) }],
    deployments: [
      {
        atUs: seconds(60),
        service: 0,
        policy: familyPolicy(deploymentPolicies, 'rolling', { surge: '1', unavailable: '0' }),
        workFactor: 2,
        failureShare: 0.25,
        memFactor: 1,
      },
    ],
  });
  const lines = stepLines(script).filter((line) => !line.startsWith('0 '));
  expect(lines.slice(0, 6)).toEqual([
    '60 start web-2 on node-3',
    '65 ready web-2',
    '65 rotate-in web-2',
    '65 rotate-out web-1',
    '65 stop web-1 20 s (another version takes its place)',
    '65 gone web-1',
  ]);
  expect(script.pods[2]).toMatchObject({ name: 'web-2', workFactor: 2, errorShare: 0.25, bootUs: 5e6 });
});

test('a canary gets its share of requests by weight', () => {
  const lines = later({
    services: [{ ...one, replicas: 3 }],
    traffic: constantTraffic(10),
    deployments: [
      {
        atUs: seconds(60),
        service: 0,
        policy: familyPolicy(deploymentPolicies, 'canary'),
        workFactor: 1,
        failureShare: 0,
        memFactor: 1,
      },
    ],
  });
  expect(lines.some((line) => /rotate-in web-3 weight 0\.\d+/.test(line))).toBe(true);
});

test('fewer replicas, fewer machines: both go in good order; one on its way has no grace', () => {
  const scheduled = familyPolicy(horizontalPolicies, 'scheduled', { plan: '00:00 2; 00:01 1' });
  const lines = later({
    services: [{ ...one, replicas: 2 }],
    scaling: [{ horizontal: scheduled, minReplicas: 1, maxReplicas: 2 }],
  });
  expect(lines.map((line) => line.replace(/^\S+ /, ''))).toEqual([
    'rotate-out web-1',
    'stop web-1 30 s (fewer are wanted)',
    'gone web-1',
  ]);
});

test('machines that are bought come when they have booted, and one that the cloud takes goes with all it has', () => {
  const spot = group({ spot: true, initial: 1, max: 1 });
  const lines = later({
    groups: [spot],
    services: [one],
    ...weather(
      [50, { kind: 'spot-notice', node: 0, takenUs: seconds(60), cause: 'reclaim' }],
      [60, { kind: 'spot-taken', node: 0, cause: 'reclaim' }],
    ),
  });
  expect(lines).toEqual([
    '50 rotate-out web-0',
    '50 stop web-0 30 s (the cloud takes node)',
    '50 gone web-0',
    '60 node-removed node',
    '120 node-added node',
    '120 start web-1 on node',
    '125 ready web-1',
    '125 rotate-in web-1',
  ]);
});

test('a new size is given where it runs', () => {
  const vertical = familyPolicy(verticalPolicies, 'fixed', { mode: 'in-place', cpuMilli: 700 });
  const lines = later({
    services: [{ ...one, replicas: 2 }],
    scaling: [{ horizontal: familyPolicy(horizontalPolicies, 'fixed'), minReplicas: 2, maxReplicas: 2, vertical }],
  });
  expect(lines.map((line) => line.replace(/^\S+ /, ''))).toEqual(
    expect.arrayContaining(['resize web-0 700m 512Mi', 'resize web-1 700m 512Mi']),
  );
});

/** A job that comes at 10 s and runs for 100 s. */
const JOBS: LivingSpec['jobs'] = [
  {
    cpuUsageShare: 0.5,
    restarts: 1,
    pods: () => {
      const row = {
        ...blankRow(),
        name: 'sum',
        arrivesUs: seconds(10),
        runsUs: seconds(100),
        user: 'ann',
        request: { cpuMilli: 1000, memBytes: GiB },
      };
      let isOver = false;
      return { next: (to) => !isOver && ((isOver = true), Object.assign(to, row), true) };
    },
  },
];

test('jobs are ready at once, come to their end, and begin again elsewhere as another pod', () => {
  const script = film({
    services: [],
    scaling: [],
    jobs: JOBS,
    ...weather([30, { kind: 'drain-begin', node: 0, cause }]),
  });
  expect(stepLines(script)).toEqual([
    '10 start job-0-sum on node-1',
    '10 ready job-0-sum',
    '30 kill job-0-sum (evicted from node-1)',
    '30 gone job-0-sum',
    '30 start job-0-sum-x2 on node-2',
    '30 ready job-0-sum-x2',
    '130 finish job-0-sum-x2',
    '130 gone job-0-sum-x2',
  ]);
  expect(script.pods[1]).toEqual({
    name: 'job-0-sum-x2',
    workload: 'ann',
    cpuMilli: 1000,
    memBytes: GiB,
    cpuUseMilli: 500,
    memUseBytes: GiB,
    bootUs: 0,
    runsUs: 100e6,
    exitCode: 0,
    restart: 'never',
  });
});

test('what is bound to a machine that has stopped is started by nobody', () => {
  const script = film({
    groups: [group({ initial: 1, max: 1 })],
    services: [],
    scaling: [],
    jobs: JOBS,
    ...weather([5, { kind: 'node-down', node: 0, cause: 'power' }], [20, { kind: 'node-up', node: 0, cause }]),
  });
  expect(stepLines(script)).toEqual([
    '5 node-down node (power)',
    '20 node-up node',
    '20 start job-0-sum on node',
    '20 ready job-0-sum',
    '120 finish job-0-sum',
    '120 gone job-0-sum',
  ]);
});

test('what asks nothing of containers is noted once', () => {
  const on = (kind: 'registry-down' | 'control-plane-down', is: boolean): WeatherEvent => ({ kind, on: is, cause });
  const { notes } = film({
    ...weather(
      [10, on('registry-down', true)],
      [20, on('registry-down', false)],
      [30, on('registry-down', true)],
      [40, on('control-plane-down', true)],
    ),
  });
  expect(notes).toEqual([
    'the registry is not taken away; what it led to is replayed (2 times)',
    'there is no control plane to take away; what it led to is replayed',
  ]);
});
