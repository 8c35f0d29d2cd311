import { describe, expect, test } from 'vitest';
import { horizontalPolicies } from '../policies/autoscaling/index.ts';
import { deploymentPolicies } from '../policies/deployment/index.ts';
import { nodePolicies } from '../policies/node-scaling/index.ts';
import {
  constantTraffic,
  familyPolicy,
  GiB,
  group,
  living,
  scriptedEvents,
  service,
} from '../../test/living-cluster.ts';
import { LivingSimulation, simulateLiving } from './living-simulation.ts';
import type { LivingSpec } from './living-spec.ts';
import type { RunResult } from './result.ts';
import { hours, minutes, seconds } from './time.ts';
import type { WeatherEvent } from './weather/weather-event.ts';

const happenings = (result: RunResult, kind: string): number[] =>
  result.living!.happenings.filter((one) => one.kind === kind).map((one) => one.timeUs / 1e6);

const served = (result: RunResult) => result.living!.services[0];

describe('a living cluster', () => {
  test('is there at time 0 and serves everyone when nothing happens', () => {
    const result = simulateLiving(living(), { seed: 1 });
    expect(result.metrics['goodShare']).toBe(1);
    expect(result.metrics['replicaDeficitS']).toBe(0);
    // 3 machines at 0.20 an hour for ten minutes.
    expect(result.metrics['costUsd']).toBeCloseTo(0.1, 12);
    // 10 requests a second of 20 ms on half a core each, of 12 cores: 10 x 0.02 x 0.5 / 12.
    expect(result.metrics['cpuUsedShare']).toBeCloseTo(0.00833, 3);
  });

  test('does the same again for the same seed, and something else for another', () => {
    const run = (seed: number) => simulateLiving(living(), { seed });
    expect(run(1)).toEqual(run(1));
    expect(run(2).fingerprint).not.toBe(run(1).fingerprint);
  });

  test('a cold start pulls, boots, and is ready at the first probe after that', () => {
    const startUp = {
      imageBytes: 500e6,
      imageLayers: 4,
      boot: { kind: 'constant', meanUs: seconds(7) } as const,
      warmUpUs: 0,
      warmUpSpeed: 1,
      readiness: {
        initialDelayUs: seconds(2),
        periodUs: seconds(10),
        timeoutUs: seconds(1),
        successThreshold: 1,
        failureThreshold: 3,
      },
    };
    const result = simulateLiving(living({ coldStart: true, services: [service('web', { replicas: 1, startUp })] }), {
      seed: 1,
    });
    // 500 MB at 100 MB/s is 5 s, 4 layers 0.2 s; booted at 12.2 s; probes at 7.2 s and 17.2 s.
    expect(served(result).deficitReplicaS).toBeCloseTo(17.2, 9);
  });

  test('services start after those they need', () => {
    const boot = { kind: 'constant', meanUs: seconds(5) } as const;
    const startUp = { imageBytes: 0, imageLayers: 0, boot, warmUpUs: 0, warmUpSpeed: 1 };
    const web = service('web', { replicas: 1, startUp, startsAfter: [1] });
    const db = service('db', { replicas: 1, startUp });
    const result = simulateLiving(living({ coldStart: true, services: [web, db] }), { seed: 1 });
    expect(result.living!.services.map((one) => one.deficitReplicaS)).toEqual([10, 5]);
  });
});

describe('a pod that must run in the second zone of a group', () => {
  test('has a machine of that zone bought', () => {
    const inB = { cpuMilli: 500, memBytes: GiB / 2, nodeSelector: { zone: 'b' } };
    const spec = living({
      zones: ['a', 'b'],
      groups: [group({ zones: ['a', 'b'], initial: 1, max: 4 })],
      services: [service('web', { replicas: 1, request: inB })],
      nodes: familyPolicy(nodePolicies, 'cluster-autoscaler'),
    });
    const simulation = new LivingSimulation(spec, { seed: 1 });
    simulation.run();
    // Machines are dealt to zones in turn: the second, the first that is bought, is in zone b.
    expect(simulation.world.ofService[0].map(({ node, state }) => [node, state])).toEqual([[1, 'ready']]);
  });
});

describe('a node that dies', () => {
  const down: WeatherEvent = { kind: 'node-down', node: 0, cause: 'power' };
  const up: WeatherEvent = { kind: 'node-up', node: 0, cause: 'power' };

  test('is noticed, and its replicas are replaced, when Kubernetes would', () => {
    const spec = living({ durationUs: minutes(10), weather: scriptedEvents([[seconds(60), down]]) });
    for (let seed = 1; seed <= 20; seed++) {
      const result = simulateLiving(spec, { seed });
      const [lost] = happenings(result, 'node-lost');
      const [evicted] = happenings(result, 'evicted');
      // Last lease 0 to 10 s before, grace 50 s, a look every 5 s, then 300 s of toleration (spec/failures.md section 4).
      expect(lost - 60).toBeGreaterThanOrEqual(40);
      expect(lost - 60).toBeLessThanOrEqual(55);
      expect(evicted - lost).toBe(300);
      expect(result.metrics['evictions']).toBe(1);
    }
  });

  test('and is back before anyone noticed starts its replicas again where they were', () => {
    const weather = scriptedEvents([
      [seconds(60), down],
      [seconds(75), up],
    ]);
    const result = simulateLiving(living({ weather }), { seed: 1 });
    expect(happenings(result, 'node-lost')).toEqual([]);
    expect(result.metrics['restarts']).toBe(1);
    // Down for 15 s, then 5 s to boot; nobody knew, so requests to it went nowhere.
    expect(served(result).deficitReplicaS).toBeCloseTo(20, 9);
    expect(served(result).failed).toBeGreaterThan(0);
  });

  test('fails nothing that has a second try elsewhere', () => {
    const weather = scriptedEvents([[seconds(60), down]]);
    const client = {
      timeoutUs: seconds(1),
      attempts: 4,
      backoff: { baseUs: 10_000, capUs: 10_000, jitter: 'none' },
    } as const;
    const result = simulateLiving(living({ weather, traffic: constantTraffic(10, 0, client) }), { seed: 1 });
    expect(result.metrics['goodShare']).toBeGreaterThan(0.99);
    expect(result.metrics['retriesShare']).toBeGreaterThan(0);
  });
});

describe('scaling', () => {
  const hpa = familyPolicy(horizontalPolicies, 'target-utilisation', { cpu: 0.5 });
  const scaled = (over: Partial<LivingSpec> = {}): LivingSpec =>
    living({
      durationUs: minutes(20),
      traffic: constantTraffic(120),
      scaling: [{ horizontal: hpa, minReplicas: 2, maxReplicas: 20 }],
      ...over,
    });

  test('a service under load gets the replicas its target asks for', () => {
    const result = simulateLiving(scaled(), { seed: 1 });
    // 120/s x 20 ms = 2.4 busy replicas of half a core each; at 50 % that is 4.8, so 5.
    const ready = result.living!.timeline.series.find((one) => one.name === 'baton_service_replicas_ready')!;
    expect(ready.values.at(-1)).toBeGreaterThanOrEqual(5);
    expect(ready.values.at(-1)).toBeLessThanOrEqual(6);
    const scaling = result.living!.decisions.find((one) => one.by === 'horizontal')!;
    expect(scaling.why).toMatch(/%/);
    const placing = result.living!.decisions.find((one) => one.by === 'scheduler')!;
    expect(placing.why).toMatch(/^3 of 3 nodes fit; best by least-allocated: node-1 /);
  });

  test('nodes are bought for pods without room, and given back when they are not needed', () => {
    const rate = 600;
    const spec = scaled({
      durationUs: hours(1),
      groups: [group({ initial: 1, min: 1, max: 10, template: { name: 'n', cpuMilli: 2000, memBytes: 8 * GiB } })],
      nodes: familyPolicy(nodePolicies, 'cluster-autoscaler'),
      traffic: () => [
        {
          name: 'users',
          service: 0,
          fromZone: -1,
          client: { timeoutUs: seconds(1), attempts: 1, backoff: { baseUs: 0, capUs: 0, jitter: 'none' } },
          source: {
            kind: 'open',
            spacing: 'poisson',
            curve: {
              at: (timeUs) => (timeUs < minutes(15) ? rate : 20),
              untilUs: (timeUs) => (timeUs < minutes(15) ? minutes(15) : Infinity),
            },
          },
        },
      ],
    });
    const result = simulateLiving(spec, { seed: 1 });
    const bought = result.living!.timeline.series.find((one) => one.name === 'baton_nodes_bought')!.values;
    expect(Math.max(...bought)).toBeGreaterThanOrEqual(5);
    expect(bought.at(-1)).toBeLessThanOrEqual(2);
    expect(result.metrics['nodesBought']).toBeGreaterThanOrEqual(4);
  });
});

describe('a deployment', () => {
  const deploying = (name: string, options = {}, change = {}): LivingSpec =>
    living({
      durationUs: minutes(15),
      services: [service('web', { replicas: 4 })],
      traffic: constantTraffic(40),
      deployments: [
        {
          atUs: minutes(2),
          service: 0,
          policy: familyPolicy(deploymentPolicies, name, options),
          workFactor: 1,
          failureShare: 0,
          memFactor: 1,
          ...change,
        },
      ],
    });

  test('rolling fails nobody', () => {
    const simulation = new LivingSimulation(deploying('rolling'), { seed: 1 });
    const result = simulation.run();
    expect(happenings(result, 'deployed')).toHaveLength(1);
    expect(result.metrics['goodShare']).toBe(1);
    expect(simulation.world.ofService[0].every((replica) => replica.version === 1)).toBe(true);
  });

  test('recreate has a gap as long as a start', () => {
    const result = simulateLiving(deploying('recreate'), { seed: 1 });
    // Nobody serves for the 5 s of the boot: 40 requests a second fail.
    expect(served(result).failed).toBeGreaterThan(150);
    expect(served(result).failed).toBeLessThan(280);
  });

  test('a canary that fails is rolled back', () => {
    const result = simulateLiving(deploying('canary', {}, { failureShare: 0.5 }), { seed: 1 });
    expect(happenings(result, 'rolled-back')).toHaveLength(1);
    expect(happenings(result, 'deployed')).toHaveLength(0);
    expect(result.metrics['goodShare']).toBeGreaterThan(0.9);
  });
});

describe('a deployment that overtakes another', () => {
  test('and fails comes back to the last version that was finished', () => {
    const change = { service: 0, workFactor: 1, memFactor: 1 };
    const startUp = { ...service('web').startUp, boot: { kind: 'constant', meanUs: seconds(60) } as const };
    const rolling = familyPolicy(deploymentPolicies, 'rolling', { surge: '1', unavailable: '0' });
    const canary = familyPolicy(deploymentPolicies, 'canary');
    const spec = living({
      durationUs: minutes(30),
      services: [service('web', { replicas: 4, startUp })],
      traffic: constantTraffic(40),
      deployments: [
        { ...change, atUs: minutes(2), policy: rolling, failureShare: 0 },
        // One replica a minute is replaced, so two of four are by then.
        { ...change, atUs: minutes(4.5), policy: canary, failureShare: 0.5 },
      ],
    });
    const simulation = new LivingSimulation(spec, { seed: 1 });
    const { world } = simulation;
    let least = 4;
    while (simulation.step()) least = Math.min(least, world.ready[0]);
    const result = simulation.result();
    const told = result.living!.happenings.filter(({ kind }) => /deploy|rolled/.test(kind));
    expect(told.map(({ kind, what }) => (kind === 'rolled-back' ? kind : `${kind}: ${what}`))).toEqual([
      'deployment: version 2 by rolling',
      'deployment: version 3 by canary',
      'rolled-back',
      'deployed: version 1',
    ]);
    expect(world.version[0]).toBe(0);
    expect(world.ofService[0].map((replica) => replica.version)).toEqual([0, 0, 0, 0]);
    // Replicas of version 2 serve until those of version 1 are there again.
    expect(least).toBeGreaterThanOrEqual(3);
  });
});

describe('memory', () => {
  test('that leaks kills the replica when it meets its limit', () => {
    // 0.25 GiB and 1 MiB a request, limit 0.5 GiB: 256 requests; 5 a second and replica: every 51 s.
    const leaky = service('web', {
      memLimitBytes: GiB / 2,
      memLeakBytes: 2 ** 20,
      request: { cpuMilli: 500, memBytes: GiB / 4 },
    });
    const result = simulateLiving(living({ services: [leaky] }), { seed: 1 });
    expect(result.metrics['oomKills']).toBeGreaterThan(10);
    expect(result.metrics['restarts']).toBe(result.metrics['oomKills']);
  });
});

describe('CPU', () => {
  test('above the limit is slowed down to it', () => {
    // 10/s x 20 ms on two replicas: 0.1 busy each; a limit of a fifth of a core for work of half a core is no limit on
    // the mean, but one of 0.02 cores (0.1 x 500m = 50m wanted) leaves two fifths of the speed.
    const limited = service('web', { cpuLimitMilli: 20 });
    const free = simulateLiving(living(), { seed: 1 });
    const slow = simulateLiving(living({ services: [limited] }), { seed: 1 });
    expect(slow.metrics['meanLatencyMs']).toBeGreaterThan(2 * free.metrics['meanLatencyMs']);
  });
});

describe('spot machines', () => {
  test('are left before they are taken, and replaced', () => {
    const weather = scriptedEvents([
      [minutes(2), { kind: 'spot-notice', node: 0, takenUs: minutes(4), cause: 'reclaimed' }],
      [minutes(4), { kind: 'spot-taken', node: 0, cause: 'reclaimed' }],
    ]);
    const result = simulateLiving(living({ weather, groups: [group({ spot: true, max: 6 })] }), { seed: 1 });
    expect(result.metrics['goodShare']).toBe(1);
    expect(result.metrics['nodesBought']).toBe(1);
  });
});

describe('a control plane that is down', () => {
  test('replaces nothing until it is back', () => {
    const weather = scriptedEvents([
      [minutes(1), { kind: 'control-plane-down', on: true, cause: 'upgrade' }],
      [minutes(2), { kind: 'node-down', node: 0, cause: 'power' }],
      [minutes(15), { kind: 'control-plane-down', on: false, cause: 'upgrade' }],
    ]);
    const result = simulateLiving(living({ durationUs: minutes(20), weather }), { seed: 1 });
    expect(happenings(result, 'node-lost')).toEqual([900]);
    expect(happenings(result, 'evicted')).toEqual([900]);
    expect(result.living!.services[0].deficitReplicaS).toBeCloseTo(780 + 5, 6);
  });
});

test('a service that nobody asks is no trouble to the fluid model', () => {
  const result = simulateLiving(living({ requestModel: 'fluid', traffic: () => [] }), { seed: 1 });
  expect(served(result)).toMatchObject({ arrived: 0, served: 0, failed: 0 });
});
