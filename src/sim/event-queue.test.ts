import { expect, test } from 'vitest';
import { EventQueue } from './event-queue.ts';
import { stream } from './random.ts';

function popAll(queue: EventQueue): string[] {
  const order: string[] = [];
  while (queue.size > 0) {
    const timeUs = queue.nextUs(Infinity);
    const rank = queue.nextRank;
    const slot = queue.pop();
    expect(queue.timeOf(slot)).toBe(timeUs);
    order.push(`${timeUs}/${rank}/${queue.a[slot]}`);
    queue.recycle(slot);
  }
  return order;
}

test('at one instant the lower rank comes first, and of equal ranks the one pushed first', () => {
  const queue = new EventQueue();
  queue.push(5, 1, 0, 100, 0);
  queue.push(5, 0, 0, 101, 0);
  queue.push(5, 1, 0, 102, 0);
  queue.push(4, 7, 0, 103, 0);
  expect(popAll(queue)).toEqual(['4/7/103', '5/0/101', '5/1/100', '5/1/102']);
});

test('pops in the order of (time, rank, push) whatever lies between: same instant, windows, epochs', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = stream(seed, 'events');
    const horizonUs = [10, 1e6, 1e9, 3e11, 1e12][seed % 5]!;
    const queue = new EventQueue();
    const model: { timeUs: number; rank: number; id: number }[] = [];
    let nowUs = 0;
    let id = 0;
    for (let step = 0; step < 1500; step++) {
      if (random.below(100) < (step < 800 ? 60 : 40) || model.length === 0) {
        // Stands for the next arrival: the clock goes to it, or to the next event if that comes first.
        const arrivalUs = nowUs + Math.floor(random.next() * random.next() * horizonUs);
        nowUs = Math.min(arrivalUs, queue.nextUs(arrivalUs));
        const timeUs = nowUs + Math.floor(random.next() * horizonUs);
        const rank = random.below(8);
        queue.push(timeUs, rank, 3, id, 7);
        model.push({ timeUs, rank, id: id++ });
      } else {
        model.sort((x, y) => x.timeUs - y.timeUs || x.rank - y.rank || x.id - y.id);
        const expected = model.shift()!;
        nowUs = expected.timeUs;
        expect(queue.nextUs(expected.timeUs), `seed ${seed} step ${step}`).toBe(expected.timeUs);
        expect(queue.nextUs(expected.timeUs - 1)).toBe(Infinity);
        const slot = queue.pop();
        expect([queue.timeOf(slot), queue.a[slot]], `seed ${seed} step ${step}`).toEqual([expected.timeUs, expected.id]);
        queue.recycle(slot);
      }
      expect(queue.size).toBe(model.length);
    }
  }
});

test('slots are used again: a million events that pass through leave room for what is waiting', () => {
  const queue = new EventQueue();
  let largestSlot = 0;
  for (let k = 0; k < 100; k++) queue.push(k, 0, 0, k, 0);
  for (let k = 0; k < 1_000_000; k++) {
    const slot = queue.pop();
    const timeUs = queue.timeOf(slot);
    queue.recycle(slot);
    largestSlot = Math.max(largestSlot, queue.push(timeUs + 100, 0, 0, k, 0));
  }
  expect(largestSlot).toBeLessThan(101);
});
