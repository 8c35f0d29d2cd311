import { expect, test } from 'vitest';
import type { Task } from '../store/objects.ts';
import { TaskState } from '../store/task-state.ts';
import { inKeepingOrder } from './scale-down.ts';

const slot = (number: number, node: number, state: TaskState = TaskState.running): Task[] => [
  { slot: number, node, state } as unknown as Task,
];
const numbers = (slots: readonly (readonly Task[])[]) => inKeepingOrder(slots).map(([task]) => task.slot);

test('the worked example: a{1,4,5}, b{2,6}, c{3} from 6 to 3 keeps 1, 2 and 3', () => {
  const order = numbers([slot(1, 0), slot(2, 1), slot(3, 2), slot(4, 0), slot(5, 0), slot(6, 1)]);
  expect(order).toEqual([1, 2, 3, 4, 6, 5]);
  expect(order.slice(0, 3)).toEqual([1, 2, 3]);
});

test('what does not run goes before what does, and the highest number first', () => {
  expect(numbers([slot(1, 0, TaskState.preparing), slot(2, 0), slot(3, 0)])).toEqual([2, 3, 1]);
});

test('slots with two tasks, or without a node, go first of all', () => {
  const double = [...slot(1, 0), ...slot(1, 1)];
  expect(numbers([double, slot(2, 0), slot(3, 0), slot(4, -1)])).toEqual([2, 3, 1, 4]);
});
