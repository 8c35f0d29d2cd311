import { expect, test } from 'vitest';
import { EventQueue } from './event-queue.ts';
import { stream } from './random.ts';

function popAll(queue: EventQueue): string[] {
  const order: string[] = [];
  while (queue.size > 0) {
    const timeUs = queue.nextUs(Infinity);
    const rank = queue.nextRank;
    queue.pop();
    order.push(`${timeUs}/${rank}/${queue.subject}`);
  }
  return order;
}

test('at one instant the lower rank comes first, and of equal ranks the one pushed first', () => {
  const queue = new EventQueue();
  queue.push(5, 1, 0, 100);
  queue.push(5, 0, 0, 101);
  queue.push(5, 1, 0, 102);
  queue.push(4, 7, 0, 103);
  expect(popAll(queue)).toEqual(['4/7/103', '5/0/101', '5/1/100', '5/1/102']);
});

test('pops in the order of (time, rank, push) whatever lies between: same instant, windows, epochs', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = stream(seed, 'events');
    const horizonUs = [10, 1e6, 1e9, 3e11, 1e12][seed % 5];
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
        queue.push(timeUs, rank, 3, id);
        model.push({ timeUs, rank, id: id++ });
      } else {
        model.sort((x, y) => x.timeUs - y.timeUs || x.rank - y.rank || x.id - y.id);
        const expected = model.shift()!;
        nowUs = expected.timeUs;
        expect(queue.nextUs(expected.timeUs), `seed ${seed} step ${step}`).toBe(expected.timeUs);
        expect(queue.nextUs(expected.timeUs - 1)).toBe(Infinity);
        queue.pop();
        expect([queue.kind, queue.subject], `seed ${seed} step ${step}`).toEqual([3, expected.id]);
      }
      expect(queue.size).toBe(model.length);
    }
  }
});

test('a million events pass through one window, few at a time, and still in order', () => {
  const queue = new EventQueue();
  for (let k = 0; k < 100; k++) queue.push(k, 0, 0, k);
  for (let k = 0; k < 1_000_000; k++) {
    const timeUs = queue.nextUs(Infinity);
    queue.pop();
    // 100 events, each followed by its successor 100 µs later: event k is popped at time k.
    if (timeUs !== k || queue.subject !== k % 100) expect([timeUs, queue.subject]).toEqual([k, k % 100]);
    queue.push(timeUs + 100, 0, 0, queue.subject);
  }
  expect(queue.size).toBe(100);
});

test('thousands of events at one instant of a later window keep the order of their pushes', () => {
  const queue = new EventQueue();
  for (let k = 0; k < 5000; k++) queue.push(1e9, k % 2, 0, k);
  // Rank 0 (even numbers) first, then rank 1, each as pushed; meanwhile more are pushed at that instant.
  const order: number[] = [];
  for (let k = 0; k < 6000; k++) {
    queue.pop();
    order.push(queue.subject);
    if (k < 1000) queue.push(1e9, 1, 0, 10_000 + k);
  }
  const even = Array.from({ length: 2500 }, (_, k) => 2 * k);
  const odd = even.map((k) => k + 1);
  expect(order).toEqual([...even, ...odd, ...Array.from({ length: 1000 }, (_, k) => 10_000 + k)]);
});
