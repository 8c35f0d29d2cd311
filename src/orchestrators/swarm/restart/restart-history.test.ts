import { describe, expect, test } from 'vitest';
import { PLAIN_PROCESS } from '../../data-plane/process-behaviour.ts';
import type { Service, ServiceVersion, Task } from '../store/objects.ts';
import { TaskState } from '../store/task-state.ts';
import { DEFAULT_RESTART, defaultService, type RestartPolicy, type ServiceMode } from '../swarm-spec.ts';
import { RestartHistory } from './restart-history.ts';

const S = 1e6;

function versionWith(restart: Partial<RestartPolicy>, mode: ServiceMode = 'replicated'): ServiceVersion {
  const spec = { ...defaultService('web', 'web:1'), mode, restart: { ...DEFAULT_RESTART, ...restart } };
  return { spec, version: 1, behaviour: PLAIN_PROCESS };
}

function taskOf(of: ServiceVersion, otherwise: Partial<Task>): Task {
  const service = { id: 0, name: 'web', current: of } as Service;
  const task = {
    id: 0,
    service,
    slot: 1,
    name: 'web.1',
    of,
    node: 0,
    state: TaskState.failed,
    desired: TaskState.running,
  };
  return { ...task, message: '', jobIteration: -1, createdUs: 0, appliedUs: 0, book: 0, ...otherwise };
}

/** Replacements at these seconds, then a failure. */
function mayRestart(restart: Partial<RestartPolicy>, replacedS: readonly number[], failedS: number): boolean {
  const history = new RestartHistory();
  const version = versionWith(restart);
  for (const atS of replacedS) history.record(taskOf(version, { createdUs: atS * S }));
  return history.mayRestart(taskOf(version, { appliedUs: failedS * S }));
}

describe('the restart window (worked example)', () => {
  const policy = { maxAttempts: 3, windowUs: 60 * S };

  test('replaced at 0, 20 and 40 s, a failure at 50 s: three within 60 s, so no more', () => {
    expect(mayRestart(policy, [0, 20, 40], 50)).toBe(false);
  });

  test('a failure at 70 s: two since 10 s, so once more', () => {
    expect(mayRestart(policy, [0, 20, 40], 70)).toBe(true);
  });

  test('replacements of the very moment of the failure do not count, nor those of the very beginning of the window', () => {
    expect(mayRestart(policy, [0, 20, 50], 50)).toBe(true);
    expect(mayRestart(policy, [10, 20, 40], 70)).toBe(true);
    expect(mayRestart(policy, [11, 20, 40], 70)).toBe(false);
  });
});

test('without a window attempts count for the life of the version; 0 attempts are any number', () => {
  expect(mayRestart({ maxAttempts: 2 }, [0, 1000], 900_000)).toBe(false);
  expect(mayRestart({ maxAttempts: 3 }, [0, 1000], 900_000)).toBe(true);
  expect(mayRestart({}, [0, 1, 2, 3, 4, 5, 6], 7)).toBe(true);
});

test('a new version begins anew', () => {
  const history = new RestartHistory();
  const old = versionWith({ maxAttempts: 1 });
  const next = { ...versionWith({ maxAttempts: 1 }), version: 2 };
  history.record(taskOf(old, {}));
  expect(history.mayRestart(taskOf(old, { appliedUs: 1 }))).toBe(false);
  expect(history.mayRestart(taskOf(next, { appliedUs: 1 }))).toBe(true);
});

test('each slot has a history of its own, of global services each node', () => {
  const history = new RestartHistory();
  const replicated = versionWith({ maxAttempts: 1 });
  history.record(taskOf(replicated, { slot: 1 }));
  expect(history.mayRestart(taskOf(replicated, { slot: 1 }))).toBe(false);
  expect(history.mayRestart(taskOf(replicated, { slot: 2 }))).toBe(true);
  const everywhere = versionWith({ maxAttempts: 1 }, 'global');
  history.record(taskOf(everywhere, { slot: 0, node: 3 }));
  expect(history.mayRestart(taskOf(everywhere, { slot: 0, node: 3 }))).toBe(false);
  expect(history.mayRestart(taskOf(everywhere, { slot: 0, node: 4 }))).toBe(true);
});

test('conditions: none never, on-failure not after exit 0, any always, but no job that is done', () => {
  const history = new RestartHistory();
  const after = (restart: Partial<RestartPolicy>, state: TaskState, mode: ServiceMode = 'replicated') =>
    history.mayRestart(taskOf(versionWith(restart, mode), { state }));
  expect(after({ condition: 'none' }, TaskState.failed)).toBe(false);
  expect(after({ condition: 'on-failure' }, TaskState.complete)).toBe(false);
  expect(after({ condition: 'on-failure' }, TaskState.failed)).toBe(true);
  expect(after({ condition: 'any' }, TaskState.complete)).toBe(true);
  expect(after({ condition: 'any' }, TaskState.complete, 'replicated-job')).toBe(false);
  expect(after({ condition: 'any' }, TaskState.failed, 'replicated-job')).toBe(true);
});
