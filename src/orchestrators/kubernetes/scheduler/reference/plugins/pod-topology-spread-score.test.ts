import { expect, test } from 'vitest';
import type { TopologySpreadConstraint } from '../../../objects/pod.ts';
import { coreNode, corePod } from '../../core-fixture.ts';
import { DEFAULT_PROFILE } from '../../default-profile.ts';
import { explainDecision } from '../explain-decision.ts';
import { ReferenceCore } from '../reference-core.ts';

/** Scores of ScheduleAnyway by plugins/podtopologyspread/scoring.go, rule by rule. */

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';
const web = { labels: { app: 'web' } };

const soft = (topologyKey: string, fields: Partial<TopologySpreadConstraint> = {}): TopologySpreadConstraint => ({
  maxSkew: 1,
  topologyKey,
  whenUnsatisfiable: 'ScheduleAnyway',
  labelSelector: { matchLabels: { app: 'web' } },
  nodeAffinityPolicy: 'Honor',
  nodeTaintsPolicy: 'Ignore',
  matchLabelKeys: [],
  ...fields,
});

/** Nodes named after their zones (a1 in zone a, x1 in none), with so many matching pods on each. */
function cluster(matching: Readonly<Record<string, number>>): ReferenceCore {
  const core = new ReferenceCore(DEFAULT_PROFILE);
  for (const [name, count] of Object.entries(matching)) {
    core.addNode(coreNode(name, undefined, name.startsWith('x') ? {} : { [ZONE]: name.slice(0, 1) }));
    for (let k = 0; k < count; k += 1) core.addPod(corePod(`${name}-${k}`, {}, web), name);
  }
  return core;
}

/** Of each feasible node, by its name: the raw and the normalised score. */
function scores(core: ReferenceCore, fields: Parameters<typeof corePod>[2], requests = {}): unknown {
  const { nodes } = explainDecision(core, corePod('p', requests, { ...web, ...fields }));
  return Object.fromEntries(
    nodes
      .filter(({ rejection }) => rejection === undefined)
      .map(({ name, scores: all = [] }) => {
        const score = all.find(({ plugin }) => plugin === 'PodTopologySpread');
        return [name, score === undefined ? 'skipped' : [score.raw, score.normalised]];
      }),
  );
}

test('only zones of nodes that the pod fits are domains, but pods on the others of a zone count', () => {
  const core = cluster({ a1: 1, b1: 0 });
  core.addNode(coreNode('c1', { cpu: '1' }, { [ZONE]: 'c' }));
  core.addNode(coreNode('a2', { cpu: '1' }, { [ZONE]: 'a' }));
  for (const name of ['q', 'r']) core.addPod(corePod(name, {}, web), 'a2');
  // a1 and b1 are left for 2 CPU: 2 domains weigh ln 4 = 1.386 (3 would weigh ln 5 and make 4.83 -> 5).
  // Zone a: 3 * 1.386 = 4.16 -> 4. a1: 100*(4+0-4)/4 = 0, b1: 100.
  expect(scores(core, { topologySpreadConstraints: [soft(ZONE)] }, { cpu: '2' })).toEqual({ a1: [4, 0], b1: [0, 100] });
});

test('pods on nodes that the pod may not be on count only when the policy ignores that', () => {
  const core = cluster({ a1: 0, b1: 1 });
  core.addNode(coreNode('a2', undefined, { [ZONE]: 'a', disk: 'hdd' }));
  for (const name of ['q', 'r']) core.addPod(corePod(name, {}, web), 'a2');
  const requirement = { key: 'disk', operator: 'DoesNotExist' as const, values: [] };
  const nodeAffinity = { required: [{ matchExpressions: [requirement], matchFields: [] }], preferred: [] };
  const by = (policy: 'Honor' | 'Ignore'): unknown =>
    scores(core, { nodeAffinity, topologySpreadConstraints: [soft(ZONE, { nodeAffinityPolicy: policy })] });
  // b1: 1.386 -> 1. Honoured, zone a has none; ignored, it has 2 * 1.386 = 2.77 -> 3: 100*(3+1-3)/3 = 33.
  expect(by('Honor')).toEqual({ a1: [0, 100], b1: [1, 0] });
  expect(by('Ignore')).toEqual({ a1: [3, 33], b1: [1, 100] });
});

test('hosts weigh by the nodes that are scored, without those that lack another key', () => {
  const core = cluster({ a1: 3, b1: 0, x1: 0 });
  // x1 has no zone and gets 0. Two hosts and two zones weigh ln 4: 3 * 1.386 + 3 * 1.386 = 8.32 -> 8 (with three hosts,
  // 4.16 + 3 * ln 5 = 8.99 -> 9).
  expect(scores(core, { topologySpreadConstraints: [soft(ZONE), soft(HOST)] })).toEqual({
    a1: [8, 0],
    b1: [0, 100],
    x1: [0, 0],
  });
});

test('the sum of all constraints is rounded once', () => {
  // 1.386 + 1.386 = 2.77 -> 3, not 1 + 1; a maxSkew of 3 adds 2: 4.77 -> 5.
  const core = cluster({ a1: 1, b1: 0 });
  const raw = (constraints: TopologySpreadConstraint[]): unknown =>
    scores(core, { topologySpreadConstraints: constraints });
  expect(raw([soft(ZONE), soft(HOST)])).toEqual({ a1: [3, 0], b1: [0, 100] });
  // 100*(5+2-5)/5 = 40.
  expect(raw([soft(ZONE, { maxSkew: 3 }), soft(HOST)])).toEqual({ a1: [5, 40], b1: [2, 100] });
});

test('a node that is left out does not set the lowest score', () => {
  // a1: 2 * 1.386 = 2.77 -> 3, b1: 1. a1: 100*(3+1-3)/3 = 33 (with x1's 0 as the lowest it would be 0), b1: 100.
  expect(scores(cluster({ a1: 2, b1: 1, x1: 0 }), { topologySpreadConstraints: [soft(ZONE)] })).toEqual({
    a1: [3, 33],
    b1: [1, 100],
    x1: [0, 0],
  });
});

test('without a single matching pod all nodes with the keys get 100, the others 0', () => {
  expect(scores(cluster({ a1: 0, b1: 0, x1: 0 }), { topologySpreadConstraints: [soft(ZONE)] })).toEqual({
    a1: [0, 100],
    b1: [0, 100],
    x1: [0, 0],
  });
});

test('when no feasible node has the keys, all get 0', () => {
  expect(scores(cluster({ x1: 2, x2: 0 }), { topologySpreadConstraints: [soft(ZONE)] })).toEqual({
    x1: [0, 0],
    x2: [0, 0],
  });
});

test('a pod with constraints of its own, be they all DoNotSchedule, is not spread by default', () => {
  const core = cluster({ a1: 1, b1: 1 });
  core.setSelector({ kind: 'Service', namespace: 'default', name: 'web', selector: { matchLabels: { app: 'web' } } });
  const hard = soft(ZONE, { whenUnsatisfiable: 'DoNotSchedule' });
  expect(scores(core, { topologySpreadConstraints: [hard] })).toEqual({ a1: 'skipped', b1: 'skipped' });
});
