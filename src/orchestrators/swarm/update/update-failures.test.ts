import { expect, test } from 'vitest';
import type { Task } from '../store/objects.ts';
import { DEFAULT_UPDATE } from '../swarm-spec.ts';
import { UpdateFailures } from './update-failures.ts';

const S = 1e6;
const tasks = (count: number) => Array.from({ length: count }, (_, id) => ({ id }) as unknown as Task);

/** After how many failures of these slots the action is taken. */
function failuresUntilAction(slots: number, maxFailureRatio: number): number {
  const failures = new UpdateFailures(slots, { ...DEFAULT_UPDATE, maxFailureRatio });
  const all = tasks(slots);
  for (const task of all) failures.expect(task);
  for (const [k, task] of all.entries()) {
    failures.note(task);
    if (failures.firstTooMany(0, 5 * S) !== undefined) return k + 1;
  }
  return Infinity;
}

test('the failure ratio: 3 of 10 are more than 0.2, 2 of 10 are not; with 0 the first failure is one too many', () => {
  expect(failuresUntilAction(10, 0.2)).toBe(3);
  expect(failuresUntilAction(10, 0)).toBe(1);
  expect(failuresUntilAction(4, 1)).toBe(Infinity);
});

test('a failure counts before the task runs and for the monitoring time after, and once', () => {
  const failures = new UpdateFailures(10, { ...DEFAULT_UPDATE, maxFailureRatio: 0.1 });
  const [early, inTime, late] = tasks(3);
  for (const task of [early, inTime, late]) failures.expect(task);
  failures.runs(inTime, 0);
  failures.runs(late, 0);
  failures.note(late);
  expect(failures.firstTooMany(5 * S + 1, 5 * S)).toBeUndefined();
  failures.note(inTime);
  expect(failures.firstTooMany(5 * S, 5 * S)).toBeUndefined();
  failures.note(inTime);
  expect(failures.firstTooMany(5 * S, 5 * S)).toBeUndefined();
  failures.note(early);
  expect(failures.firstTooMany(5 * S, 5 * S)).toBe(early);
});
