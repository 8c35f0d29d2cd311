import { expect, test } from 'vitest';
import { run } from '../../test/fixtures.ts';
import { anyone } from '../policies/backfilling/anyone.ts';
import { conservative } from '../policies/backfilling/conservative.ts';
import { easy } from '../policies/backfilling/easy.ts';
import { strict } from '../policies/backfilling/strict.ts';
import { InputError } from './input-error.ts';

const gang = (name: string, size: number, words: string): string =>
  Array.from({ length: size }, (_, k) => `${name}${k} ${words} gang=${name}/${size}`).join(' | ');

/** Members of two gangs, one of each by turns. */
const byTurns = (size: number): string =>
  Array.from({ length: size }, (_, k) => `a${k} 0+5 1cpu gang=a/${size} | b${k} 0+5 1cpu gang=b/${size}`).join(' | ');

test.each([anyone, strict, easy(), conservative])(
  'two gangs that arrive by turns do not starve each other: $name',
  (backfill) => {
    // Placed member by member on 4 CPUs, a0 b0 a1 b1 would hold everything, and neither gang of 3 could ever start.
    const { starts } = run('4 x 1cpu 1Gi', byTurns(3), { backfill });
    expect(starts).toBe('a0@0 a1@0 a2@0 b0@5 b1@5 b2@5');
  },
);

test('a gang starts when its last member has come, and the earlier ones have waited', () => {
  const { starts, journal, result } = run('4cpu 4Gi', 'a 0+5 1cpu gang=g/2 | x 1+1 4cpu | b 3+5 1cpu gang=g/2');
  expect(starts).toBe('x@1 a@3 b@3');
  expect(journal.slice(0, 2)).toEqual(['0 arrive a', '0 queue a']);
  // Only a waited: 3 s; x and b started at once.
  expect(result.metrics['meanWaitS']).toBe(3 / 3);
});

test('a gang larger than the cluster is refused, all of it', () => {
  const { result, starts } = run('4 x 1cpu 1Gi', `${gang('g', 5, '0+5 1cpu')} | x 1+1 1cpu`);
  expect(starts).toBe('x@1');
  expect(result.counts).toMatchObject({ arrived: 6, refused: 5, finished: 1 });
});

test('a gang that is never complete waits at the end', () => {
  const { result } = run('4cpu 4Gi', 'a 0+5 1cpu gang=g/3 | b 1+5 1cpu gang=g/3 | x 2+1 1cpu');
  expect(result.counts).toMatchObject({ arrived: 3, pending: 2, finished: 1 });
});

test('a gang that may not wait is refused as a whole, its room is free again', () => {
  const pods = `x 0+10 2cpu | ${gang('g', 3, '1+5 1cpu')} | y 2+1 2cpu`;
  const { result, starts } = run('4cpu 4Gi', pods, { whenFull: 'refuse' });
  expect(starts).toBe('x@0 y@2');
  expect(result.counts).toMatchObject({ refused: 3, finished: 2 });
});

test.each([anyone, strict, easy()])('of unlike members the hardest to place comes first: $name', (backfill) => {
  // Small would fit node-0 first, the only place for large; so would plain, the only place for the one with a GPU.
  const unlike = 'small 0+5 1cpu gang=g/2 | large 0+5 4cpu gang=g/2';
  expect(run('4cpu 4Gi | 1cpu 4Gi', unlike, { backfill }).places).toBe('large:node-0 small:node-1');
  const picky = 'plain 0+5 2cpu gang=g/2 | gpu 0+5 1cpu 1xgpu gang=g/2';
  expect(run('2cpu 4Gi 1xT4 | 2cpu 4Gi', picky, { backfill }).places).toBe('gpu:node-0 plain:node-1');
});

test('a gang whose pods do not agree on its size is told so', () => {
  expect(() => run('4cpu 4Gi', 'a 0+5 1cpu gang=g/2 | b 1+5 1cpu gang=g/3')).toThrow(InputError);
  expect(() => run('4cpu 4Gi', 'a 0+5 1cpu gang=g/2 | b 1+5 1cpu gang=g/3')).toThrow(
    'pod "b": gang "g" has 2 members by its first pod and 3 by this one; give all the same size',
  );
  expect(() => run('4cpu 4Gi', 'a 0+5 1cpu gang=g/1.5')).toThrow('gang size 1.5 is not a whole number');
});

test('a name may be used by another gang after the first one', () => {
  const pods = `${gang('g', 2, '0+5 2cpu')} | ${gang('g', 2, '1+5 2cpu')}`;
  expect(run('4cpu 4Gi', pods).starts).toBe('g0@0 g1@0 g0@5 g1@5');
});
