import { describe, expect, test } from 'vitest';
import { container } from '../../../cluster-fixture.ts';
import type { Node } from '../../../objects/node.ts';
import type { Pod } from '../../../objects/pod.ts';
import { coreNode, corePod } from '../../core-fixture.ts';
import { DEFAULT_PROFILE } from '../../default-profile.ts';
import type { SchedulerProfile, ScoringStrategy } from '../../scheduler-profile.ts';
import { explainDecision } from '../explain-decision.ts';
import { normaliseByMaximum } from '../normalise.ts';
import { ReferenceCore } from '../reference-core.ts';

/** What a plugin gives each node before normalisation; undefined: it skipped the pod. */
function raw(
  plugin: string,
  nodes: readonly Node[],
  pod: Pod,
  profile: Partial<SchedulerProfile> = {},
  pods: readonly (readonly [Pod, string])[] = [],
): (number | undefined)[] {
  const core = new ReferenceCore({ ...DEFAULT_PROFILE, ...profile });
  for (const node of nodes) core.addNode(node);
  // One feasible node alone would not be scored.
  core.addNode(coreNode('other', { cpu: '100', memory: '100Gi', 'example.com/gpu': '100' }));
  for (const [placed, name] of pods) core.addPod(placed, name);
  return explainDecision(core, pod)
    .nodes.filter(({ name }) => name !== 'other')
    .map(({ scores = [] }) => scores.find((score) => score.plugin === plugin)?.raw);
}

describe('normalisation by the highest', () => {
  test.each([
    [[0, 5, 10], false, [0, 50, 100]],
    [[1, 2, 3], false, [33, 66, 100]],
    [[0, 1, 3], true, [100, 67, 0]],
    [[0, 0], false, [0, 0]],
    [[0, 0], true, [100, 100]],
  ])('%j, reversed %s: %j', (scores, reversed, normalised) => {
    expect(normaliseByMaximum(scores, reversed)).toEqual(normalised);
  });
});

describe('NodeResourcesFit', () => {
  const strategy = (type: ScoringStrategy['type'], resources: ScoringStrategy['resources'], shape = [[0, 0]]) => ({
    fit: { type, resources, shape: shape.map(([utilization, score]) => ({ utilization, score })) },
  });
  const cpu = { name: 'cpu', weight: 1 };
  const memory = { name: 'memory', weight: 3 };
  const gpu = { name: 'example.com/gpu', weight: 5 };
  const node = coreNode('a', { cpu: '4', memory: '8Gi', 'example.com/gpu': '4' });
  const pod = corePod('p', { cpu: '1', memory: '4Gi' });
  const withGpu = corePod('g', { cpu: '1', memory: '4Gi', 'example.com/gpu': '1' });
  const score = (waiting: Pod, profile: Partial<SchedulerProfile>) =>
    raw('NodeResourcesFit', [node], waiting, profile)[0];

  test('weights of resources', () => {
    // Least: CPU 75, memory 50: (75 + 3*50)/4 = 56. Most: 25 and 50: (25 + 150)/4 = 43.
    expect(score(pod, strategy('LeastAllocated', [cpu, memory]))).toBe(56);
    expect(score(pod, strategy('MostAllocated', [cpu, memory]))).toBe(43);
  });

  test('an extended resource counts only for pods that ask for it', () => {
    expect(score(pod, strategy('MostAllocated', [cpu, gpu]))).toBe(25);
    // (25 + 5*25)/6 = 25; least: (75 + 5*75)/6.
    expect(score(withGpu, strategy('LeastAllocated', [cpu, gpu]))).toBe(75);
  });

  test('on a shape, in whole numbers; resources that score nothing do not count', () => {
    // 25 % of 0 -> 100 in points of ten: CPU 25; memory 50; round((25 + 3*50)/4) = 44.
    const rising = [
      [0, 0],
      [100, 10],
    ];
    expect(score(pod, strategy('RequestedToCapacityRatio', [cpu, memory], rising))).toBe(44);
    // Falling: 100 + (0-100)*25/100 = 75 and 50: round(56.25) = 56.
    const falling = [
      [0, 10],
      [100, 0],
    ];
    expect(score(pod, strategy('RequestedToCapacityRatio', [cpu, memory], falling))).toBe(56);
    // Flat 0 up to 40 %, so CPU is left out: memory (50-40)*100/60 = 16.
    const bent = [
      [40, 0],
      [100, 10],
    ];
    expect(score(pod, strategy('RequestedToCapacityRatio', [cpu, memory], bent))).toBe(16);
    expect(
      score(corePod('q', { cpu: '1', memory: '1Gi' }), strategy('RequestedToCapacityRatio', [cpu, memory], bent)),
    ).toBe(0);
    // Beyond the last point it stays what it is there.
    expect(score(pod, strategy('RequestedToCapacityRatio', [cpu], [[10, 3]]))).toBe(30);
  });

  test('a node that is full beyond what it has: least 0, most 100', () => {
    const small = coreNode('a', { cpu: '1', memory: '1Gi' });
    const existing = [[corePod('x', { cpu: '2', memory: '2Gi' }), 'a']] as const;
    const nothing = corePod('p', { cpu: '0', memory: '0' });
    expect(raw('NodeResourcesFit', [small], nothing, {}, existing)).toEqual([0]);
    expect(raw('NodeResourcesFit', [small], nothing, strategy('MostAllocated', [cpu]), existing)).toEqual([100]);
  });
});

describe('NodeResourcesBalancedAllocation', () => {
  const BALANCE = 'NodeResourcesBalancedAllocation';
  const node = coreNode('a', { cpu: '4', memory: '8Gi', 'example.com/gpu': '4' });
  const existing = [[corePod('x', { cpu: '2', memory: '1Gi' }), 'a']] as const;

  test('since 1.36 what the pod changes, before how it is afterwards', () => {
    // After 0.75 and 0.625: |0.125|/2 -> trunc(93.75) = 93; before 0.5 and 0.125: trunc(81.25) = 81.
    const pod = corePod('p', { cpu: '1', memory: '4Gi' });
    expect(raw(BALANCE, [node], pod, { version: '1.36' }, existing)).toEqual([50 + Math.trunc((50 + 93 - 81) / 2)]);
    expect(raw(BALANCE, [node], pod, { version: '1.35' }, existing)).toEqual([93]);
  });

  test('three resources by their standard deviation', () => {
    const pod = corePod('p', { cpu: '2', memory: '2Gi', 'example.com/gpu': '3' });
    const profile = { version: '1.35' as const, balancedResources: ['cpu', 'memory', 'example.com/gpu'] };
    // 0.5, 0.25, 0.75: mean 0.5, variance 0.125/3, deviation 0.2041: trunc(79.58).
    expect(raw(BALANCE, [node], pod, profile)).toEqual([79]);
    // Without the GPU: 0.5 and 0.25.
    expect(raw(BALANCE, [node], corePod('q', { cpu: '2', memory: '2Gi' }), profile)).toEqual([87]);
  });

  test('a resource of which more is asked for than there is counts as used up', () => {
    // CPU 4.5 of 4 is 1. Before 1 and 0: 50; with 3 of 16 GiB 1 and 0.1875: trunc(59.375) = 59: 50 + 59/2 = 79 (as 1.125
    // it would be 43 and 53: 80).
    const wide = coreNode('a', { cpu: '4', memory: '16Gi' });
    const pod = corePod('p', { memory: '3Gi' });
    expect(raw(BALANCE, [wide], pod, {}, [[corePod('x', { cpu: '4500m' }), 'a']])).toEqual([79]);
  });

  test('a pod that asks for none of the resources is not scored', () => {
    expect(raw(BALANCE, [node], corePod('p', { 'example.com/gpu': '1' }))).toEqual([undefined]);
  });
});

describe('ImageLocality', () => {
  const MEBIBYTE = 1024 * 1024;
  const image = (sizeMebibytes: number, ...names: string[]) => ({ names, sizeBytes: sizeMebibytes * MEBIBYTE });
  const having = (name: string, ...images: Node['status']['images'][number][]) =>
    coreNode(name, undefined, {}, {}, { images });
  const pod = (...images: string[]) =>
    corePod('p', {}, { containers: images.map((name, i) => container(`c${i}`, {}, { image: name })) });
  const score = (nodes: readonly Node[], waiting: Pod, profile: Partial<SchedulerProfile> = {}) =>
    raw('ImageLocality', nodes, waiting, profile);

  test('a name without a tag means latest; ports of registries are no tags', () => {
    // One of two nodes: 1023/2 = 511.5 MiB: (511.5-23)*100/977 = 50.
    const nodes = [having('a', image(1023, 'registry:5000/app:latest'))];
    expect(score(nodes, pod('registry:5000/app'))).toEqual([50]);
    expect(score(nodes, pod('registry:5000/app:2'))).toEqual([0]);
  });

  test('an image counts for every container that has it, each time in whole bytes', () => {
    // One of two nodes: 600/2 = 300 MiB each: (300-23)*100/(1000-23) = 28, (600-23)*100/(2000-23) = 29.
    const nodes = [having('a', image(600, 'app:1'))];
    expect(score(nodes, pod('app:1'))).toEqual([28]);
    expect(score(nodes, pod('app:1', 'app:1'))).toEqual([29]);
    // 112118989 bytes on one of five nodes are 22423797.8: twice 22423797 is 0.99999 % of the way, twice as much 1.
    const one = { names: ['app:1'], sizeBytes: 112118989 };
    const five = [having('a', one), having('b'), having('c'), having('d')];
    expect(score(five, pod('app:1', 'app:1'))).toEqual([0, 0, 0, 0]);
  });

  test('the share of nodes is taken first, in floating point', () => {
    // 1966604288 bytes on three of eleven nodes are 536346624: (536346624-24117248)*100/1024458752 = 50. But 3/11 is a
    // little less than that in floating point: 536346623.99999994, of which 536346623 are left: 49.
    const some = ['a', 'b', 'c'].map((name) => having(name, { names: ['app:1'], sizeBytes: 1966604288 }));
    const others = ['d', 'e', 'f', 'g', 'h', 'i', 'j'].map((name) => having(name));
    expect(score([...some, ...others], pod('app:1')).slice(0, 4)).toEqual([49, 49, 49, 0]);
  });

  test('each container may bring 1000 MiB', () => {
    const nodes = [having('a', image(4000, 'big:1'))];
    // 2000 MiB: 100 of one container; of two (2000-23)*100/(2000-23).
    expect(score(nodes, pod('big:1'))).toEqual([100]);
    expect(score(nodes, pod('big:1', 'none:1'))).toEqual([100]);
    expect(score(nodes, pod('big:1', 'none:1', 'none:2'))).toEqual([66]);
  });

  test('the size is that of the first node with the image', () => {
    // 500 MiB on two of three nodes: trunc(333.3): (333-23)*100/977 = 31, whatever b says.
    expect(score([having('a', image(500, 'app:1')), having('b', image(900, 'app:1'))], pod('app:1'))).toEqual([31, 31]);
  });

  test('images mounted as volumes count since 1.36, without raising the ceiling', () => {
    const waiting = pod('none:1');
    const spec = { ...waiting.spec, volumes: [{ name: 'v', image: 'data:1' }] };
    const nodes = [having('a', image(1023, 'data:1'))];
    expect(score(nodes, { ...waiting, spec })).toEqual([50]);
    expect(score(nodes, { ...waiting, spec }, { version: '1.35' })).toEqual([0]);
  });

  test('a node keeps the number of nodes with the image that there was when it last changed', () => {
    const core = new ReferenceCore(DEFAULT_PROFILE);
    const imageScores = (): unknown[] =>
      explainDecision(core, pod('app:1')).nodes.map(
        ({ scores = [] }) => scores.find(({ plugin }) => plugin === 'ImageLocality')?.raw,
      );
    core.addNode(having('a', image(977, 'app:1')));
    core.addNode(coreNode('b'));
    // 977/2 = 488 MiB: 47.
    expect(imageScores()).toEqual([47, 0]);
    core.addNode(having('c', image(977, 'app:1')));
    core.addNode(coreNode('d'));
    // On a still one node of now four: 244 MiB, 22; on c two of four: 488.
    expect(imageScores()).toEqual([22, 0, 47, 0]);
    core.addPod(corePod('x'), 'a');
    expect(imageScores()).toEqual([47, 0, 47, 0]);
    // Noted when a changed, though nobody decided then: two nodes, a and c; of four nodes now, 488 MiB.
    core.addPod(corePod('y'), 'a');
    core.addNode(coreNode('e'));
    core.refresh();
    core.removeNode('c');
    expect(imageScores()).toEqual([47, 0, 0, 0]);
  });
});

test('NodeAffinity: weights of the terms that match, those of the profile too', () => {
  const term = (key: string) => ({
    matchExpressions: [{ key, operator: 'Exists' as const, values: [] }],
    matchFields: [],
  });
  const nodes = [coreNode('a', undefined, { x: '1', y: '1' }), coreNode('b', undefined, { y: '1' })];
  const empty = { matchExpressions: [], matchFields: [] };
  const preferred = [
    { weight: 5, preference: term('x') },
    { weight: 20, preference: term('y') },
    { weight: 50, preference: empty },
  ];
  const pod = corePod('p', {}, { nodeAffinity: { preferred } });
  expect(raw('NodeAffinity', nodes, pod)).toEqual([25, 20]);
  const addedAffinity = { preferred: [{ weight: 3, preference: term('x') }] };
  expect(raw('NodeAffinity', nodes, pod, { addedAffinity })).toEqual([28, 20]);
  expect(raw('NodeAffinity', nodes, corePod('q'))).toEqual([undefined, undefined]);
});
