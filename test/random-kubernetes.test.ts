import { describe, expect, test } from 'vitest';
import { runKubernetes } from '../src/orchestrators/kubernetes/kubernetes-run.ts';
import { runChecked } from './kubernetes-invariants.ts';
import { randomKubernetes, specOf } from './random-kubernetes.ts';
import { slowTest } from './slow.ts';

/** The fingerprints of a run that was watched all the time, of another of the same seed, and of one by the slow core. */
function fingerprints(seed: number): string[] {
  const world = randomKubernetes(seed);
  const { result } = runChecked(specOf(world), seed);
  const again = runKubernetes(specOf(world), { seed });
  const slowly = runKubernetes({ ...specOf(world), core: 'reference' }, { seed });
  return [result, again, slowly].map(({ fingerprint }) => fingerprint);
}

describe('random clusters keep the rules, and have one history by seed, whichever core decides', () => {
  // Worlds that have shown something: daemons that a quota refuses, and uids that a run and the one before it shared.
  test.each([2, 45, 126])('seed %i', (seed) => expect(new Set(fingerprints(seed)).size).toBe(1));

  slowTest('many seeds', () => {
    for (let seed = 1000; seed < 1400; seed++) expect(new Set(fingerprints(seed)).size, `seed ${seed}`).toBe(1);
  });
});
