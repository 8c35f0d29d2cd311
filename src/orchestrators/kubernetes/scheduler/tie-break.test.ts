import { describe, expect, test } from 'vitest';
import { fc } from '../../../../test/fuzz.ts';
import { stream } from '../../../sim/random.ts';
import { heapWinner, reservoirWinner, winner, winsTie } from './tie-break.ts';

describe('the root of the heap (scheduler.md 2.3, checked on the real scheduler)', () => {
  test.each([
    // heap.Init starts at the last parent, 1: its child 3 (463) is better than it (456) and rises; then 0 takes the
    // better of 1 (now 463) and 2 (463): the left one, which is the former 3.
    [[456, 456, 463, 463], 3],
    [[7, 7, 7, 7, 7], 0],
    [[1, 5, 5], 1],
    [[5], 0],
    [[1, 2], 1],
  ])('%j: %d', (scores, place) => {
    expect(heapWinner(scores)).toBe(place);
  });
});

const fewScores = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 60 });

test('it is the first of the best in pre-order, on random lists', () => {
  fc.assert(
    fc.property(fewScores, (scores) => {
      expect(heapWinner(scores)).toBe(firstBestInPreOrder(scores));
    }),
  );
});

test('winsTie finds the same winner, in whatever order the best are met', () => {
  fc.assert(
    fc.property(fewScores, fc.infiniteStream(fc.nat()), (scores, order) => {
      const best = Math.max(...scores);
      const places = scores.flatMap((score, place) => (score === best ? [place] : []));
      const met = places.map((place) => ({ place, rank: Number(order.next().value) })).sort((a, b) => a.rank - b.rank);
      let first = met[0].place;
      for (const { place } of met) if (winsTie(place, first)) first = place;
      expect(first).toBe(heapWinner(scores));
    }),
  );
});

test('pre-order of ten places', () => {
  const places = Array.from({ length: 10 }, (_, place) => place);
  const sorted = places.sort((a, b) => (a === b ? 0 : winsTie(a, b) ? -1 : 1));
  // 0 has the children 1 and 2; 1: 3, 4; 3: 7, 8; 4: 9; 2: 5, 6.
  expect(sorted).toEqual([0, 1, 3, 7, 8, 4, 9, 2, 5, 6]);
});

describe('up to 1.34', () => {
  test('each of the best is drawn equally often, no other ever', () => {
    const random = stream(1, 'ties');
    const times = [0, 0, 0, 0];
    for (let i = 0; i < 9000; i += 1) times[reservoirWinner([5, 9, 9, 9], random)] += 1;
    expect(times[0]).toBe(0);
    // Binomial with n = 9000, p = 1/3: 3000, standard deviation 45.
    for (const count of times.slice(1)) expect(Math.abs(count - 3000)).toBeLessThan(4 * 45);
  });

  test('a single best needs no number', () => {
    const random = { ...stream(1, 'ties'), below: () => expect.unreachable('nothing is drawn') };
    expect(winner([1, 9, 3], '1.34', random)).toBe(1);
  });

  test('without a stream it is a mistake of ours', () => {
    expect(() => winner([1, 1], '1.34')).toThrow('needs a stream');
  });
});

function firstBestInPreOrder(scores: readonly number[]): number {
  const best = Math.max(...scores);
  const search = (place: number): number | undefined => {
    if (place >= scores.length) return undefined;
    if (scores[place] === best) return place;
    return search(2 * place + 1) ?? search(2 * place + 2);
  };
  return search(0) ?? -1;
}
