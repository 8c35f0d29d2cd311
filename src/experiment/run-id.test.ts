import { expect, test } from 'vitest';
import { canonicalText, runInputs } from './run-id.ts';
import type { RunPlan } from './run-plan.ts';

const plan: Omit<RunPlan, 'id'> = {
  cluster: { name: 'a', file: 'nodes.csv' },
  workload: { name: 'w', file: 'trace.csv', options: { b: 1, a: 2 }, transforms: ['scale-arrivals=2'] },
  policy: { name: 'best-fit', placement: 'best-fit', queue: 'fifo', backfill: 'any' },
  seed: 1,
  whenFull: 'wait',
};
const digests = { batonVersion: '1', files: { 'nodes.csv': 'n', 'trace.csv': 't', 'moved.csv': 't' } };

test('names and paths are no part of the inputs, contents are', () => {
  const same = {
    ...plan,
    cluster: { ...plan.cluster, name: 'b' },
    workload: { ...plan.workload, file: 'moved.csv', options: { a: 2, b: 1 } },
  };
  expect(runInputs(same, digests)).toBe(runInputs(plan, digests));
  expect(runInputs(plan, { ...digests, files: { ...digests.files, 'trace.csv': 'u' } })).not.toBe(
    runInputs(plan, digests),
  );
});

test('everything that decides the result is in the inputs', () => {
  const variants: Omit<RunPlan, 'id'>[] = [
    plan,
    { ...plan, seed: 2 },
    { ...plan, whenFull: 'refuse' },
    { ...plan, stopAfterUs: 5 },
    { ...plan, policy: { ...plan.policy, placement: 'worst-fit' } },
    { ...plan, policy: { ...plan.policy, queue: 'shortest-first' } },
    { ...plan, policy: { ...plan.policy, backfill: 'easy' } },
    { ...plan, policy: { name: 'x', file: 'trace.csv', queue: 'fifo', backfill: 'any' } },
    { ...plan, workload: { ...plan.workload, transforms: [] } },
    { ...plan, workload: { ...plan.workload, options: {} } },
    { ...plan, workload: { ...plan.workload, format: 'swf' } },
    { ...plan, cluster: { name: 'a', nodes: '4 x 8cpu' } },
    { ...plan, cluster: { name: 'a', generate: 'batch' } },
    { ...plan, cluster: { name: 'a', generate: 'batch', options: { nodes: 3 } } },
  ];
  const texts = new Set(variants.map((one) => runInputs(one, digests)));
  texts.add(runInputs(plan, { ...digests, batonVersion: '2' }));
  expect(texts.size).toBe(variants.length + 1);
});

test('canonical text does not depend on the order of keys', () => {
  expect(canonicalText({ b: [1, { d: 1, c: undefined }], a: 'x' })).toBe('{"a":"x","b":[1,{"d":1}]}');
});
