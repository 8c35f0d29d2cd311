import { describe, expect, test } from 'vitest';
import { runKubernetes } from '../src/orchestrators/kubernetes/kubernetes-run.ts';
import { runChecked } from './kubernetes-invariants.ts';
import { randomKubernetes, specOf } from './random-kubernetes.ts';
import { slowTest } from './slow.ts';

/** What holds in every cluster; the checks themselves are in `runChecked`. */
function holds(seed: number): void {
  const world = randomKubernetes(seed);
  const { result } = runChecked(specOf(world), seed);
  const again = runKubernetes(specOf(world), { seed });
  expect(again.fingerprint, `same seed, same run: ${seed}`).toBe(result.fingerprint);
  const slowly = runKubernetes({ ...specOf(world), core: 'reference' }, { seed });
  expect(slowly.fingerprint, `both cores, one run: ${seed}`).toBe(result.fingerprint);
}

describe('random clusters', () => {
  // Worlds that have shown something: daemons that a quota refuses, and uids that a run and the one before it shared.
  test.each([2, 45, 126])('of seed %i keep the rules', (seed) => holds(seed));

  slowTest('of many seeds keep the rules', () => {
    for (let seed = 1000; seed < 1400; seed++) holds(seed);
  });
});
