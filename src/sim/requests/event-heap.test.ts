import { expect, test } from 'vitest';
import { stream } from '../random.ts';
import { EventHeap } from './event-heap.ts';
import { TimerLine } from './timer-line.ts';

test('takes events by time, then rank, then in the order of entry, whatever was taken in between', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = stream(seed, 'events');
    const heap = new EventHeap();
    const waiting: { timeUs: number; rank: number; entry: number; subject: number }[] = [];
    for (let step = 0; step < 2000; step++)
      if (random.below(5) < 3 || waiting.length === 0) {
        const [timeUs, rank, subject] = [random.below(50) / 4, random.below(9), random.below(2 ** 27)];
        waiting.push({ timeUs, rank, entry: heap.push(timeUs, rank, rank, subject), subject });
      } else {
        waiting.sort((a, b) => a.timeUs - b.timeUs || a.rank - b.rank || a.entry - b.entry);
        const first = waiting.shift()!;
        expect(heap.nextUs).toBe(first.timeUs);
        heap.pop();
        const { timeUs, kind, subject, entry } = heap;
        expect({ timeUs, rank: kind, entry, subject }).toEqual(first);
      }
    expect(heap.size).toBe(waiting.length);
  }
});

test('an empty heap has no next event', () => {
  expect(new EventHeap().nextUs).toBe(Infinity);
});

test('a line of timers gives them back as they were set, however long it gets', () => {
  const line = new TimerLine(10);
  const random = stream(1, 'timers');
  let [set, ended] = [0, 0];
  for (let step = 0; step < 5000; step++)
    if (random.below(10) < 6 || line.empty) line.push(++set * 2, set, set % 7);
    else {
      ended++;
      expect([line.headUs, line.headSubject, line.headStamp]).toEqual([ended * 2, ended, ended % 7]);
      line.drop();
    }
  expect(set - ended).toBeGreaterThan(500);
});
