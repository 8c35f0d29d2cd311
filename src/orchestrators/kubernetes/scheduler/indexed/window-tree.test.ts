import { expect, test } from 'vitest';
import { fc } from '../../../../../test/fuzz.ts';
import { heapWinner } from '../tie-break.ts';
import { ChangeLog } from './change-log.ts';
import type { OwnVerdicts } from './own-verdicts.ts';
import { preOrderRanks } from './pre-order.ts';
import { WindowTree } from './window-tree.ts';

test('pre-order: a place, all that hangs on its left child, all that hangs on its right one', () => {
  // The tree of 7: 0 has 1 and 2, 1 has 3 and 4, 2 has 5 and 6: in pre-order 0 1 3 4 2 5 6.
  const ranks = preOrderRanks(7);
  const places = [0, 1, 2, 3, 4, 5, 6].sort((a, b) => ranks[a] - ranks[b]);
  expect(places).toEqual([0, 1, 3, 4, 2, 5, 6]);
});

test('a kept window has the winner of the heap, whatever changes about the scores of its nodes', () => {
  const change = fc.record({ slot: fc.nat(11), score: fc.nat(3) });
  fc.assert(
    fc.property(
      fc.array(fc.nat(3), { minLength: 12, maxLength: 12 }),
      fc.nat(11),
      fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
      fc.array(change, { maxLength: 20 }),
      (scores, start, passes, changes) => {
        const order = Int32Array.from(scores, (_, slot) => (slot * 5) % 12);
        const placeOf = new Int32Array(12);
        order.forEach((slot, place) => (placeOf[slot] = place));
        const window = Array.from(order, (_, k) => order[(start + k) % 12]).slice(0, 9);
        const feasible = window.filter((slot) => passes[slot]);
        if (feasible.length === 0) return;
        const log = new ChangeLog();
        const own = { scores: Int32Array.from(scores), flips: 0, seen: 0 } as OwnVerdicts;
        const rejected = window.length - feasible.length;
        const tree = new WindowTree(own, order, start, Int32Array.from(feasible), feasible.length, rejected);
        const winner = (): number => feasible[heapWinner(feasible.map((slot) => own.scores[slot]))];
        expect(tree.winner(log, placeOf)).toBe(winner());
        for (const { slot, score } of changes) {
          own.scores[slot] = score;
          log.note(slot);
          expect(tree.winner(log, placeOf)).toBe(winner());
        }
      },
    ),
  );
});
