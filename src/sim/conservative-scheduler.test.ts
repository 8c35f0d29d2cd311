import { expect, test } from 'vitest';
import { run } from '../../test/fixtures.ts';
import { conservative } from '../policies/backfilling/conservative.ts';
import { easy } from '../policies/backfilling/easy.ts';

const options = { backfill: conservative };

test('each waiting job has its place in the plan, and all happens as planned', () => {
  // J1 is planned for 10, with 2 to spare until 20. J2 (4 of 4 free, 8 s) fits before. J3 needs the 2 spare ones from 8
  // to 28. J4 (4) must wait until J1 ends at 20 and leaves 8.
  const pods = 'J0 0+10 6cpu | J1 0+10 8cpu | J2 0+8 4cpu | J3 0+20 2cpu | J4 0+12 4cpu';
  expect(run('10cpu 10Gi', pods, options).starts).toBe('J0@0 J2@0 J3@8 J1@10 J4@20');
});

test('where EASY lets a job delay the second in the queue, conservative backfilling does not', () => {
  // J2 needs all ten: planned for 20, after J1. J3 would run from 3 to 23 on the two that J1 leaves.
  const pods = 'J0 0+10 6cpu | J1 1+10 8cpu | J2 2+5 10cpu | J3 3+20 2cpu';
  expect(run('10cpu 10Gi', pods, { backfill: easy() }).starts).toBe('J0@0 J3@3 J1@10 J2@23');
  expect(run('10cpu 10Gi', pods, options).starts).toBe('J0@0 J1@10 J2@20 J3@25');
});

test('when a job ends early, those that wait move up in the order of the queue', () => {
  // J0 was to end at 10 and ends at 5: J1 moves from 10 to 5, J2 from 20 to 15.
  const pods = 'J0 0+5 6cpu ~10 | J1 1+10 8cpu | J2 2+5 10cpu';
  expect(run('10cpu 10Gi', pods, options).starts).toBe('J0@0 J1@5 J2@15');
});

test('a job that outruns its estimate delays the plan, and the order stays', () => {
  // J0 was to end at 5: J1 was planned for 5 to 15, J2 for 15. At 10 J1 must not be held up by J2's plan.
  const pods = 'J0 0+10 6cpu ~5 | J1 1+10 8cpu | J2 2+5 10cpu';
  expect(run('10cpu 10Gi', pods, options).starts).toBe('J0@0 J1@10 J2@20');
});

test('a later job of a higher priority stands before, yet takes nobody’s place in the plan', () => {
  // B holds 10 to 20. C comes with priority: it may not have 10 to 15, so it is planned for 20.
  const pods = 'A 0+10 10cpu | B 1+10 10cpu | C 2+5 10cpu priority=1';
  const queue = { name: 'priority', key: (pod: { priority: number }) => -pod.priority };
  expect(run('10cpu 10Gi', pods, { ...options, queue }).starts).toBe('A@0 B@10 C@20');
});

test('gangs are planned as a whole', () => {
  // Three nodes. A holds two until 10. The gang G needs three: planned for 10 to 20. B (15 s on one node) would be in its
  // way and waits; C (8 s) is not.
  const gang = Array.from({ length: 3 }, () => 'G 1+10 1cpu gang=G/3').join(' | ');
  const pods = `A 0+10 1cpu | A 0+10 1cpu | ${gang} | B 2+15 1cpu | C 2+8 1cpu`;
  expect(run('3 x 1cpu 1Gi', pods, options).starts).toBe('A@0 A@0 C@2 G@10 G@10 G@10 B@20');
});

test('a gang of unlike members is planned with the large one in its only place', () => {
  // Large fits node-0 (4 CPUs) only; first fit in the order of arrival would put small there.
  const gang = 'small 1+10 1cpu gang=G/2 | large 1+10 4cpu gang=G/2';
  const pods = `A 0+10 4cpu | ${gang}`;
  expect(run('4cpu 4Gi | 1cpu 4Gi', pods, options).starts).toBe('A@0 large@10 small@10');
});

test('jobs nobody can foresee the end of do not stop the others', () => {
  expect(run('10cpu 10Gi', 'A 0+ 6cpu | H 1+10 8cpu | B 2+50 3cpu', options).starts).toBe('A@0 B@2');
});

test('GPUs, memory and pod limits are part of the plan', () => {
  // H needs both GPUs at 10; B would hold one until 12.
  const gpus = 'A 0+10 1xgpu | H 1+5 2xgpu | B 2+10 1xgpu | C 2+8 1xgpu';
  expect(run('10cpu 10Gi 2xT4', gpus, options).starts).toBe('A@0 C@2 H@10 B@15');
  const memory = 'A 0+10 1cpu 6Gi | H 1+5 1cpu 8Gi | B 2+10 1cpu 3Gi | C 2+8 1cpu 3Gi';
  expect(run('10cpu 10Gi', memory, options).starts).toBe('A@0 C@2 H@10 B@15');
  const limit = 'A 0+10 1cpu | B 1+10 1cpu | C 2+1 1cpu';
  expect(run('10cpu 10Gi pods=2', limit, options).starts).toBe('A@0 B@1 C@10');
});

test('jobs of no length go through', () => {
  expect(run('4cpu 4Gi', 'A 0+0 4cpu | B 0+0 4cpu | C 0+5 4cpu | D 1+0 4cpu', options).starts).toBe('A@0 B@0 C@0 D@5');
});

test('refusing instead of waiting leaves no plan behind', () => {
  const pods = 'A 0+10 4cpu | B 1+10 4cpu | C 10+5 4cpu';
  expect(run('4cpu 4Gi', pods, { ...options, whenFull: 'refuse' }).starts).toBe('A@0 C@10');
});
