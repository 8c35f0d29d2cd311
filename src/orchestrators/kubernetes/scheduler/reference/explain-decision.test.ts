import { expect, test } from 'vitest';
import { coreNode, corePod } from '../core-fixture.ts';
import { DEFAULT_PROFILE } from '../default-profile.ts';
import { explainDecision } from './explain-decision.ts';
import { ReferenceCore } from './reference-core.ts';

function core(count: number, cpu: (i: number) => string, profile = DEFAULT_PROFILE): ReferenceCore {
  const made = new ReferenceCore(profile);
  for (let i = 0; i < count; i += 1) made.addNode(coreNode(`n${i}`, { cpu: cpu(i), memory: '16Gi' }));
  return made;
}

const pod = corePod('p', { cpu: '1', memory: '4Gi' });

test('ties, and the rule that decides them', () => {
  const on = core(4, () => '4');
  on.addPod(corePod('x', { cpu: '2', memory: '8Gi' }), 'n0');
  on.addPod(corePod('y', { cpu: '2', memory: '8Gi' }), 'n1');
  // n2 and n3 are best; in the tree 0 (1 (3), 2) the place 3 comes before 2.
  expect(explainDecision(on, pod)).toMatchObject({
    nodeName: 'n3',
    choice: { rule: 'heap order', tied: ['n2', 'n3'] },
  });
  const drawn = core(2, () => '4', { ...DEFAULT_PROFILE, version: '1.34' });
  expect(explainDecision(drawn, pod)).toMatchObject({
    nodeName: undefined,
    choice: { rule: 'drawn', tied: ['n0', 'n1'] },
  });
});

test('one node alone has no scores', () => {
  const explained = explainDecision(
    core(2, (i) => (i === 0 ? '500m' : '4')),
    pod,
  );
  expect(explained).toMatchObject({ nodeName: 'n1', choice: { rule: 'only one' } });
  expect(explained.nodes[1]).toEqual({
    name: 'n1',
    examined: true,
    passed: ['NodeUnschedulable', 'TaintToleration', 'NodeResourcesFit'],
  });
  expect(explained.skippedFilters).toContain('InterPodAffinity');
});

test('of large clusters: the window, what lies outside, and reasons with examples', () => {
  const on = core(250, (i) => (i % 5 === 4 ? '500m' : '4'));
  const explained = explainDecision(on, pod);
  // 48 % of 250 is 120: of every five nodes four are feasible, so 150 nodes, of which the last, n149, is too small.
  expect(explained.window).toEqual({ candidates: 250, start: 0, feasibleWanted: 120, feasible: 120, examined: 150 });
  expect(explained.nodes.filter(({ examined }) => examined)).toHaveLength(150);
  expect(explained.nodes[150]).toMatchObject({ name: 'n150', examined: false });
  expect(explained.nodes[150].scores).toBeUndefined();
  expect(explained.reasons).toEqual([
    {
      plugin: 'NodeResourcesFit',
      reason: 'Insufficient cpu',
      nodes: 50,
      resolvable: false,
      examples: ['n4', 'n9', 'n14'],
    },
  ]);
  on.decide(pod);
  expect(explainDecision(on, pod).nodes[0].name).toBe('n150');
});

test('a refusal', () => {
  const explained = explainDecision(
    core(2, () => '500m'),
    pod,
  );
  expect(explained).toMatchObject({ nodeName: undefined, choice: { rule: 'refused' } });
  expect(explained.message).toMatch(/^0\/2 nodes are available: 2 Insufficient cpu\. /);
  expect(explained.nodes[0].passed).toEqual(['NodeUnschedulable', 'TaintToleration']);
});

test('weights and contributions add up to the total', () => {
  const explained = explainDecision(
    core(3, (i) => `${i + 2}`),
    pod,
  );
  for (const { scores = [], total } of explained.nodes) {
    expect(scores.length).toBeGreaterThan(3);
    expect(scores.reduce((sum, { weighted }) => sum + weighted, 0)).toBe(total);
    for (const { weight, normalised, weighted } of scores) expect(weighted).toBe(weight * normalised);
  }
});

test('without nodes', () => {
  expect(explainDecision(new ReferenceCore(DEFAULT_PROFILE), pod)).toMatchObject({
    nodes: [],
    message: 'no nodes available to schedule pods',
  });
});
