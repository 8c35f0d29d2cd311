import { describe, expect, test } from 'vitest';
import { machineSpec, machineSpecs, modelledService } from '../data-plane/data-plane-fixture.ts';
import { TaskState } from './store/task-state.ts';
import { runSwarm, S, service, type SwarmRun } from './swarm-fixture.ts';

const perNode = (run: SwarmRun, atUs: number) => [0, 1, 2, 3].map((node) => run.runningAt(atUs).get(node)?.length ?? 0);
const SEEDS = Array.from({ length: 20 }, (_, seed) => seed);

describe('on the data plane', () => {
  test('8 replicas on 4 empty nodes (measured: 2.6 s): all run within 5 s, two on each', () => {
    const run = runSwarm({ services: [service('web', { replicas: 8 })], spec: { coldStart: true } });
    expect(perNode(run, 10 * S)).toEqual([2, 2, 2, 2]);
    const wholeUs = run.whenRunning(8, 0);
    expect(wholeUs).toBeGreaterThan(1 * S);
    expect(wholeUs).toBeLessThan(5 * S);
  });

  test('a task crashes (measured: running again after 6.4 s): after 5.8 to 7 s', () => {
    for (const seed of SEEDS) {
      const diesUs = 100 * S + seed * 37_000;
      const run = runSwarm({
        services: [service('web', { replicas: 4 })],
        weather: [{ atUs: diesUs, event: { kind: 'replica-crash', service: 0, which: 0.5, cause: 'test' } }],
        spec: { services: [modelledService('web')] },
        seed,
      });
      const failed = run.written.filter(({ state, atUs }) => state === TaskState.failed && atUs > 0);
      expect(new Set(failed.map(({ task }) => task)).size).toBe(1);
      const againUs = run.whenRunning(4, failed[0].atUs);
      expect(againUs - diesUs).toBeGreaterThan(5.8 * S);
      expect(againUs - diesUs).toBeLessThan(7 * S);
    }
  });

  test('drain (measured: 13 s for 3 tasks that ignore SIGTERM, all on the empty node): each stops first, without delay', () => {
    const run = runSwarm({
      services: [service('web', { replicas: 9, onOverlay: false })],
      behaviour: { ignoresStop: true },
      operations: [
        [50 * S, { verb: 'drain', machine: 'n4' }],
        [100 * S, { verb: 'activate', machine: 'n4' }],
        [150 * S, { verb: 'drain', machine: 'n1' }],
      ],
    });
    expect(perNode(run, 140 * S)).toEqual([3, 3, 3, 0]);
    expect(perNode(run, 200 * S)).toEqual([0, 3, 3, 3]);
    const wholeUs = run.whenRunning(9, 155 * S);
    expect(wholeUs - 150 * S).toBeGreaterThan(10 * S);
    expect(wholeUs - 150 * S).toBeLessThan(14 * S);
    // Never more than nine at once: stop first.
    for (const { atUs } of run.written) expect(run.countAt(atUs)).toBeLessThanOrEqual(9);
  });

  test('drain on an overlay network: two seconds more for the others to hear of it', () => {
    const spanUs = (onOverlay: boolean) => {
      const run = runSwarm({
        services: [service('web', { replicas: 4, onOverlay })],
        operations: [[100 * S, { verb: 'drain', machine: 'n1' }]],
      });
      return run.whenRunning(4, 100.01 * S) - 100 * S;
    };
    expect(spanUs(true) - spanUs(false)).toBeGreaterThanOrEqual(1.9 * S);
    expect(spanUs(true) - spanUs(false)).toBeLessThanOrEqual(2.2 * S);
  });

  test('a drained node that is lost meanwhile is waited for no longer than until it is DOWN', () => {
    const run = runSwarm({
      services: [service('web', { replicas: 4, onOverlay: false, stopGraceUs: 200 * S })],
      behaviour: { ignoresStop: true },
      operations: [[100 * S, { verb: 'drain', machine: 'n1' }]],
      weather: [{ atUs: 105 * S, event: { kind: 'node-down', node: 0, cause: 'test' } }],
    });
    const downUs = run.whenNode(0, 'down', 105 * S);
    expect(downUs).toBeLessThan(122 * S);
    expect(run.whenRunning(4, downUs) - downUs).toBeLessThan(1 * S);
  });

  test('a task that never gets healthy was in no balancer, and yet waits two seconds on an overlay network before SIGTERM', () => {
    const healthCheck = { intervalUs: 5 * S, timeoutUs: 2 * S, retries: 2, startPeriodUs: 0, startIntervalUs: 5 * S };
    const failedAfterUs = (onOverlay: boolean) => {
      const run = runSwarm({
        services: [service('web', { replicas: 1, onOverlay, healthCheck })],
        behaviour: { boot: { kind: 'constant', meanUs: 3600 * S } },
        spec: { coldStart: true },
      });
      const first = run.written.find(({ state }) => state === TaskState.starting)!;
      return (
        run.written.find(({ task, state }) => task === first.task && state === TaskState.failed)!.atUs - first.atUs
      );
    };
    expect(Math.abs(failedAfterUs(true) - failedAfterUs(false) - 2 * S)).toBeLessThanOrEqual(0.2 * S);
  });

  test('a stop that takes longer than 60 s: the replacement starts all the same', () => {
    const run = runSwarm({
      services: [service('web', { replicas: 4, onOverlay: false, stopGraceUs: 200 * S })],
      behaviour: { ignoresStop: true },
      operations: [[100 * S, { verb: 'drain', machine: 'n1' }]],
    });
    const wholeUs = run.whenRunning(4, 100.01 * S);
    expect(wholeUs - 100 * S).toBeGreaterThan(60 * S);
    expect(wholeUs - 100 * S).toBeLessThan(62 * S);
  });

  test('pause: what is there stays, nothing new comes', () => {
    const run = runSwarm({
      services: [service('web', { replicas: 4 })],
      operations: [
        [50 * S, { verb: 'pause', machine: 'n1' }],
        [60 * S, { verb: 'scale', workload: 'web', replicas: 10 }],
      ],
    });
    expect(perNode(run, 100 * S)).toEqual([1, 3, 3, 3]);
  });

  test('scale up on uneven nodes (example B, as on a real Swarm), and down from the most loaded', () => {
    const run = runSwarm({
      services: [service('web', { replicas: 0 })],
      spec: { machines: machineSpecs(3, []) },
      operations: [
        [10 * S, { verb: 'pause', machine: 'n1' }],
        [10 * S, { verb: 'pause', machine: 'n2' }],
        [20 * S, { verb: 'scale', workload: 'web', replicas: 2 }],
        [40 * S, { verb: 'activate', machine: 'n1' }],
        [40 * S, { verb: 'activate', machine: 'n2' }],
        [50 * S, { verb: 'scale', workload: 'web', replicas: 6 }],
        [100 * S, { verb: 'scale', workload: 'web', replicas: 3 }],
      ],
    });
    expect(perNode(run, 45 * S)).toEqual([0, 0, 2, 0]);
    expect(perNode(run, 90 * S)).toEqual([1, 3, 2, 0]);
    expect(perNode(run, 200 * S)).toEqual([1, 1, 1, 0]);
  });

  test('removed: everything stops, and the managers forget it', () => {
    const run = runSwarm({
      services: [service('web', { replicas: 4 }), service('api', { replicas: 2 })],
      operations: [[50 * S, { verb: 'remove', workload: 'web' }]],
    });
    expect(run.countAt(100 * S, 'web')).toBe(0);
    expect(run.countAt(100 * S, 'api')).toBe(2);
    expect(run.loop.store.tasks.size).toBe(2);
    expect(run.loop.isQuiet()).toBe(true);
  });

  test('what does not fit waits, and says why', () => {
    const run = runSwarm({
      services: [service('big', { replicas: 6, reservations: { cpuMilli: 3000, memBytes: 0, generic: [] } })],
    });
    expect(perNode(run, 100 * S)).toEqual([1, 1, 1, 1]);
    const waiting = [...run.loop.store.tasks.values()].filter(({ node }) => node < 0);
    expect(waiting.map(({ message }) => message)).toEqual([
      'no suitable node (insufficient resources on 4 nodes)',
      'no suitable node (insufficient resources on 4 nodes)',
    ]);
    expect(run.loop.isQuiet()).toBe(true);
  });
});

describe('machines and policies from elsewhere', () => {
  test('a machine that is bought joins when it has booted; only global services and new tasks go there', () => {
    const run = runSwarm({
      services: [service('web', { replicas: 8 }), service('agent', { mode: 'global', replicas: 0 })],
      operations: [[300 * S, { verb: 'scale', workload: 'web', replicas: 10 }]],
      begin: (plane) => {
        const buy = plane.clock.kind(() => void plane.machines.buy(machineSpec('n5'), 60 * S));
        plane.clock.at(100 * S, buy, 0);
      },
    });
    const there = (atUs: number) => (run.runningAt(atUs).get(4) ?? []).map(({ service: { name } }) => name);
    expect(there(159 * S)).toEqual([]);
    expect(there(290 * S)).toEqual(['agent']);
    expect(there(590 * S)).toEqual(['agent', 'web', 'web']);
  });

  test('any placement policy can choose in the place of the spreading', () => {
    const run = runSwarm({
      services: [service('web', { replicas: 6, reservations: { cpuMilli: 1000, memBytes: 0, generic: [] } })],
      spec: { chooser: () => ({ name: 'first', choose: ([first]) => first ?? -1 }) },
    });
    expect(perNode(run, 100 * S)).toEqual([4, 2, 0, 0]);
  });
});

describe('jobs', () => {
  const behaviour = { runs: { kind: 'constant', meanUs: 10 * S } as const };

  test('so many completions, no more at once than asked for, each in a slot of its own', () => {
    const run = runSwarm({
      services: [service('batch', { mode: 'replicated-job', replicas: 6, maxConcurrent: 2 })],
      behaviour,
      spec: { coldStart: true },
      look: (one) => {
        const live = [...one.loop.store.tasks.values()].filter(({ state }) => state < TaskState.complete);
        expect(live.length).toBeLessThanOrEqual(2);
      },
    });
    const done = [...run.loop.store.tasks.values()].filter(({ state }) => state === TaskState.complete);
    expect(done.map(({ slot }) => slot).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(run.loop.isQuiet()).toBe(true);
  });

  test('deployed again or scaled, a job runs anew, all of it', () => {
    const batch = service('batch', { mode: 'replicated-job', replicas: 3, maxConcurrent: 3 });
    const run = runSwarm({
      services: [batch, service('once', { mode: 'global-job', replicas: 0 })],
      behaviour,
      operations: [
        [100 * S, { verb: 'apply', files: [] }],
        [200 * S, { verb: 'scale', workload: 'batch', replicas: 5 }],
      ],
    });
    const completions = (name: string, fromS: number, toS: number) =>
      run.written.filter(
        ({ task, what, state, atUs }) =>
          task?.service.name === name &&
          what === 'updated' &&
          state === TaskState.complete &&
          atUs > fromS * S &&
          atUs < toS * S,
      ).length;
    expect(completions('batch', 0, 100)).toBe(0);
    expect(completions('batch', 100, 200)).toBe(3);
    expect(completions('batch', 200, 300)).toBe(5);
    expect(completions('once', 100, 200)).toBe(4);
    expect(completions('once', 200, 300)).toBe(0);
    expect(run.loop.isQuiet()).toBe(true);
  });

  test('one on each node; what fails is tried again after the delay, what completes is not', () => {
    const run = runSwarm({
      services: [service('once', { mode: 'global-job', replicas: 0 })],
      behaviour: { ...behaviour, failureShare: 0.5 },
      spec: { coldStart: true },
      seed: 3,
    });
    const tasks = [...run.loop.store.tasks.values()];
    expect(
      tasks
        .filter(({ state }) => state === TaskState.complete)
        .map(({ node }) => node)
        .sort((a, b) => a - b),
    ).toEqual([0, 1, 2, 3]);
    expect(tasks.some(({ state }) => state === TaskState.failed)).toBe(true);
  });
});
