import { describe, expect, test } from 'vitest';
import {
  constantTraffic,
  GiB,
  group,
  living,
  minutes,
  scriptedEvents,
  seconds,
  service,
} from '../../test/living-cluster.ts';
import { placementPolicy } from '../policies/placement/index.ts';
import { LivingSimulation, simulateLiving } from './living-simulation.ts';
import type { LivingSpec } from './living-spec.ts';
import { stream } from './random.ts';
import type { RunResult } from './result.ts';
import type { ServiceSpec } from './services/service-spec.ts';

const cause = 'test';
const happenings = (result: RunResult, kind: string): number[] =>
  result.living!.happenings.filter((one) => one.kind === kind).map((one) => one.timeUs / 1e6);

/** Boots in so many seconds, without an image unless given one. */
const startUp = (bootS: number, over: Partial<ServiceSpec['startUp']> = {}): ServiceSpec['startUp'] => ({
  imageBytes: 0,
  imageLayers: 0,
  boot: { kind: 'constant', meanUs: seconds(bootS) },
  warmUpUs: 0,
  warmUpSpeed: 1,
  ...over,
});

const silent = (over: Partial<LivingSpec>): LivingSpec => living({ traffic: () => [], ...over });

describe('a drain', () => {
  const spec = silent({
    groups: [group({ initial: 2, max: 2 })],
    placement: placementPolicy('best-fit'),
    services: [service('web', { minAvailable: { replicas: 1 } })],
    weather: scriptedEvents([
      [seconds(60), { kind: 'drain-begin', node: 0, cause }],
      [minutes(5), { kind: 'drain-end', node: 0, cause }],
    ]),
  });

  test('goes as fast as the budget allows', () => {
    const simulation = new LivingSimulation(spec, { seed: 1 });
    const { world } = simulation;
    let least = 2;
    while (simulation.step()) least = Math.min(least, world.ready[0]);
    const result = simulation.result();
    // One goes at 60 s, its substitute is ready at 65 s, when the drain looks again; then the other, ready at 70 s.
    expect(result.living!.services[0].deficitReplicaS).toBe(10);
    expect(result.metrics['evictions']).toBe(2);
    expect(least).toBe(1);
    expect(world.onNode[1]).toHaveLength(2);
  });

  test('keeps pods away until it is over', () => {
    const simulation = new LivingSimulation(spec, { seed: 1 });
    const takesPods = (): number => simulation.world.simulation.cluster.ready[0];
    while (simulation.world.nowUs < minutes(4)) simulation.step();
    expect(takesPods()).toBe(0);
    simulation.run();
    expect(takesPods()).toBe(1);
  });

  test('waits for a control plane that is away', () => {
    const weather = scriptedEvents([
      [seconds(50), { kind: 'control-plane-down', on: true, cause }],
      [seconds(60), { kind: 'drain-begin', node: 0, cause }],
      [seconds(90), { kind: 'control-plane-down', on: false, cause }],
    ]);
    const simulation = new LivingSimulation({ ...spec, weather }, { seed: 1 });
    while (simulation.world.nowUs < seconds(85)) simulation.step();
    expect(simulation.world.counts.evictions).toBe(0);
    expect(simulation.run().metrics['evictions']).toBe(2);
  });
});

describe('spot machines', () => {
  test('that cannot be had are ordered when they can', () => {
    const weather = scriptedEvents([
      [seconds(60), { kind: 'spot-capacity', nodes: [0, 1, 2], on: false, cause }],
      [seconds(120), { kind: 'spot-taken', node: 0, cause }],
      [seconds(600), { kind: 'spot-capacity', nodes: [0, 1, 2], on: true, cause }],
    ]);
    const result = simulateLiving(
      silent({ durationUs: minutes(12), weather, groups: [group({ spot: true, initial: 2, max: 3 })] }),
      { seed: 1 },
    );
    // Booted a minute after the order.
    expect(happenings(result, 'node-ready')).toEqual([660]);
    expect(result.metrics['nodesBought']).toBe(1);
  });

  test('taken without notice leave nothing behind, though their pods are replaced at once', () => {
    const weather = scriptedEvents([[seconds(60), { kind: 'spot-taken', node: 0, cause }]]);
    const simulation = new LivingSimulation(
      silent({
        weather,
        placement: placementPolicy('best-fit'),
        groups: [group({ spot: true, initial: 2, max: 2 })],
      }),
      { seed: 1 },
    );
    while (simulation.world.nowUs < seconds(61)) simulation.step();
    expect(simulation.world.onNode.map((there) => there.length)).toEqual([0, 2]);
  });
});

describe('a zone that fails', () => {
  test('takes all that best fit put there, and half of what was spread', () => {
    const deficit = (placement: string): number => {
      const result = simulateLiving(
        silent({
          zones: ['a', 'b'],
          groups: [group({ initial: 4, max: 4, zones: ['a', 'b'] })],
          services: [service('web', { replicas: 4, request: { cpuMilli: 1000, memBytes: GiB } })],
          placement: placementPolicy(placement),
          weather: scriptedEvents([0, 2].map((node) => [seconds(60), { kind: 'node-down', node, cause }])),
        }),
        { seed: 1 },
      );
      return result.living!.services[0].deficitReplicaS;
    };
    // Each that is lost is missed for 340 to 355 s until it is evicted, and 5 s until its substitute has booted.
    for (const [placement, lost] of [
      ['zone-spread', 2],
      ['best-fit', 4],
    ] as const) {
      expect(deficit(placement) / lost).toBeGreaterThanOrEqual(345);
      expect(deficit(placement) / lost).toBeLessThanOrEqual(360);
    }
  });
});

describe('a machine', () => {
  const one = (over: Partial<LivingSpec>): LivingSpec =>
    living({
      groups: [group({ initial: 1, max: 1 })],
      services: [service('web', { replicas: 1, startUp: startUp(5) })],
      ...over,
    });

  test('that is slow is as much slower', () => {
    const { requests, ...rest } = service('web', { replicas: 1 });
    const steady = { ...rest, requests: { ...requests, work: { kind: 'constant', meanUs: 20_000 } as const } };
    const weather = scriptedEvents([[1, { kind: 'node-speed', node: 0, speed: 0.5, cause }]]);
    const result = simulateLiving(one({ services: [steady], traffic: constantTraffic(1), weather }), { seed: 1 });
    expect(result.metrics['p50LatencyMs'] / 40).toBeCloseTo(1, 1);
  });

  test('that is flaky fails its share', () => {
    const weather = scriptedEvents([[1, { kind: 'node-loss', node: 0, share: 0.3, cause }]]);
    const { arrived, failed } = simulateLiving(one({ weather }), { seed: 1 }).living!.services[0];
    // Three standard deviations of a share of about 6,000 are 0.018.
    expect(Math.abs(failed / arrived - 0.3)).toBeLessThan(0.018);
  });

  test('that reboots while nobody can reach it stays unheard', () => {
    const weather = scriptedEvents([
      [seconds(60), { kind: 'node-cut-off', node: 0, on: true, cause }],
      [seconds(70), { kind: 'node-down', node: 0, cause }],
      [seconds(80), { kind: 'node-up', node: 0, cause }],
      [seconds(200), { kind: 'node-cut-off', node: 0, on: false, cause }],
    ]);
    const result = simulateLiving(one({ weather }), { seed: 1 });
    const [lost] = happenings(result, 'node-lost');
    expect(lost).toBeGreaterThanOrEqual(100);
    expect(lost).toBeLessThanOrEqual(115);
  });

  test('that can be reached again is heard at its next heartbeat', () => {
    const weather = scriptedEvents([
      [seconds(60), { kind: 'node-cut-off', node: 0, on: true, cause }],
      [seconds(150), { kind: 'node-cut-off', node: 0, on: false, cause }],
    ]);
    for (let seed = 1; seed <= 10; seed++) {
      const simulation = new LivingSimulation(living({ weather }), { seed });
      const { world } = simulation;
      const heard: number[] = [];
      let wasLost = false;
      while (simulation.step()) {
        const isLost = world.nodes.lost[0] === 1;
        if (wasLost && !isLost) heard.push(world.nowUs);
        wasLost = isLost;
      }
      // Kubernetes' heartbeats come every 10 s, at this node's own place in the ten seconds.
      const phase = stream(seed, 'detection/node-1').fine();
      expect(heard, `seed ${seed}`).toEqual([Math.floor(seconds(150 + 10 * phase) + 0.5)]);
    }
  });

  test('that stops pulls its image again', () => {
    const spec = one({
      coldStart: true,
      traffic: () => [],
      services: [service('web', { replicas: 1, startUp: startUp(5, { imageBytes: 1e9 }) })],
      weather: scriptedEvents([
        [seconds(4), { kind: 'node-down', node: 0, cause }],
        [seconds(20), { kind: 'node-up', node: 0, cause }],
      ]),
    });
    // 1 GB at 100 MB/s is 10 s, begun anew at 20 s; and 5 s to boot.
    expect(simulateLiving(spec, { seed: 1 }).living!.services[0].deficitReplicaS).toBe(35);
  });

  test('that stops costs its service from that moment on, between scrapes too', () => {
    const weather = scriptedEvents([
      [seconds(61), { kind: 'node-down', node: 0, cause }],
      [seconds(74), { kind: 'node-up', node: 0, cause }],
    ]);
    // Down for 13 s, and 5 s to boot.
    const result = simulateLiving(one({ weather, traffic: () => [] }), { seed: 1 });
    expect(result.living!.services[0].deficitReplicaS).toBe(18);
  });
});

describe('an image', () => {
  const pulling = (on: 'registry-down' | 'disk-full', untilUs: number): LivingSpec =>
    silent({
      coldStart: true,
      groups: [group({ initial: 1, max: 1 })],
      services: [service('web', { replicas: 1, startUp: startUp(5, { imageBytes: 100e6 }) })],
      weather: scriptedEvents([
        [seconds(0.5), { kind: on, node: 0, on: true, cause }],
        [untilUs, { kind: on, node: 0, on: false, cause }],
      ]),
    });

  test.each(['registry-down', 'disk-full'] as const)('is tried again after 10, 20, 40 s (%s)', (kind) => {
    const result = simulateLiving(pulling(kind, seconds(60)), { seed: 1 });
    expect(happenings(result, 'image-pull-failed')).toEqual([1, 11, 31]);
    // The try at 71 s pulls for 1 s (onto a disk that had been full the image is there already), then it boots for 5 s.
    expect(result.living!.services[0].deficitReplicaS).toBe(kind === 'registry-down' ? 77 : 76);
  });
});

describe('a process', () => {
  test('that crashes again and again waits 0, 10, 20, 40, 80 s, and is left alone when the loop is over', () => {
    const weather = scriptedEvents([
      [seconds(60), { kind: 'crash-loop', service: 0, on: true, afterUs: seconds(2), cause }],
      [seconds(219), { kind: 'crash-loop', service: 0, on: false, afterUs: 0, cause }],
    ]);
    const spec = silent({ services: [service('web', { replicas: 1, startUp: startUp(1) })], weather });
    // Each start is followed by a crash 2 s later: 60 + 2; + 10 + 2; + 20 + 2; + 40 + 2; the one at 138 + 80 + 2 is spared.
    expect(happenings(simulateLiving(spec, { seed: 1 }), 'crash')).toEqual([60, 62, 74, 96, 138]);
  });
});

describe('probes of a replica with twice the load it can bear', () => {
  const probe = {
    initialDelayUs: 0,
    periodUs: seconds(5),
    timeoutUs: seconds(1),
    successThreshold: 1,
    failureThreshold: 3,
  };
  const overloaded = (over: Partial<ServiceSpec['startUp']>): LivingSimulation => {
    const { requests, ...rest } = service('web', { replicas: 1, startUp: startUp(5, over) });
    const work = { kind: 'constant', meanUs: 20_000 } as const;
    return new LivingSimulation(
      living({ services: [{ ...rest, requests: { ...requests, work } }], traffic: constantTraffic(100) }),
      { seed: 1 },
    );
  };
  const changes = (simulation: LivingSimulation, untilUs: number): number[] => {
    const times: number[] = [];
    let before = 1;
    while (simulation.step() && simulation.world.nowUs <= untilUs) {
      const [now] = simulation.world.ready;
      if (now !== before) times.push(simulation.world.nowUs / 1e6);
      before = now;
    }
    return times;
  };

  test('take it out of rotation until its queue is short', () => {
    // 50 more every second: at the look at 5 s probes fail, for 15 s by 20 s; 1,000 queue then, and 50 are left 19 s later.
    expect(changes(overloaded({ readiness: probe }), seconds(41))).toEqual([20, 40]);
  });

  test('restart it, requests and all', () => {
    const simulation = overloaded({ liveness: probe });
    expect(changes(simulation, seconds(26))).toEqual([20, 25]);
    expect(simulation.world.counts.restarts).toBe(1);
    expect(simulation.world.requests.services[0].failedBy.endpointLost).toBeGreaterThan(900);
  });
});
