import { expect, test } from 'vitest';
import { slowTest } from '../../../../../test/slow.ts';
import { stream } from '../../../../sim/random.ts';
import { ReferenceCore } from '../reference/reference-core.ts';
import type { CoreDecision } from '../scheduling-core.ts';
import { IndexedCore } from './indexed-core.ts';
import { applyStep, randomProfile, RandomHistory } from './random-history.ts';

/** Lets both cores live through the same history; every answer must be the same. */
function compare(seed: number, nodes: number, steps: number, templates: number): void {
  const profile = randomProfile(seed);
  const reference = new ReferenceCore(profile, { random: stream(seed, 'ties') });
  const indexed = new IndexedCore(profile, { random: stream(seed, 'ties') });
  const history = new RandomHistory(seed, templates);
  for (const step of history.beginning(nodes)) {
    applyStep(reference, step);
    applyStep(indexed, step);
  }
  for (let k = 0; k < steps; k++) {
    const step = history.next();
    const what = `seed ${seed}, step ${k}, ${step.step}`;
    if (step.step === 'decide') {
      const decision = reference.decide(step.pod);
      expect(told(indexed.decide(step.pod)), what).toEqual(told(decision));
      if (decision.nodeName === undefined) continue;
      const placed = history.place(step.pod, decision.nodeName);
      applyStep(reference, placed);
      applyStep(indexed, placed);
    } else if (step.step === 'fits-without') {
      const { pod, node, gone } = step;
      const reasons = reference.reasonsWithout(pod, node, gone);
      expect(indexed.reasonsWithout(pod, node, gone), what).toEqual(reasons);
      expect(indexed.fitsWithout(pod, node, gone), what).toBe(reasons.length === 0);
      expect(indexed.podsOn(node).map(({ id }) => id)).toEqual(reference.podsOn(node).map(({ id }) => id));
    } else {
      applyStep(reference, step);
      applyStep(indexed, step);
    }
  }
  expect(indexed.nodeCount).toBe(reference.nodeCount);
}

function told({ refusal, ...decision }: CoreDecision): object {
  if (refusal === undefined) return decision;
  const { plugins } = refusal;
  const messages = [refusal.message(), refusal.filterMessage()];
  return { ...decision, messages, plugins, candidates: refusal.candidates() };
}

test('both cores decide alike through random histories of small clusters, by all kinds of profiles', () => {
  for (let seed = 1; seed <= 60; seed++) compare(seed, 1 + (seed % 12), 80, 4);
});

test('both cores decide alike where nodes are sampled', () => {
  for (let seed = 101; seed <= 104; seed++) compare(seed, 120 + 20 * (seed % 4), 60, 5);
});

slowTest('both cores decide alike through thousands of random histories', () => {
  for (let seed = 1000; seed < 4000; seed++) compare(seed, 1 + (seed % 25), 120, 1 + (seed % 7));
  for (let seed = 4000; seed < 4150; seed++) compare(seed, 100 + (seed % 300), 150, 1 + (seed % 9));
});
