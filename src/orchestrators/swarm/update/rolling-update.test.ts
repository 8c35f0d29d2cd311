import { describe, expect, test } from 'vitest';
import { modelledService } from '../../data-plane/data-plane-fixture.ts';
import type { TimedOperation } from '../../data-plane/orchestrated-spec.ts';
import { TaskState } from '../store/task-state.ts';
import { runSwarm, S, service, type SwarmRun } from '../swarm-fixture.ts';
import { DEFAULT_UPDATE, type UpdateConfig } from '../swarm-spec.ts';

/** Nothing but the update's own waits: no batches, no debounce, and containers in no time but these. */
const EXACT = {
  statusBatch: 1,
  assignmentBatch: 1,
  commitDebounce: 1,
  containerCreate: 0,
  containerStart: 0,
  containerExit: 0,
};

const web2 = { verb: 'update', workload: 'web', image: 'web:2' } as const;

function updated(
  update: Partial<UpdateConfig>,
  replicas: number,
  otherwise: Partial<Parameters<typeof runSwarm>[0]> = {},
  as?: (TimedOperation['change'] & { verb: 'update' })['as'],
): SwarmRun {
  return runSwarm({
    services: [
      service('web', { replicas, onOverlay: false, prefersLocalImage: true, update: { ...DEFAULT_UPDATE, ...update } }),
    ],
    operations: [[100 * S, as === undefined ? web2 : { ...web2, as }]],
    ...otherwise,
  });
}

const status = (run: SwarmRun) => run.loop.store.services.get('web')!.updateStatus;
const versions = (run: SwarmRun, atUs: number) => {
  const images = [...run.runningAt(atUs).values()].flat().map(({ of }) => of.spec.image);
  return {
    old: images.filter((image) => image === 'web:1').length,
    new: images.filter((image) => image === 'web:2').length,
  };
};
const concludedUs = (run: SwarmRun) => run.updates.find(({ state }) => state === 'completed')!.atUs;

describe('rolling updates', () => {
  test('the example of 86 s: 10 replicas, 2 at once, delay 10 s, stop 1 s, start 4 s, monitor 5 s', () => {
    // Start: 4 s from READY to RUNNING. Stop: 1 s from SIGTERM. The new image has no bytes.
    const run = updated({ parallelism: 2, delayUs: 10 * S }, 10, {
      constants: { ...EXACT, containerStart: 4 * S },
      behaviour: { imageBytes: 0, stop: { kind: 'constant', meanUs: 1 * S } },
    });
    expect(status(run)).toEqual({ state: 'completed', message: 'update completed' });
    const tookUs = concludedUs(run) - 100 * S;
    expect(Math.abs(tookUs - 86 * S)).toBeLessThan(1000);
    expect(versions(run, 599 * S)).toEqual({ old: 0, new: 10 });
  });

  test('stop-first: never more slots down than are updated at once; over 20 seeds', () => {
    for (let seed = 0; seed < 20; seed++)
      for (const parallelism of [1, 3]) {
        const run = updated({ parallelism }, 8, {
          seed,
          behaviour: { stop: { kind: 'exponential', meanUs: 2 * S } },
        });
        expect(status(run)?.state).toBe('completed');
        for (const { atUs } of run.written)
          if (atUs > 99 * S) {
            const count = run.countAt(atUs);
            expect(count).toBeGreaterThanOrEqual(8 - parallelism);
            expect(count).toBeLessThanOrEqual(8);
          }
        expect(versions(run, 599 * S)).toEqual({ old: 0, new: 8 });
      }
  });

  test('start-first: never fewer than asked for, and no more beside them than are updated at once', () => {
    const run = updated({ parallelism: 2, order: 'start-first' }, 6);
    for (const { atUs } of run.written)
      if (atUs > 99 * S) {
        expect(run.countAt(atUs)).toBeGreaterThanOrEqual(6);
        expect(run.countAt(atUs)).toBeLessThanOrEqual(8);
      }
    expect(versions(run, 599 * S)).toEqual({ old: 0, new: 6 });
  });

  test('start-first: what never comes to run leaves the old one running', () => {
    // The image is nowhere, and nobody can fetch it.
    const run = updated({ order: 'start-first', failureAction: 'pause' }, 3, {
      weather: [{ atUs: 0, event: { kind: 'registry-down', on: true, cause: 'test' } }],
    });
    expect(status(run)?.state).toBe('paused');
    for (const { atUs } of run.written) if (atUs > 99 * S) expect(versions(run, atUs)).toEqual({ old: 3, new: 0 });
  });

  test('failures while workers still wait are looked at when all have finished, and count then', () => {
    const run = updated(
      { parallelism: 4, delayUs: 30 * S },
      4,
      {},
      { workFactor: 1, errorShare: 0, crashAfterUs: 2 * S },
    );
    const pausedUs = run.updates.find(({ state }) => state === 'paused')!.atUs;
    expect(pausedUs - 100 * S).toBeGreaterThan(30 * S);
    expect(pausedUs - 100 * S).toBeLessThan(34 * S);
  });

  test('a delay as long as the monitoring time makes that a second longer than the delay', () => {
    const tookUs = (delayUs: number) => {
      const run = updated({ delayUs }, 1, { constants: EXACT });
      return concludedUs(run) - 100 * S;
    };
    // 5 s and 6 s, against 4.9 s and 5 s.
    expect(Math.abs(tookUs(5 * S) - tookUs(4.9 * S) - 1.1 * S)).toBeLessThan(1000);
  });

  test('parallelism 0: all at once', () => {
    const run = updated({ parallelism: 0 }, 6);
    const shutDown = run.written.filter(({ desired, atUs }) => desired === TaskState.shutdown && atUs === 100 * S);
    expect(shutDown.length).toBe(6);
  });

  test('a version that crashes: the default pauses at the first failure', () => {
    const run = updated({}, 6, {}, { workFactor: 1, errorShare: 0, crashAfterUs: 2 * S });
    expect(status(run)?.state).toBe('paused');
    expect(status(run)?.message).toMatch(/^update paused due to failure or early termination of task web\.\d+$/);
    const kept = versions(run, 599 * S);
    // Those that were updated until then go on trying with the new version; the others were not touched.
    expect(kept.old).toBeGreaterThanOrEqual(2);
    expect(kept.old).toBeLessThanOrEqual(5);
  });

  test('a version that crashes: rolled back by itself, all slots of the old version again', () => {
    const run = updated(
      { failureAction: 'rollback', parallelism: 2 },
      6,
      {},
      { workFactor: 1, errorShare: 0, crashAfterUs: 2 * S },
    );
    expect(status(run)).toEqual({ state: 'rollback_completed', message: 'rollback completed' });
    expect(versions(run, 599 * S)).toEqual({ old: 6, new: 0 });
  });

  /** An update that is noticed to fail after 30 s, and a replica brought back that crashes 18 s after it runs. */
  const rolledBack = (monitorUs: number) =>
    runSwarm({
      services: [
        service('web', {
          replicas: 8,
          onOverlay: false,
          prefersLocalImage: true,
          update: { ...DEFAULT_UPDATE, failureAction: 'rollback', monitorUs: 60 * S },
          rollback: { ...DEFAULT_UPDATE, delayUs: 10 * S, monitorUs },
        }),
      ],
      operations: [[100 * S, { ...web2, as: { workFactor: 1, errorShare: 0, crashAfterUs: 30 * S } }]],
      weather: Array.from({ length: 8 }, (_, k) => ({
        atUs: (150 + 2 * k) * S,
        event: { kind: 'replica-crash' as const, service: 0, which: k / 8, cause: 'test' },
      })),
      spec: { services: [modelledService('web')] },
    });

  test('a rollback goes by rules of its own: its delay, and failures within its own monitoring time', () => {
    const run = rolledBack(5 * S);
    const atUs = (state: string) => run.updates.find((one) => one.state === state)!.atUs;
    expect(status(run)?.state).toBe('rollback_completed');
    // Seven slots, 10 s after each, 1.5 s for the first, and 11 s of monitoring.
    expect(atUs('rollback_completed') - atUs('rollback_started')).toBeGreaterThan(82 * S);
    expect(atUs('rollback_completed') - atUs('rollback_started')).toBeLessThan(84 * S);
  });

  test('a rollback that fails is paused: nothing is rolled back a second time, and nothing goes on', () => {
    const run = rolledBack(30 * S);
    expect(status(run)?.state).toBe('rollback_paused');
    const states = run.updates.map(({ state }) => state);
    expect(states.slice(states.indexOf('rollback_started'))).toEqual(['rollback_started', 'rollback_paused']);
    expect(run.updates.at(-1)!.atUs).toBeLessThan(153 * S);
  });

  test('a version that crashes: with "continue" nobody minds', () => {
    const run = updated({ failureAction: 'continue' }, 4, {}, { workFactor: 1, errorShare: 0, crashAfterUs: 20 * S });
    expect(status(run)?.state).toBe('completed');
  });

  test('the failure ratio: of 10 with 0.2 the third failure counts, and with 0 the first', () => {
    const slotsTouched = (maxFailureRatio: number) => {
      const run = updated(
        { maxFailureRatio, monitorUs: 30 * S },
        10,
        {},
        { workFactor: 1, errorShare: 0, crashAfterUs: 1.5 * S },
      );
      expect(status(run)?.state).toBe('paused');
      const failedFirst = new Set(
        run.written
          .filter(({ state, task }) => state === TaskState.failed && task!.of.spec.image === 'web:2')
          .map(({ task }) => task!.slot),
      );
      return failedFirst.size;
    };
    expect(slotsTouched(0)).toBeLessThan(slotsTouched(0.2));
  });

  test('a new update takes the place of the one that is under way', () => {
    const run = updated({ delayUs: 20 * S }, 6, {
      operations: [
        [100 * S, web2],
        [130 * S, { verb: 'update', workload: 'web', image: 'web:3' }],
      ],
    });
    const images = [...run.runningAt(599 * S).values()].flat().map(({ of }) => of.spec.image);
    expect(images).toEqual(Array.from({ length: 6 }, () => 'web:3'));
  });

  test('scaling is no update: no task is replaced', () => {
    const run = updated({}, 4, { operations: [[100 * S, { verb: 'scale', workload: 'web', replicas: 6 }]] });
    expect(run.written.some(({ desired, atUs }) => desired === TaskState.shutdown && atUs > 0)).toBe(false);
    expect(run.countAt(599 * S)).toBe(6);
  });

  test('with a health check a task runs when it is healthy, and an update waits for that', () => {
    const healthCheck = { intervalUs: 5 * S, timeoutUs: 2 * S, retries: 3, startPeriodUs: 0, startIntervalUs: 5 * S };
    const run = runSwarm({
      services: [service('web', { replicas: 2, healthCheck })],
      operations: [[100 * S, web2]],
    });
    const starts = run.written.filter(({ state, atUs }) => state === TaskState.starting && atUs > 100 * S);
    for (const { task, atUs } of starts) {
      const runsUs = run.written.find((one) => one.task === task && one.state === TaskState.running)!.atUs;
      expect(runsUs - atUs).toBeGreaterThanOrEqual(5 * S);
    }
    expect(versions(run, 599 * S)).toEqual({ old: 0, new: 2 });
  });
});
