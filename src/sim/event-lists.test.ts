import { expect, test } from 'vitest';
import { EventLists } from './event-lists.ts';
import { stream } from './random.ts';

function taken(lists: EventLists, list: number): [number, number][] {
  const count = lists.count(list);
  const times = new Float64Array(count);
  const payloads = new Float64Array(count);
  expect(lists.take(list, times, payloads)).toBe(count);
  return Array.from(times, (time, k) => [time, payloads[k]]);
}

test('each list gives its events in the order in which they came, and is empty then', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = stream(seed, 'lists');
    const lists = new EventLists(7);
    const model: [number, number][][] = Array.from({ length: 7 }, () => []);
    for (let step = 0; step < 3000; step++) {
      const list = random.below(7);
      if (random.below(200) === 0) {
        expect(taken(lists, list), `seed ${seed} step ${step}`).toEqual(model[list]);
        model[list] = [];
        expect(lists.isEmpty(list)).toBe(true);
      } else {
        lists.add(list, step, -step);
        model[list].push([step, -step]);
      }
    }
  }
});
