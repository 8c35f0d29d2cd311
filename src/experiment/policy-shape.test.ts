import { expect, test } from 'vitest';
import { stream } from '../sim/random.ts';
import { policyFromExport } from './policy-shape.ts';

const score = () => 0;
const context = { random: stream(1, 'policy') };
const fault = (exported: unknown): string => {
  try {
    policyFromExport(exported, 'mine.ts')(context);
  } catch (error) {
    return (error as Error).message;
  }
  return 'no fault';
};

test('the smallest policy passes, as an object and from a function', () => {
  expect(policyFromExport({ name: 'mine', score }, 'mine.ts')(context).name).toBe('mine');
  expect(policyFromExport(() => ({ name: 'made', score }), 'mine.ts')(context).name).toBe('made');
});

test.each<[unknown, string]>([
  [undefined, 'mine.ts: the file has no default export; write '],
  [5, 'mine.ts: its default export must be a policy, an object such as '],
  [() => 7, 'mine.ts: the function it exports must return a policy, '],
  [async () => ({ name: 'x', score }), 'mine.ts: the function it exports must return a policy, not a promise of one'],
  [{ score }, `mine.ts: the policy has no name; add "name: 'mine'"`],
  [{ name: 3, score }, `mine.ts: the policy's name must be a text such as 'mine', not 3`],
  [{ name: '', score }, `mine.ts: the policy's name must be a text such as 'mine', not ''`],
  [{ name: 'a' }, 'mine.ts: policy "a" has neither score nor choose; add '],
  [{ name: 'a', score: 1 }, 'mine.ts: score of policy "a" must be a function, not 1'],
  [{ name: 'a', score, choose: score }, 'mine.ts: policy "a" has both score and choose'],
  [
    { name: 'a', scor: score },
    'mine.ts: policy "a" has a member "scor" that Baton does not know; did you mean "score"?',
  ],
  [{ name: 'a', score, reads: 'all' }, `mine.ts: reads of policy "a" must be 'node' or 'cluster', not 'all'`],
  [
    () => {
      throw new TypeError('no such thing');
    },
    'mine.ts: the function that makes the policy threw "TypeError: no such thing"',
  ],
])('one sentence for each fault: %#', (exported, sentence) => {
  expect(fault(exported)).toContain(sentence);
  expect(fault(exported)).not.toContain('\n');
});
