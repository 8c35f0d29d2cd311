import { expect, test } from 'vitest';
import { fc } from '../../../../../test/fuzz.ts';
import { type HeapItem, PlacedHeap } from './placed-heap.ts';

interface Numbered extends HeapItem {
  readonly value: number;
}

test('gives the least first, and lets go of any', () => {
  const heap = new PlacedHeap<Numbered>((left, right) => left.value < right.value);
  const items = [5, 3, 8, 1, 9, 2].map((value) => ({ value, heapIndex: -1 }));
  for (const item of items) heap.push(item);
  heap.remove(items[3]);
  heap.remove(items[4]);
  expect([heap.pop(), heap.pop(), heap.pop(), heap.pop(), heap.pop()].map((item) => item?.value)).toEqual([
    2,
    3,
    5,
    8,
    undefined,
  ]);
});

test('after any pushes and removals what comes out is sorted', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 1000 }), fc.boolean()), { maxLength: 60 }), (steps) => {
      const heap = new PlacedHeap<Numbered>((left, right) => left.value < right.value);
      const kept: Numbered[] = [];
      for (const [value, removes] of steps) {
        const item = { value, heapIndex: -1 };
        heap.push(item);
        kept.push(item);
        if (removes) heap.remove(kept.splice(value % kept.length, 1)[0]);
      }
      const out: number[] = [];
      for (let item = heap.pop(); item !== undefined; item = heap.pop()) out.push(item.value);
      expect(out).toEqual(kept.map((item) => item.value).sort((left, right) => left - right));
    }),
  );
});
