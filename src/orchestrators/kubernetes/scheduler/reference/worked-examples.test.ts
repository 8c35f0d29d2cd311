import { describe, expect, test } from 'vitest';
import { container } from '../../cluster-fixture.ts';
import type { Node } from '../../objects/node.ts';
import type { Pod } from '../../objects/pod.ts';
import { coreNode, corePod, place } from '../core-fixture.ts';
import { DEFAULT_PROFILE } from '../default-profile.ts';
import { explainDecision } from './explain-decision.ts';
import { ReferenceCore } from './reference-core.ts';

/** The worked totals of the scheduler's specification (section 5.9), which the real scheduler gave too. */

/** Total of every node, by its name, and the node that wins. */
function totals(nodes: readonly Node[], existing: readonly [Pod, string][], waiting: Pod): unknown {
  const core = new ReferenceCore(DEFAULT_PROFILE);
  for (const node of nodes) core.addNode(node);
  for (const [pod, name] of existing) core.addPod(pod, name);
  const explained = explainDecision(core, waiting);
  return {
    ...Object.fromEntries(explained.nodes.map(({ name, total }) => [name, total])),
    winner: explained.nodeName,
  };
}

const zone = (name: string): Record<string, string> => ({ 'topology.kubernetes.io/zone': name });
const webSelector = { matchLabels: { app: 'web' } };

test('W1: the emptier node, and the one whose balance gets better', () => {
  const nodes = [coreNode('a', { cpu: '4', memory: '16Gi' }), coreNode('b', { cpu: '8', memory: '16Gi' })];
  const existing: [Pod, string][] = [
    [corePod('x', { cpu: '1', memory: '2Gi' }), 'a'],
    [corePod('y', { cpu: '2', memory: '2Gi' }), 'b'],
  ];
  // a: CPU (4-2)*100/4 = 50, memory (16-6)*100/16 = 62, 112/2 = 56; balance |0.5-0.375|/2 = 0.0625 -> 93 after,
  //    |0.25-0.125|/2 -> 93 before: 50 + 50/2 = 75; no taints: 3*100. 300 + 56 + 75 = 431.
  // b: CPU (8-3)*100/8 = 62, memory 62: 62; balance 0.375 and 0.375 -> 100 after, 93 before: 50 + 57/2 = 78. 440.
  expect(totals(nodes, existing, corePod('p', { cpu: '1', memory: '4Gi' }))).toEqual({
    a: 431,
    b: 440,
    winner: 'b',
  });
});

test('W2: containers that ask for nothing count as 100m and 200 MiB; the balance is not scored for them', () => {
  const nodes = [coreNode('a', { cpu: '4', memory: '16Gi' }), coreNode('b', { cpu: '8', memory: '16Gi' })];
  const existing: [Pod, string][] = [
    [corePod('x'), 'a'],
    [corePod('y'), 'a'],
  ];
  // a: three such pods: (4000-300)*100/4000 = 92, (16384-600)*100/16384 = 96, 94. b: one: 98 and 98.
  expect(totals(nodes, existing, corePod('p'))).toEqual({ a: 394, b: 398, winner: 'b' });
});

test('W3: a pod that evens out a node goes there', () => {
  const nodes = [coreNode('a', { cpu: '4', memory: '16Gi' }), coreNode('b', { cpu: '4', memory: '16Gi' })];
  const existing: [Pod, string][] = [
    [corePod('x', { cpu: '2', memory: '1Gi' }), 'a'],
    [corePod('y', { cpu: '250m', memory: '8Gi' }), 'b'],
  ];
  // a: 57; |0.75-0.09375|/2 -> 67 after, |0.5-0.0625|/2 -> 78 before: 50 + 39/2 = 69. b: 57; 89 after, 78 before: 80.
  expect(totals(nodes, existing, corePod('p', { cpu: '1', memory: '512Mi' }))).toEqual({ a: 426, b: 437, winner: 'b' });
});

describe('pods of 100m and 100 MiB on nodes of 4 CPU and 16 GiB', () => {
  // An empty node: CPU 97, memory 99, 98; balance |0.025-0.0061|/2 -> 99 after, 100 before: 50 + 49/2 = 74; 3*100 without
  // taints: 472. With one such pod there: CPU 95, memory 98, 96; 98 after, 99 before: 74: 470.
  const size = { cpu: '4', memory: '16Gi' };
  const request = { cpu: '100m', memory: '100Mi' };
  const zones = [coreNode('a1', size, zone('A')), coreNode('a2', size, zone('A')), coreNode('b1', size, zone('B'))];
  const matching = (name: string): Pod => corePod(name, request, { labels: { app: 'web' } });

  test('W5: the zone with fewer matching pods', () => {
    const existing = zones.map((node): [Pod, string] => [matching('x'), node.metadata.name]);
    const spread = {
      maxSkew: 1,
      topologyKey: 'topology.kubernetes.io/zone',
      whenUnsatisfiable: 'ScheduleAnyway' as const,
      labelSelector: webSelector,
      nodeAffinityPolicy: 'Honor' as const,
      nodeTaintsPolicy: 'Ignore' as const,
      matchLabelKeys: [],
    };
    const waiting = corePod('p', request, { labels: { app: 'web' }, topologySpreadConstraints: [spread] });
    // Two domains weigh ln 4 = 1.386. A: round(2 * 1.386) = 3, B: round(1.386) = 1.
    // A: 100*(3+1-3)/3 = 33, B: 100*(3+1-1)/3 = 100; twice that on top of 470.
    expect(totals(zones, existing, waiting)).toEqual({ a1: 536, a2: 536, b1: 670, winner: 'b1' });
  });

  test('W6: the fewer unwanted taints, the better', () => {
    const taint = (key: string) => ({ key, value: '', effect: 'PreferNoSchedule' as const });
    const nodes = [
      coreNode('two', size, {}, { taints: [taint('x'), taint('y')] }),
      coreNode('one', size, {}, { taints: [taint('x')] }),
      coreNode('none', size),
    ];
    // 2 of 2: 0, 1 of 2: 50, none: 100; three times that.
    expect(totals(nodes, [], corePod('p', request))).toEqual({ two: 172, one: 322, none: 472, winner: 'none' });
  });

  test('W7: half of an image that is on one of two nodes counts', () => {
    const images = [{ names: ['app:1'], sizeBytes: 300 * 1024 * 1024 }];
    const nodes = [coreNode('with', size, {}, {}, { images }), coreNode('without', size)];
    const waiting = corePod('p', {}, { containers: [container('main', request, { image: 'app:1' })] });
    // 300 MiB * 1/2 = 150; (150-23)*100/(1000-23) = 12.
    expect(totals(nodes, [], waiting)).toEqual({ with: 484, without: 472, winner: 'with' });
  });

  test('W8: preferred affinity by zone against preferred anti-affinity by host', () => {
    const preferred = (weight: number, topologyKey: string) => ({
      required: [],
      preferred: [{ weight, term: { labelSelector: webSelector, topologyKey, namespaces: [] } }],
    });
    const waiting = corePod('p', request, {
      podAffinity: preferred(50, 'topology.kubernetes.io/zone'),
      podAntiAffinity: preferred(30, 'kubernetes.io/hostname'),
    });
    // a1: 50-30 = 20 -> 40, a2: 50 -> 100, b1: 0; twice that.
    expect(totals(zones, [[matching('x'), 'a1']], waiting)).toEqual({ a1: 550, a2: 672, b1: 472, winner: 'a2' });
  });
});

test('four identical nodes take ten pods of 500m and 512 MiB in the order of the heap', () => {
  const core = new ReferenceCore(DEFAULT_PROFILE);
  for (const name of ['n0', 'n1', 'n2', 'n3']) core.addNode(coreNode(name, { cpu: '4', memory: '16Gi' }));
  const places = Array.from({ length: 10 }, (_, i) => place(core, corePod(`p${i}`, { cpu: '500m', memory: '512Mi' })));
  expect(places.join(' ')).toBe('n0 n1 n3 n2 n0 n1 n3 n2 n0 n1');
});
