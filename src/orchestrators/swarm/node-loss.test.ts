import { describe, expect, test } from 'vitest';
import type { WeatherEvent } from '../../sim/weather/weather-event.ts';
import { TaskState } from './store/task-state.ts';
import { runSwarm, S, service, type SwarmRun } from './swarm-fixture.ts';
import { DEFAULT_RESTART } from './swarm-spec.ts';

const SEEDS = Array.from({ length: 50 }, (_, seed) => seed);
const perNode = (run: SwarmRun, atUs: number) => [0, 1, 2, 3].map((node) => run.runningAt(atUs).get(node)?.length ?? 0);
const mean = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
/** At different places between two heartbeats. */
const beginUs = (seed: number) => 100 * S + seed * 137_000;

describe('a node is lost, over 50 seeds', () => {
  test('crash (measured: DOWN 13.7 s, whole 19.5 s): DOWN after 9.0 to 16.6 s, whole after 14 to 22.5 s, and empty when it is back', () => {
    const down: number[] = [];
    const after: number[] = [];
    for (const seed of SEEDS) {
      const fromUs = beginUs(seed);
      const run = runSwarm({
        services: [service('web', { replicas: 8 })],
        weather: [
          { atUs: fromUs, event: { kind: 'node-down', node: 1, cause: 'test' } },
          { atUs: 300 * S, event: { kind: 'node-up', node: 1, cause: 'test' } },
        ],
        seed,
      });
      expect(perNode(run, 99 * S)).toEqual([2, 2, 2, 2]);
      const downUs = run.whenNode(1, 'down');
      const wholeUs = run.whenRunning(8, downUs);
      down.push(downUs - fromUs);
      after.push(wholeUs - downUs);
      expect(downUs - fromUs).toBeGreaterThanOrEqual(9.0 * S);
      // 16.5 s and no more than 100 ms until it is written.
      expect(downUs - fromUs).toBeLessThanOrEqual(16.6 * S);
      expect(wholeUs - fromUs).toBeGreaterThanOrEqual(14 * S);
      expect(wholeUs - fromUs).toBeLessThanOrEqual(22.5 * S);
      expect(perNode(run, 599 * S)[1]).toBe(0);
      expect(run.countAt(599 * S)).toBe(8);
      const readyUs = run.whenNode(1, 'ready', 300 * S);
      expect(readyUs).toBeGreaterThan(300 * S);
      expect(readyUs).toBeLessThan(304 * S);
    }
    expect(mean(down)).toBeGreaterThan(11.5 * S);
    expect(mean(down)).toBeLessThan(13.5 * S);
    // 5 s of restart delay, and 0.8 s as measured.
    for (const spanUs of after) {
      expect(spanUs).toBeGreaterThan(5.4 * S);
      expect(spanUs).toBeLessThan(6.2 * S);
    }
  });

  test('link cut (measured: DOWN 11.5 s, whole 17.4 s, back READY after 0.66 s, old tasks gone after 11.9 s)', () => {
    for (const seed of SEEDS) {
      const fromUs = beginUs(seed);
      const run = runSwarm({
        services: [service('web', { replicas: 8, onOverlay: false })],
        weather: [
          { atUs: fromUs, event: { kind: 'node-cut-off', node: 2, on: true, cause: 'test' } },
          { atUs: 200 * S, event: { kind: 'node-cut-off', node: 2, on: false, cause: 'test' } },
        ],
        behaviour: { ignoresStop: true },
        seed,
      });
      const downUs = run.whenNode(2, 'down');
      expect(downUs - fromUs).toBeGreaterThanOrEqual(9.0 * S);
      expect(downUs - fromUs).toBeLessThanOrEqual(16.6 * S);
      const wholeUs = run.whenRunning(8, downUs);
      expect(wholeUs - fromUs).toBeLessThanOrEqual(22.5 * S);
      const readyUs = run.whenNode(2, 'ready', 200 * S);
      expect(readyUs - 200 * S).toBeGreaterThanOrEqual(0);
      expect(readyUs - 200 * S).toBeLessThanOrEqual(8.2 * S);
      // Its containers ran on meanwhile, and get the whole grace once it is back.
      const ends = run.written.filter(
        ({ task, state, taskNode, atUs }) =>
          task !== undefined && taskNode === 2 && state === TaskState.shutdown && atUs > readyUs,
      );
      expect(new Set(ends.map(({ task }) => task)).size).toBe(2);
      for (const { atUs } of ends) {
        expect(atUs - readyUs).toBeGreaterThanOrEqual(10 * S);
        expect(atUs - readyUs).toBeLessThanOrEqual(12 * S);
      }
      expect(perNode(run, 599 * S)[2]).toBe(0);
    }
  });

  test('a short cut is not noticed: no heartbeat is missed for long enough', () => {
    for (const seed of SEEDS) {
      const fromUs = beginUs(seed);
      const run = runSwarm({
        services: [service('web', { replicas: 8 })],
        weather: [
          { atUs: fromUs, event: { kind: 'node-cut-off', node: 2, on: true, cause: 'test' } },
          { atUs: fromUs + 8 * S, event: { kind: 'node-cut-off', node: 2, on: false, cause: 'test' } },
        ],
        seed,
      });
      expect(run.whenNode(2, 'down')).toBeNaN();
      expect(perNode(run, 599 * S)).toEqual([2, 2, 2, 2]);
    }
  });

  test('a machine that reboots within the detection time reports its tasks as failed, and they are replaced', () => {
    const run = runSwarm({
      services: [service('web', { replicas: 8 })],
      weather: [
        { atUs: 100 * S, event: { kind: 'node-down', node: 1, cause: 'test' } },
        { atUs: 104 * S, event: { kind: 'node-up', node: 1, cause: 'test' } },
      ],
    });
    expect(run.whenNode(1, 'down')).toBeNaN();
    const failed = run.written.filter(({ state, atUs }) => state === TaskState.failed && atUs < 107 * S);
    expect(new Set(failed.map(({ task }) => task)).size).toBe(2);
    const wholeUs = run.whenRunning(8, 107 * S);
    expect(wholeUs).toBeLessThan(114 * S);
  });

  test('a machine that reboots again and again registers three times, a fourth time 8 s after the third at the earliest', () => {
    const fourthUs: number[] = [];
    for (const seed of SEEDS.slice(0, 20)) {
      const run = runSwarm({
        services: [service('agent', { mode: 'global', replicas: 0, restart: { ...DEFAULT_RESTART, delayUs: 0 } })],
        weather: [100, 105, 110, 115].flatMap((atS) => [
          { atUs: atS * S, event: { kind: 'node-down' as const, node: 1, cause: 'test' } },
          { atUs: (atS + 1) * S, event: { kind: 'node-up' as const, node: 1, cause: 'test' } },
        ]),
        seed,
      });
      // Each time its engine is up 2 s after the machine, and what had run there is reported as failed.
      const heard = run.written.filter(({ what, state }) => what === 'updated' && state === TaskState.failed);
      const [first, second, third, fourth] = [...new Set(heard.map(({ task }) => task))].map(
        (task) => heard.find((one) => one.task === task)!.atUs,
      );
      for (const [k, atUs] of [first, second, third].entries())
        expect(Math.abs(atUs - (103.1 + 5 * k) * S)).toBeLessThanOrEqual(0.1 * S);
      expect(fourth).toBeGreaterThan(121 * S);
      fourthUs.push(fourth);
    }
    // It tries with growing waits meanwhile, none of which is longer than 8 s.
    expect(Math.max(...fourthUs)).toBeLessThan(129.2 * S);
    expect(Math.min(...fourthUs)).toBeLessThan(123 * S);
  });

  test('after 24 h DOWN its tasks become ORPHANED', () => {
    const run = runSwarm({
      services: [service('web', { replicas: 8 })],
      weather: [{ atUs: 100 * S, event: { kind: 'node-down', node: 1, cause: 'test' } }],
      spec: { durationUs: 25 * 3600 * S },
    });
    const orphaned = run.written.filter(({ state }) => state === TaskState.orphaned);
    expect(orphaned.length).toBe(2);
    for (const { atUs } of orphaned) {
      const sinceUs = atUs - run.whenNode(1, 'down');
      expect(Math.abs(sinceUs - 24 * 3600 * S)).toBeLessThanOrEqual(0.1 * S);
    }
  });

  test('a node that was DOWN and is back keeps its new tasks for longer than 24 h', () => {
    const run = runSwarm({
      services: [service('web', { replicas: 8 })],
      weather: [
        { atUs: 100 * S, event: { kind: 'node-down', node: 1, cause: 'test' } },
        { atUs: 300 * S, event: { kind: 'node-up', node: 1, cause: 'test' } },
      ],
      operations: [[400 * S, { verb: 'scale', workload: 'web', replicas: 12 }]],
      spec: { durationUs: 25 * 3600 * S },
    });
    expect(run.runningAt(500 * S).get(1)?.length).toBeGreaterThan(0);
    expect(run.written.some(({ state }) => state === TaskState.orphaned)).toBe(false);
  });

  test('global services lose the task of a lost node and get it again', () => {
    const run = runSwarm({
      services: [service('agent', { mode: 'global', replicas: 0 })],
      weather: [
        { atUs: 100 * S, event: { kind: 'node-down', node: 1, cause: 'test' } },
        { atUs: 300 * S, event: { kind: 'node-up', node: 1, cause: 'test' } },
      ],
    });
    expect(perNode(run, 99 * S)).toEqual([1, 1, 1, 1]);
    expect(perNode(run, 299 * S)).toEqual([1, 0, 1, 1]);
    expect(perNode(run, 599 * S)).toEqual([1, 1, 1, 1]);
  });
});

describe('the managers are lost', () => {
  const controlPlane = (on: boolean): WeatherEvent => ({ kind: 'control-plane-down', on, cause: 'test' });
  const outage = (fromUs: number, toUs: number) => [
    { atUs: fromUs, event: controlPlane(true) },
    { atUs: toUs, event: controlPlane(false) },
  ];

  test('what runs goes on; a new leader takes nodes for UNKNOWN and hears them within 8 s', () => {
    for (const seed of SEEDS.slice(0, 20)) {
      const run = runSwarm({ services: [service('web', { replicas: 8 })], weather: outage(100 * S, 160 * S), seed });
      expect(perNode(run, 130 * S)).toEqual([2, 2, 2, 2]);
      for (let node = 0; node < 4; node++) {
        expect(run.whenNode(node, 'unknown')).toBe(160 * S);
        expect(run.whenNode(node, 'ready', 160 * S + 1)).toBeLessThanOrEqual(168.2 * S);
        expect(run.whenNode(node, 'down')).toBeNaN();
      }
      expect(perNode(run, 599 * S)).toEqual([2, 2, 2, 2]);
      expect(run.written.filter(({ what, atUs }) => what === 'created' && atUs > 0).length).toBe(0);
    }
  });

  test('a node that is lost meanwhile is DOWN six periods after the new leader came, and replaced then', () => {
    for (const seed of SEEDS.slice(0, 20)) {
      const run = runSwarm({
        services: [service('web', { replicas: 8 })],
        weather: [
          { atUs: 100 * S, event: controlPlane(true) },
          { atUs: 120 * S, event: { kind: 'node-down', node: 0, cause: 'test' } },
          { atUs: 200 * S, event: controlPlane(false) },
        ],
        seed,
      });
      const downUs = run.whenNode(0, 'down');
      expect(downUs - 200 * S).toBeGreaterThanOrEqual(27 * S);
      expect(downUs - 200 * S).toBeLessThanOrEqual(33.1 * S);
      expect(run.countAt(599 * S)).toBe(8);
    }
  });

  test('a process that dies while there is no leader is replaced when there is one', () => {
    const run = runSwarm({
      services: [
        service('web', { replicas: 4, restart: { condition: 'any', delayUs: 5 * S, maxAttempts: 0, windowUs: 0 } }),
      ],
      behaviour: { runs: { kind: 'constant', meanUs: 230 * S } },
      weather: outage(100 * S, 160 * S),
      spec: { durationUs: 200 * S },
    });
    // Up since about -119 s, they end about 111 s, unheard.
    expect(run.written.some(({ state, atUs }) => state === TaskState.complete && atUs < 160 * S)).toBe(false);
    const heard = run.written.filter(({ state, atUs }) => state === TaskState.complete && atUs > 160 * S);
    expect(heard.length).toBeGreaterThan(0);
    expect(run.countAt(199 * S)).toBe(4);
  });
});
