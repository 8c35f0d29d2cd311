import { expect, test } from 'vitest';
import { TaskState } from '../store/task-state.ts';
import { runSwarm, S, service } from '../swarm-fixture.ts';
import { DEFAULT_HEALTH_CHECK, type HealthCheckSpec } from '../swarm-spec.ts';

/** What becomes of a task after STARTING, and when; its process answers after so long. */
function course(check: Partial<HealthCheckSpec>, bootUs: number): { state: number; message: string; afterUs: number } {
  const run = runSwarm({
    services: [
      service('web', {
        replicas: 1,
        onOverlay: false,
        healthCheck: { ...DEFAULT_HEALTH_CHECK, timeoutUs: S, ...check },
      }),
    ],
    behaviour: { boot: { kind: 'constant', meanUs: bootUs } },
    // Nothing but the checks' own time.
    constants: { containerStart: 0, statusBatch: 1, containerExit: 0 },
    spec: { coldStart: true },
  });
  const starting = run.written.find(({ state }) => state === TaskState.starting)!;
  const next = run.written.find(({ task, state }) => task === starting.task && state! > TaskState.starting)!;
  return { state: next.state!, message: starting.task!.message, afterUs: next.atUs - starting.atUs };
}

/** Checks take some milliseconds themselves. */
const about = (afterUs: number, seconds: number) => expect(Math.abs(afterUs - seconds * S)).toBeLessThan(0.1 * S);

test('the first check comes one interval after the start, however soon the process answers', () => {
  const { state, afterUs } = course({ intervalUs: 7 * S }, 0);
  expect(state).toBe(TaskState.running);
  about(afterUs, 7);
});

test('within the start period checks come at the start interval, and failures do not count', () => {
  // Those at 2, 4 and 6 s fail, which are more than the retries.
  const check = { intervalUs: 30 * S, startPeriodUs: 60 * S, startIntervalUs: 2 * S, retries: 2 };
  const { state, afterUs } = course(check, 7 * S);
  expect(state).toBe(TaskState.running);
  about(afterUs, 8);
});

test('after the start period they come at the interval', () => {
  // At 1, 2, 3 and perhaps 4 s, then at 14 s.
  const check = { intervalUs: 10 * S, startPeriodUs: 4 * S, startIntervalUs: 1 * S };
  const { state, afterUs } = course(check, 7.5 * S);
  expect(state).toBe(TaskState.running);
  about(afterUs, 14);
});

test('after as many failures as retries the task is ended and has failed, though it ends as it is told to', () => {
  const { state, message, afterUs } = course({ intervalUs: 5 * S, retries: 2 }, 3600 * S);
  expect(state).toBe(TaskState.failed);
  expect(message).toBe('task: unhealthy container');
  // Checks at 5 and 10 s, the second of which takes its second until it has failed, and a stop of 0.2 s.
  expect(afterUs).toBeGreaterThanOrEqual(10.2 * S);
  expect(afterUs).toBeLessThanOrEqual(12.3 * S);
});
