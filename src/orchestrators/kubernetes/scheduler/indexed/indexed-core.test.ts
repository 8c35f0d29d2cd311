import { expect, test } from 'vitest';
import { slowTest } from '../../../../../test/slow.ts';
import { stream } from '../../../../sim/random.ts';
import { ReferenceCore } from '../reference/reference-core.ts';
import type { CoreDecision, SchedulingCore } from '../scheduling-core.ts';
import { IndexedCore } from './indexed-core.ts';
import { applyStep, type CoreStep, randomProfile, RandomHistory } from './random-history.ts';

interface Lives {
  /** What the cores answered differently, in one line; undefined: nothing. */
  readonly difference: string | undefined;
  /** Answers compared, by kind. */
  readonly answers: Map<string, number>;
}

/** Lets both cores live through the same random history and compares every answer. */
function live(seed: number, nodes: number, steps: number, templates: number, mostNumbers?: number): Lives {
  const profile = randomProfile(seed);
  const history = new RandomHistory(seed, templates);
  const options = { random: stream(seed, 'ties'), volumes: history.volumes };
  const reference = new ReferenceCore(profile, options);
  const indexed = new IndexedCore(profile, { ...options, random: stream(seed, 'ties') }, mostNumbers);
  const answers = new Map<string, number>();
  const both = (step: CoreStep): void => {
    applyStep(reference, step);
    applyStep(indexed, step);
  };
  for (const step of history.beginning(nodes)) both(step);
  for (let k = 0; k < steps; k++) {
    const step = history.next();
    if (step.step !== 'decide' && step.step !== 'fits-without') {
      both(step);
      continue;
    }
    const [expected, got] = [ask(reference, step), ask(indexed, step)];
    answers.set(expected.kind, (answers.get(expected.kind) ?? 0) + 1);
    if (expected.text !== got.text)
      return { answers, difference: `seed ${seed}, step ${k}: ${expected.text} became ${got.text}` };
    if (expected.node !== undefined && step.step === 'decide') both(history.place(step.pod, expected.node));
  }
  return { answers, difference: reference.start === indexed.start ? undefined : `seed ${seed}: another start` };
}

/** Everything a core says, in one text. */
function ask(core: SchedulingCore, step: CoreStep): { kind: string; text: string; node?: string | undefined } {
  if (step.step === 'decide') {
    const decision = core.decide(step.pod);
    const kind = decision.nodeName === undefined ? 'refused' : decision.feasible > 1 ? 'scored' : 'only one';
    return { kind, text: told(decision), node: decision.nodeName };
  }
  if (step.step !== 'fits-without') throw new Error('asks nothing');
  const { pod, node, gone } = step;
  const reasons = core.reasonsWithout(pod, node, gone);
  const fits = core.fitsWithout(pod, node, gone);
  const there = core.podsOn(node).map(({ id }) => id);
  return { kind: fits ? 'fits' : 'does not fit', text: JSON.stringify([reasons, fits, there, core.nodeCount]) };
}

function told({ refusal, ...decision }: CoreDecision): string {
  if (refusal === undefined) return JSON.stringify(decision);
  const messages = [refusal.message(), refusal.filterMessage()];
  return JSON.stringify({ ...decision, messages, plugins: refusal.plugins, candidates: refusal.candidates() });
}

test('both cores answer alike through random histories of small clusters, by all kinds of profiles', () => {
  const total = new Map<string, number>();
  for (let seed = 1; seed <= 24; seed++) {
    const { difference, answers } = live(seed, 1 + (seed % 12), 60, 4);
    expect(difference).toBeUndefined();
    for (const [kind, count] of answers) total.set(kind, (total.get(kind) ?? 0) + count);
  }
  // All kinds of answers were among them, and many of each.
  for (const kind of ['refused', 'scored', 'only one', 'fits', 'does not fit'])
    expect(total.get(kind), kind).toBeGreaterThan(20);
});

test('what does not fit into the memory given is worked out anew', () => {
  // Columns for one or two kinds of pods, and as many counts: they are dropped and made again and again.
  for (let seed = 201; seed <= 206; seed++) expect(live(seed, 10, 60, 6, 64).difference).toBeUndefined();
});

test('both cores answer alike where nodes are sampled', () => {
  for (let seed = 101; seed <= 104; seed++) expect(live(seed, 120 + 20 * (seed % 4), 60, 5).difference).toBeUndefined();
});

slowTest('both cores answer alike through thousands of random histories', () => {
  for (let seed = 1000; seed < 4000; seed++)
    expect(live(seed, 1 + (seed % 25), 120, 1 + (seed % 7)).difference).toBeUndefined();
  for (let seed = 4000; seed < 4150; seed++)
    expect(live(seed, 100 + (seed % 300), 150, 1 + (seed % 9)).difference).toBeUndefined();
});
