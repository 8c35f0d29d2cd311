import { describe, expect, test } from 'vitest';
import type { TopologySpreadConstraint } from '../../../objects/pod.ts';
import { coreNode, corePod, place } from '../../core-fixture.ts';
import { DEFAULT_PROFILE } from '../../default-profile.ts';
import type { SchedulerProfile } from '../../scheduler-profile.ts';
import { explainDecision } from '../explain-decision.ts';
import { ReferenceCore } from '../reference-core.ts';

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';
const web = { labels: { app: 'web' } };
const selector = { matchLabels: { app: 'web' } };

const constraint = (fields: Partial<TopologySpreadConstraint> = {}): TopologySpreadConstraint => ({
  maxSkew: 1,
  topologyKey: ZONE,
  whenUnsatisfiable: 'DoNotSchedule',
  labelSelector: selector,
  nodeAffinityPolicy: 'Honor',
  nodeTaintsPolicy: 'Ignore',
  matchLabelKeys: [],
  ...fields,
});

/** Nodes named after their zones (a1 in zone a, x1 without a zone), with so many matching pods on each. */
function core(matching: Readonly<Record<string, number>>, profile: Partial<SchedulerProfile> = {}): ReferenceCore {
  const made = new ReferenceCore({ ...DEFAULT_PROFILE, ...profile });
  for (const [name, count] of Object.entries(matching)) {
    made.addNode(coreNode(name, undefined, name.startsWith('x') ? {} : { [ZONE]: name.slice(0, 1) }));
    for (let i = 0; i < count; i += 1) made.addPod(corePod(`${name}-${i}`, {}, web), name);
  }
  return made;
}

const MISMATCH = "node(s) didn't match pod topology spread constraints";

/** Of each node, by its name: whether it fits, or why not. */
function verdicts(on: ReferenceCore, constraints: readonly TopologySpreadConstraint[], labels = web.labels): unknown {
  const pod = corePod('p', {}, { labels, topologySpreadConstraints: constraints });
  return Object.fromEntries(
    explainDecision(on, pod).nodes.map(({ name, rejection }) => [
      name,
      rejection === undefined ? 'fits' : `${rejection.reasons.join(' + ')}${rejection.resolvable ? '' : '!'}`,
    ]),
  );
}

describe('DoNotSchedule', () => {
  const example = { a1: 3, b1: 1, c1: 0 };

  test('at most one more than the fewest: 0 + 1 - 0 = 1 in c, 1 + 1 - 0 = 2 in b', () => {
    expect(verdicts(core(example), [constraint()])).toEqual({ a1: MISMATCH, b1: MISMATCH, c1: 'fits' });
    expect(verdicts(core(example), [constraint({ maxSkew: 2 })])).toEqual({ a1: MISMATCH, b1: 'fits', c1: 'fits' });
  });

  test('fewer domains than there should be: the fewest is 0', () => {
    expect(verdicts(core(example), [constraint({ minDomains: 4 })])).toEqual({
      a1: MISMATCH,
      b1: MISMATCH,
      c1: 'fits',
    });
    expect(verdicts(core({ a1: 3, b1: 1 }), [constraint({ minDomains: 3 })])).toEqual({ a1: MISMATCH, b1: MISMATCH });
    // With 2 domains as wanted the fewest is 1: 1 + 1 - 1.
    expect(verdicts(core({ a1: 3, b1: 1 }), [constraint({ minDomains: 2 })])).toEqual({ a1: MISMATCH, b1: 'fits' });
  });

  test('a node without the label is out for good, and does not count for other keys', () => {
    const on = core({ a1: 1, b1: 1, x1: 0 });
    expect(verdicts(on, [constraint()])).toEqual({
      a1: 'fits',
      b1: 'fits',
      x1: `${MISMATCH} (missing required label)!`,
    });
    // Of hosts only a1 and b1 have both labels, with one pod each: x1 with its 0 would make 1 + 1 - 0 = 2 otherwise.
    expect(verdicts(on, [constraint(), constraint({ topologyKey: HOST })])).toMatchObject({ a1: 'fits', b1: 'fits' });
    expect(verdicts(on, [constraint({ topologyKey: HOST })])).toEqual({ a1: MISMATCH, b1: MISMATCH, x1: 'fits' });
  });

  test('a pod that does not match its own selector adds nothing', () => {
    expect(verdicts(core(example), [constraint()], { app: 'other' })).toEqual({ a1: MISMATCH, b1: 'fits', c1: 'fits' });
  });

  test('pods that are going, of other namespaces or unlike the selector do not count', () => {
    const on = core({ a1: 0, b1: 0 });
    on.addPod(corePod('going', {}, web, { deletionUs: 1 }), 'a1');
    on.addPod(corePod('elsewhere', {}, { ...web, namespace: 'other' }), 'a1');
    on.addPod(corePod('unlike', {}, { labels: { app: 'db' } }), 'a1');
    expect(verdicts(on, [constraint()])).toEqual({ a1: 'fits', b1: 'fits' });
  });

  test('an empty selector counts no pods, though the pod matches it; none at all matches nothing', () => {
    // 0 + 1 - 0 = 1 everywhere.
    expect(verdicts(core(example), [constraint({ labelSelector: {} })])).toEqual({
      a1: 'fits',
      b1: 'fits',
      c1: 'fits',
    });
    const { labelSelector: _, ...without } = constraint();
    expect(verdicts(core(example), [without])).toEqual({ a1: 'fits', b1: 'fits', c1: 'fits' });
  });

  test('matchLabelKeys: only pods with the same value of that label', () => {
    const on = core({ a1: 1, b1: 0 });
    const labels = { app: 'web', 'pod-template-hash': 'new' };
    const own = constraint({ matchLabelKeys: ['pod-template-hash'] });
    expect(verdicts(on, [own], labels)).toEqual({ a1: 'fits', b1: 'fits' });
    on.addPod(corePod('new', {}, { labels }), 'a1');
    expect(verdicts(on, [own], labels)).toEqual({ a1: MISMATCH, b1: 'fits' });
    // A key that the pod does not have is left out.
    expect(verdicts(on, [own])).toEqual({ a1: MISMATCH, b1: 'fits' });
  });

  test('nodes that the pod may not be on are left out of the count, unless the policy ignores that', () => {
    const on = core({ a1: 1, b1: 1 });
    on.addNode(coreNode('c1', undefined, { [ZONE]: 'c', disk: 'hdd' }, { taints: [TAINT] }));
    const pick = (fields: Partial<TopologySpreadConstraint>) =>
      explainDecision(
        on,
        corePod(
          'p',
          {},
          {
            ...web,
            topologySpreadConstraints: [constraint(fields)],
            nodeAffinity: {
              required: [
                { matchExpressions: [{ key: 'disk', operator: 'DoesNotExist', values: [] }], matchFields: [] },
              ],
              preferred: [],
            },
          },
        ),
      ).nodes.filter(({ rejection }) => rejection === undefined).length;
    // Honoured, c does not count: a and b have 1 each, 1 + 1 - 1. Ignored, it counts with 0: 1 + 1 - 0 = 2.
    expect(pick({})).toBe(2);
    expect(pick({ nodeAffinityPolicy: 'Ignore' })).toBe(0);
    expect(pick({ nodeAffinityPolicy: 'Ignore', nodeTaintsPolicy: 'Honor' })).toBe(2);
  });

  test('no eligible node at all: the fewest is beyond all counts, so every node with the label passes', () => {
    const on = new ReferenceCore({ ...DEFAULT_PROFILE, filters: ['PodTopologySpread'] });
    for (const name of ['a1', 'b1'])
      on.addNode(coreNode(name, undefined, { [ZONE]: name.slice(0, 1) }, { taints: [TAINT] }));
    on.addPod(corePod('x', {}, web), 'a1');
    expect(verdicts(on, [constraint({ nodeTaintsPolicy: 'Honor' })])).toEqual({ a1: 'fits', b1: 'fits' });
    expect(verdicts(on, [constraint()])).toEqual({ a1: MISMATCH, b1: 'fits' });
  });

  const TAINT = { key: 'pool', value: '', effect: 'NoSchedule' as const };
});

describe('by default (system constraints)', () => {
  const service = {
    kind: 'Service' as const,
    namespace: 'default',
    name: 'web',
    selector: { matchLabels: { app: 'web' } },
  };
  const spreadScores = (on: ReferenceCore, labels: Record<string, string>): unknown =>
    Object.fromEntries(
      explainDecision(on, corePod('p', {}, { labels })).nodes.map(({ name, scores = [] }) => {
        const score = scores.find(({ plugin }) => plugin === 'PodTopologySpread');
        return [name, score === undefined ? 'skipped' : [score.raw, score.normalised]];
      }),
    );

  test('pods that a service selects go where fewer of them are', () => {
    const on = core({ a1: 1, b1: 0 });
    expect(spreadScores(on, web.labels)).toEqual({ a1: 'skipped', b1: 'skipped' });
    on.setSelector(service);
    // Hosts: 2 scored nodes weigh ln 4, maxSkew 3 adds 2; zones: 2 domains weigh ln 4, maxSkew 5 adds 4.
    // a1: 1.386 + 2 + 1.386 + 4 = 8.77 -> 9; b1: 6. a1: 100*(9+6-9)/9 = 66, b1: 100.
    expect(spreadScores(on, web.labels)).toEqual({ a1: [9, 66], b1: [6, 100] });
    expect(spreadScores(on, { app: 'db' })).toEqual({ a1: 'skipped', b1: 'skipped' });
    on.setSelector({ ...service, selector: undefined });
    expect(spreadScores(on, web.labels)).toEqual({ a1: 'skipped', b1: 'skipped' });
  });

  test('a node without a zone is scored by its host, and is a nameless zone of its own for the others', () => {
    const on = core({ a1: 1, x1: 0 });
    on.setSelector(service);
    // Zones a and "" are 2 domains: ln 4. a1: 1.386 + 2 + 1.386 + 4 -> 9; x1 has no zone: 0 * ln 4 + 2 = 2.
    // a1: 100*(9+2-9)/9 = 22, x1: 100*(9+2-2)/9 = 100.
    expect(spreadScores(on, web.labels)).toEqual({ a1: [9, 22], x1: [2, 100] });
  });

  test('constraints of the pod itself leave such a node out: it gets 0', () => {
    const on = core({ a1: 1, x1: 0 });
    const pod = corePod(
      'p',
      {},
      {
        ...web,
        topologySpreadConstraints: [constraint({ whenUnsatisfiable: 'ScheduleAnyway' })],
      },
    );
    const scores = explainDecision(on, pod).nodes.map(
      ({ scores: all = [] }) => all.find(({ plugin }) => plugin === 'PodTopologySpread')?.normalised,
    );
    // Only a1 counts: 100*(1+1-1)/1.
    expect(scores).toEqual([100, 0]);
  });

  test('a controller that owns the pod selects too, and what it does not select is another group', () => {
    const on = core({ a1: 1, b1: 0 });
    on.setSelector({ ...service, kind: 'ReplicaSet', name: 'web-1', selector: { matchLabels: { hash: '1' } } });
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-1', uid: '', controller: true };
    const pod = corePod('p', {}, web, { ownerReferences: [owner] });
    const raw = (): unknown[] =>
      explainDecision(on, pod).nodes.map(
        ({ scores = [] }) => scores.find(({ plugin }) => plugin === 'PodTopologySpread')?.raw,
      );
    // The pod on a1 has no label hash.
    expect(raw()).toEqual([6, 6]);
    on.addPod(corePod('q', {}, { labels: { hash: '1' } }), 'b1');
    expect(raw()).toEqual([6, 9]);
  });

  test('a list of constraints in the profile, or none', () => {
    const none = core({ a1: 1, b1: 0 }, { defaultConstraints: [] });
    none.setSelector(service);
    expect(spreadScores(none, web.labels)).toEqual({ a1: 'skipped', b1: 'skipped' });
    const { labelSelector: _, ...hard } = constraint();
    const list = core({ a1: 1, b1: 0 }, { defaultConstraints: [hard] });
    list.setSelector(service);
    expect(place(list, corePod('p', {}, web))).toBe('b1');
    expect(verdicts(list, [])).toEqual({ a1: 'fits', b1: 'fits' });
    list.addPod(corePod('q', {}, web), 'b1');
    expect(verdicts(list, [])).toEqual({ a1: 'fits', b1: MISMATCH });
  });
});
