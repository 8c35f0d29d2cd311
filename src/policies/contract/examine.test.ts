import { expect, test } from 'vitest';
import type { Cluster } from '../../sim/cluster.ts';
import type { PlacementFactory, PlacementPolicy } from '../../sim/policy.ts';
import { builtInPlacement, placementPolicies } from '../placement/index.ts';
import { examine } from './examine.ts';
import type { ContractRule } from './fault.ts';

const names = [...placementPolicies.map((policy) => policy.name), 'power-of-3'];

// 40 clusters of up to 40 nodes, 60 events and a filling to the brim each: some three thousand decisions a policy.
test.each(names)('%s passes the exam, and every index decides as its scan does', (name) => {
  const seeds = Array.from({ length: 40 }, (_, k) => k + 1);
  expect(examine(builtInPlacement(name).create, { seeds })).toEqual([]);
});

/** The sentence with which the exam fails this policy on this rule; fails the test when it does not. */
function sentenceFor(rule: ContractRule, factory: PlacementFactory): string {
  const faults = examine(factory, { seeds: [1, 2, 3, 4, 5, 6, 7, 8] });
  expect(faults.map((fault) => fault.rule)).toContain(rule);
  return faults.find((fault) => fault.rule === rule)!.sentence;
}

const fixed = (policy: PlacementPolicy): PlacementFactory => {
  return () => policy;
};

test('catches a policy without a name, and one that does nothing', () => {
  expect(sentenceFor('is a policy', fixed({ name: '', score: () => 0 }))).toContain('has no name');
  expect(sentenceFor('is a policy', fixed({ name: 'idle' }))).toContain('neither score(pod, node) nor choose');
});

test('catches a policy that throws', () => {
  const policy: PlacementPolicy = {
    name: 'fragile',
    score: (_pod, node) => node.labels['rack'].length,
  };
  expect(sentenceFor('does not throw', fixed(policy))).toMatch(/^seed \d: it threw "/);
});

test('catches a choice of a node that is full', () => {
  const policy: PlacementPolicy = { name: 'greedy', choose: (_pod, nodes) => (nodes.nodeCount > 0 ? 0 : -1) };
  expect(sentenceFor('chooses a node that fits', fixed(policy))).toContain('does not fit');
});

test('catches a policy that gives up although there is room', () => {
  const lazy: PlacementPolicy = { name: 'lazy', choose: () => -1 };
  expect(sentenceFor('places what can be placed', fixed(lazy))).toMatch(/gave up although the pod fits on node \d+/);
});

test('catches a policy that changes the cluster', () => {
  const thief: PlacementPolicy = {
    name: 'thief',
    choose(_pod, candidates) {
      const node = candidates.nthFitting(0);
      if (node >= 0) (candidates.cluster as Cluster).memFreeBytes[node] -= 1;
      return node;
    },
  };
  expect(sentenceFor('leaves the cluster alone', fixed(thief))).toContain('policies may only read');
});

test('catches a score that is not a number', () => {
  const policy: PlacementPolicy = { name: 'odd', score: (pod, node) => pod.gpuCount / node.gpuCount };
  expect(sentenceFor('scores with numbers', fixed(policy))).toContain('is NaN; give a number');
});

test('allows infinite scores', () => {
  const policy: PlacementPolicy = {
    name: 'picky',
    score: (_pod, node) => (node.gpuCount > 0 ? -Infinity : node.zone === 'east' ? Infinity : node.cpuFreeMilli),
  };
  expect(examine(fixed(policy))).toEqual([]);
});

test('catches memory outside the factory', () => {
  let calls = 0;
  const policy: PlacementPolicy = {
    name: 'sticky',
    reads: 'cluster',
    choose(_pod, candidates) {
      const fitting = candidates.countFitting();
      return fitting === 0 ? -1 : candidates.nthFitting(calls++ % fitting);
    },
  };
  expect(sentenceFor('answers the same again', fixed(policy))).toContain('keep memory in the factory');
});

test('catches a counter behind a score that claims to read only the node', () => {
  const sentence = sentenceFor('reads only the node', () => {
    let calls = 0;
    return { name: 'counting', score: (_pod, node) => node.id * (calls++ % 2) };
  });
  expect(sentence).toContain("must say reads: 'cluster'");
});

test('catches a score that reads other nodes through the columns', () => {
  const alike: PlacementFactory = () => ({
    name: 'like-node-0',
    columns: (cluster) => (_shape, node) => -Math.abs(cluster.cpuFreeMilli[node] - cluster.cpuFreeMilli[0]),
  });
  expect(sentenceFor('reads only the node', alike)).toContain('although the node had not changed');
});

test('catches a filter with a memory by the decisions that an index makes of it', () => {
  const moody: PlacementFactory = () => {
    let asked = 0;
    return {
      name: 'moody',
      score: (_pod, node) => node.cpuFreeMilli,
      filter: (_pod, node) => (node.id + asked++) % 7 < 5 || 'is out of mood',
    };
  };
  expect(sentenceFor('index equals scan', moody)).toContain('the block-maxima index chose');
});

test('catches columns that do not say what the score says', () => {
  const policy: PlacementPolicy = {
    name: 'two-faced',
    score: (_pod, node) => node.cpuFreeMilli,
    columns: (cluster) => (_shape, node) => cluster.cpuFreeMilli[node] + (cluster.podCount[node] > 3 ? 1 : 0),
  };
  expect(sentenceFor('columns equal score', fixed(policy))).toMatch(/score gives \d+ but columns give \d+/);
});

test('catches a false direction of preference', () => {
  const policy: PlacementPolicy = {
    name: 'backwards',
    prefers: 'less-free',
    score: (_pod, node) => node.cpuFreeMilli,
  };
  expect(sentenceFor('prefers what it says', fixed(policy))).toContain("it says prefers: 'less-free', but a node with");
});

test('catches a preference that depends on more than free CPU and memory', () => {
  const policy: PlacementPolicy = {
    name: 'crowd-averse',
    prefers: 'more-free',
    score: (_pod, node) => node.memFreeBytes / 2 ** 30 - node.podCount,
  };
  expect(sentenceFor('prefers what it says', fixed(policy))).toContain('a node equal in these');
});

test('catches devices that do not fit, and too few of them', () => {
  const first: PlacementPolicy = { name: 'first-device', score: () => 0, devices: () => () => 1 };
  const faults = examine(fixed(first)).map((fault) => fault.sentence);
  expect(faults.some((sentence) => /took (GPU 0 of node|1 GPUs for a pod)/.test(sentence))).toBe(true);
});

test('a score that reads more of the pod than its request passes: the engine then scans', () => {
  const policy: PlacementPolicy = {
    name: 'by-user',
    score: (pod, node) => (node.id + pod.user.charCodeAt(5) + pod.number) % 5,
  };
  expect(examine(fixed(policy))).toEqual([]);
});

test('a filter of its own passes, and is part of what fits', () => {
  const policy: PlacementPolicy = {
    name: 'east-only',
    score: (_pod, node) => -node.memFreeBytes,
    filter: (_pod, node) => node.zone === 'east' || 'is in the wrong zone',
  };
  expect(examine(fixed(policy))).toEqual([]);
});
