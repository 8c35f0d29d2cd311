import { describe, expect, test } from 'vitest';
import { fc } from '../../../../../test/fuzz.ts';
import { stream } from '../../../../sim/random.ts';
import { coreNode, corePod, place } from '../core-fixture.ts';
import { DEFAULT_PROFILE } from '../default-profile.ts';
import { explainDecision } from './explain-decision.ts';
import { ReferenceCore } from './reference-core.ts';

function core(names: string, profile = DEFAULT_PROFILE): ReferenceCore {
  const made = new ReferenceCore(profile, { random: stream(1, 'ties') });
  for (const name of names.split(' ')) made.addNode(coreNode(name, { cpu: '4', memory: '16Gi' }));
  return made;
}

const pod = (name: string, cpu: string, priority = 0) => corePod(name, { cpu }, { priority });

describe('nominated pods', () => {
  test('one of at least the same priority keeps its room', () => {
    const on = core('a');
    on.nominate(pod('waits', '3', 10), 'a');
    expect(place(on, pod('low', '2', 0))).toContain('1 Insufficient cpu');
    expect(place(on, pod('equal', '2', 10))).toContain('1 Insufficient cpu');
    expect(place(on, pod('high', '2', 11))).toBe('a');
  });

  test('not against itself, and no longer than it is nominated', () => {
    const on = core('a');
    const waits = pod('waits', '3', 10);
    on.nominate(waits, 'a');
    expect(on.decide(waits).nodeName).toBe('a');
    on.nominate(waits, undefined);
    expect(place(on, pod('low', '2'))).toBe('a');
  });

  test('it must fit without them too: they may never come', () => {
    const on = core('a b');
    const likes = {
      labelSelector: { matchLabels: { app: 'x' } },
      topologyKey: 'kubernetes.io/hostname',
      namespaces: [],
    };
    on.nominate(corePod('friend', {}, { labels: { app: 'x' }, priority: 10 }), 'a');
    const follower = corePod('p', {}, { podAffinity: { required: [likes], preferred: [] } });
    expect(place(on, follower)).toContain("2 node(s) didn't match pod affinity rules");
  });

  test('they count for spreading and anti-affinity as if they were there', () => {
    const on = core('a b');
    const selector = { matchLabels: { app: 'x' } };
    const apart = { labelSelector: selector, topologyKey: 'kubernetes.io/hostname', namespaces: [] };
    on.nominate(corePod('n', {}, { labels: { app: 'x' }, priority: 10 }), 'a');
    const away = corePod('p', {}, { podAntiAffinity: { required: [apart], preferred: [] } });
    expect(on.decide(away).nodeName).toBe('b');
    const constraint = {
      maxSkew: 1,
      topologyKey: 'kubernetes.io/hostname',
      whenUnsatisfiable: 'DoNotSchedule' as const,
      labelSelector: selector,
      nodeAffinityPolicy: 'Honor' as const,
      nodeTaintsPolicy: 'Ignore' as const,
      matchLabelKeys: [],
    };
    const spread = corePod('q', {}, { labels: { app: 'x' }, topologySpreadConstraints: [constraint] });
    expect(explainDecision(on, spread).nodes.map(({ rejection }) => rejection?.plugin)).toEqual([
      'PodTopologySpread',
      undefined,
    ]);
  });

  test('the node that a pod was nominated to is tried first, and the window does not move for it', () => {
    const on = core('a b c');
    const nominated = pod('p', '1');
    const status = { ...nominated.status, nominatedNodeName: 'c' };
    expect(on.decide({ ...nominated, status })).toEqual({ nodeName: 'c', feasible: 1, examined: 1 });
    expect(on.decide(pod('q', '1')).nodeName).toBe('a');
    const gone = { ...nominated.status, nominatedNodeName: 'gone' };
    expect(on.decide({ ...nominated, status: gone })).toMatchObject({ nodeName: 'a', examined: 3 });
  });
});

describe('without some of the pods', () => {
  test('room', () => {
    const on = core('a b');
    const [x, y] = [pod('x', '2'), pod('y', '2')];
    on.addPod(x, 'a');
    on.addPod(y, 'a');
    expect(on.fitsWithout(pod('p', '3'), 'a', [x])).toBe(false);
    expect(on.reasonsWithout(pod('p', '3'), 'a', [x])).toEqual(['Insufficient cpu']);
    expect(on.fitsWithout(pod('p', '3'), 'a', [x, y])).toBe(true);
    expect(on.reasonsWithout(pod('p', '3'), 'a', [x, y])).toEqual([]);
    expect(on.podsOn('a')).toEqual([x, y]);
  });

  test('anti-affinity both ways', () => {
    const on = core('a');
    const apart = {
      labelSelector: { matchLabels: { app: 'x' } },
      topologyKey: 'kubernetes.io/hostname',
      namespaces: [],
    };
    const far = { podAntiAffinity: { required: [apart], preferred: [] } };
    const [x, y] = [corePod('x', {}, { labels: { app: 'x' } }), corePod('y', {}, far)];
    on.addPod(x, 'a');
    on.addPod(y, 'a');
    expect(on.fitsWithout(corePod('p', {}, far), 'a', [x])).toBe(true);
    expect(on.fitsWithout(corePod('q', {}, { labels: { app: 'x' } }), 'a', [x])).toBe(false);
    expect(on.fitsWithout(corePod('q', {}, { labels: { app: 'x' } }), 'a', [y])).toBe(true);
  });
});

test('a cluster without nodes', () => {
  const { refusal, examined } = new ReferenceCore(DEFAULT_PROFILE).decide(pod('p', '1'));
  expect(refusal?.message()).toBe('no nodes available to schedule pods');
  expect(examined).toBe(0);
});

test('pods and nodes that go leave room and names behind', () => {
  const on = core('a');
  const x = pod('x', '4');
  on.addPod(x, 'a');
  expect(place(on, pod('p', '1'))).toContain('Insufficient cpu');
  on.removePod(x);
  on.removePod(x);
  expect(place(on, pod('q', '4'))).toBe('a');
  on.removeNode('a');
  expect(on.nodeCount).toBe(0);
  on.addNode(coreNode('a', { cpu: '4', memory: '16Gi' }));
  expect(place(on, pod('r', '4'))).toBe('a');
});

test('up to 1.34 ties are drawn, the same for the same seed', () => {
  const names = 'a b c d e f';
  const places = () => {
    const on = core(names, { ...DEFAULT_PROFILE, version: '1.34' });
    return Array.from({ length: 6 }, (_, i) => place(on, pod(`p${i}`, '1'))).join(' ');
  };
  expect(places()).toBe(places());
  expect(places()).not.toBe('a b d e c f');
  expect([...new Set(places().split(' '))].sort().join(' ')).toBe(names);
});

describe('on random clusters', () => {
  const cpus = fc.constantFrom('0', '100m', '500m', '1', '2', '3');
  const history = fc.array(fc.record({ cpu: cpus, priority: fc.nat(2) }), { minLength: 1, maxLength: 40 });

  test('a placed pod fits by every filter, a refused one on no node; asking changes nothing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), history, (count, pods) => {
        const on = core(Array.from({ length: count }, (_, i) => `n${i}`).join(' '));
        for (const [i, { cpu, priority }] of pods.entries()) {
          const waiting = pod(`p${i}`, cpu, priority);
          const explained = explainDecision(on, waiting);
          const fitting = explained.nodes.filter(({ name }) => on.fitsWithout(waiting, name, [])).length;
          const decision = on.decide(waiting);
          expect(decision.nodeName).toBe(explained.nodeName);
          expect(decision.feasible).toBe(fitting);
          expect(decision.refusal?.message()).toBe(explained.message);
          if (decision.nodeName === undefined) continue;
          expect(on.fitsWithout(waiting, decision.nodeName, [])).toBe(true);
          on.addPod(waiting, decision.nodeName);
        }
      }),
      { numRuns: 30 },
    );
  });
});
