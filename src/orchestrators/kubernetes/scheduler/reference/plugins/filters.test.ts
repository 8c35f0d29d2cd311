import { describe, expect, test } from 'vitest';
import { container, podSpec } from '../../../cluster-fixture.ts';
import type { ContainerPort, NodeSelectorRequirement, NodeSelectorTerm, PodSpec } from '../../../objects/pod.ts';
import { coreNode, corePod } from '../../core-fixture.ts';
import { DEFAULT_PROFILE } from '../../default-profile.ts';
import type { SchedulerProfile } from '../../scheduler-profile.ts';
import { explainDecision } from '../explain-decision.ts';
import { ReferenceCore } from '../reference-core.ts';

/** A core with nodes and pods on them. */
function core(
  nodes: readonly ReturnType<typeof coreNode>[],
  pods: readonly (readonly [ReturnType<typeof corePod>, string])[] = [],
  profile: Partial<SchedulerProfile> = {},
): ReferenceCore {
  const made = new ReferenceCore({ ...DEFAULT_PROFILE, ...profile });
  for (const node of nodes) made.addNode(node);
  for (const [pod, name] of pods) made.addPod(pod, name);
  return made;
}

/** Of each node: `fits`, or the reasons, with `!` when removing pods does not help. */
function verdicts(on: ReferenceCore, pod: ReturnType<typeof corePod>): string[] {
  return explainDecision(on, pod).nodes.map(({ rejection }) =>
    rejection === undefined ? 'fits' : `${rejection.reasons.join(' + ')}${rejection.resolvable ? '' : '!'}`,
  );
}

describe('NodeUnschedulable', () => {
  const cordoned = [coreNode('a', undefined, {}, { unschedulable: true })];

  test('a cordoned node takes only who tolerates its taint', () => {
    expect(verdicts(core(cordoned), corePod('p'))).toEqual(['node(s) were unschedulable!']);
    const toleration = { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', value: '', effect: '' } as const;
    expect(verdicts(core(cordoned), corePod('p', {}, { tolerations: [toleration] }))).toEqual(['fits']);
  });
});

test('NodeName: a pod that names its node', () => {
  const on = core([coreNode('a'), coreNode('b')]);
  expect(verdicts(on, corePod('p', {}, { nodeName: 'b' }))).toEqual([
    "node(s) didn't match the requested node name!",
    'fits',
  ]);
});

test('TaintToleration: up to 1.34 the reason names the taint', () => {
  const taints = [
    { key: 'soft', value: '', effect: 'PreferNoSchedule' as const },
    { key: 'pool', value: 'gpu', effect: 'NoExecute' as const },
  ];
  const nodes = [coreNode('a', undefined, {}, { taints })];
  expect(verdicts(core(nodes), corePod('p'))).toEqual(['node(s) had untolerated taint(s)!']);
  expect(verdicts(core(nodes, [], { version: '1.34' }), corePod('p'))).toEqual([
    'node(s) had untolerated taint {pool: gpu}!',
  ]);
});

describe('NodeAffinity', () => {
  const nodes = [coreNode('a', undefined, { disk: 'ssd', gen: '7' }), coreNode('b', undefined, { gen: 'new' })];
  const term = (...matchExpressions: NodeSelectorRequirement[]): NodeSelectorTerm => ({
    matchExpressions,
    matchFields: [],
  });
  const fitting = (required: readonly NodeSelectorTerm[], fields: Partial<PodSpec> = {}): string =>
    explainDecision(core(nodes), corePod('p', {}, { ...fields, nodeAffinity: { required, preferred: [] } }))
      .nodes.filter(({ rejection }) => rejection === undefined)
      .map(({ name }) => name)
      .join(' ');
  const ask = (key: string, operator: NodeSelectorRequirement['operator'], ...values: string[]) =>
    term({ key, operator, values });

  test.each([
    ['In', [ask('disk', 'In', 'ssd', 'nvme')], 'a'],
    ['NotIn holds without the label', [ask('disk', 'NotIn', 'ssd')], 'b'],
    ['Exists', [ask('disk', 'Exists')], 'a'],
    ['DoesNotExist', [ask('disk', 'DoesNotExist')], 'b'],
    ['Gt compares whole numbers', [ask('gen', 'Gt', '6')], 'a'],
    ['Gt is strict', [ask('gen', 'Gt', '7')], ''],
    ['Lt with a label that is no number', [ask('gen', 'Lt', '100')], 'a'],
    ['Gt with a bound that is no number', [ask('gen', 'Gt', 'x')], ''],
    ['terms are alternatives', [ask('disk', 'Exists'), ask('gen', 'In', 'new')], 'a b'],
    [
      'requirements of a term all hold',
      [term(...ask('disk', 'Exists').matchExpressions, ...ask('gen', 'Gt', '9').matchExpressions)],
      '',
    ],
    ['an empty term matches nothing', [term()], ''],
    ['no term matches nothing', [], ''],
  ])('%s', (_, required, names) => {
    expect(fitting(required)).toBe(names);
  });

  test('nodeSelector and affinity must both hold', () => {
    expect(fitting([ask('gen', 'Exists')], { nodeSelector: { disk: 'ssd' } })).toBe('a');
    expect(verdicts(core(nodes), corePod('p', {}, { nodeSelector: { disk: 'hdd' } }))).toEqual([
      "node(s) didn't match Pod's node affinity/selector!",
      "node(s) didn't match Pod's node affinity/selector!",
    ]);
  });

  test('what the profile adds', () => {
    const addedAffinity = { required: [ask('disk', 'Exists')], preferred: [] };
    expect(verdicts(core(nodes, [], { addedAffinity }), corePod('p'))).toEqual([
      'fits',
      "node(s) didn't match scheduler-enforced node affinity!",
    ]);
  });

  const named = (...values: string[]): NodeSelectorTerm => ({
    matchExpressions: [],
    matchFields: [{ key: 'metadata.name', operator: 'In', values }],
  });

  test('pods of a DaemonSet name their node: no other is looked at', () => {
    const on = core([...nodes, coreNode('c')]);
    const pod = corePod('p', { cpu: '9' }, { nodeAffinity: { required: [named('b')], preferred: [] } });
    const { refusal, examined } = on.decide(pod);
    expect(examined).toBe(1);
    expect(refusal?.message()).toBe(
      "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]. " +
        'no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
    );
    expect(refusal?.plugins).toEqual(['NodeAffinity', 'NodeResourcesFit']);
  });

  test('a node that is not there', () => {
    const pod = corePod('p', {}, { nodeAffinity: { required: [named('gone')], preferred: [] } });
    expect(core(nodes).decide(pod).refusal?.filterMessage()).toBe(
      "0/2 nodes are available: 2 node(s) didn't satisfy plugin(s) [NodeAffinity].",
    );
  });

  test('names that contradict one another hold for no node, before any is looked at', () => {
    const both = { matchExpressions: [], matchFields: [...named('a').matchFields, ...named('b').matchFields] };
    const pod = corePod('p', {}, { nodeAffinity: { required: [both], preferred: [] } });
    const { refusal, examined } = core(nodes).decide(pod);
    expect(examined).toBe(0);
    expect(refusal?.message()).toBe('0/2 nodes are available: pod affinity terms conflict. not found');
    expect(refusal?.plugins).toEqual(['NodeAffinity']);
    expect(refusal?.candidates()).toEqual([]);
  });
});

describe('NodePorts', () => {
  const withPorts = (name: string, ports: readonly Partial<ContainerPort>[], sidecar = false) => {
    const full = ports.map((port) => ({ containerPort: 80, protocol: 'TCP' as const, ...port }));
    const one = container('c', {}, { ports: full, ...(sidecar && { restartPolicy: 'Always' }) });
    const spec = podSpec({}, sidecar ? { initContainers: [one] } : { containers: [one] });
    return corePod(name, {}, spec);
  };
  const taken = "node(s) didn't have free ports for the requested pod ports";

  test.each([
    ['the same port', [{ hostPort: 80 }], taken],
    ['another port', [{ hostPort: 81 }], 'fits'],
    ['another protocol', [{ hostPort: 80, protocol: 'UDP' as const }], 'fits'],
    ['one address of all', [{ hostPort: 80, hostIP: '10.0.0.1' }], taken],
    ['port 0 is none', [{ hostPort: 0 }], 'fits'],
    ['none', [{}], 'fits'],
  ])('%s', (_, ports, verdict) => {
    const on = core([coreNode('a')], [[withPorts('x', [{ hostPort: 80 }]), 'a']]);
    expect(verdicts(on, withPorts('p', ports))).toEqual([verdict]);
  });

  test('two addresses do not meet', () => {
    const on = core([coreNode('a')], [[withPorts('x', [{ hostPort: 80, hostIP: '10.0.0.1' }]), 'a']]);
    expect(verdicts(on, withPorts('p', [{ hostPort: 80, hostIP: '10.0.0.2' }]))).toEqual(['fits']);
    expect(verdicts(on, withPorts('p', [{ hostPort: 80, hostIP: '0.0.0.0' }]))).toEqual([taken]);
  });

  test('ports of sidecars count, those of other init containers do not', () => {
    const on = core([coreNode('a')], [[withPorts('x', [{ hostPort: 80 }], true), 'a']]);
    expect(verdicts(on, withPorts('p', [{ hostPort: 80 }]))).toEqual([taken]);
    const init = container('i', {}, { ports: [{ containerPort: 80, hostPort: 80, protocol: 'TCP' }] });
    expect(verdicts(on, corePod('q', {}, { initContainers: [init] }))).toEqual(['fits']);
  });
});

describe('NodeResourcesFit', () => {
  test('every shortage is a reason; what exceeds the empty node makes it hopeless', () => {
    const nodes = [
      coreNode('full', { cpu: '2', memory: '4Gi', pods: '1' }),
      coreNode('small', { cpu: '1', memory: '4Gi' }),
      coreNode('fits', { cpu: '4', memory: '4Gi' }),
    ];
    const on = core(nodes, [[corePod('x', { cpu: '1', memory: '3Gi' }), 'full']]);
    expect(verdicts(on, corePod('p', { cpu: '1500m', memory: '2Gi' }))).toEqual([
      'Too many pods + Insufficient cpu + Insufficient memory',
      'Insufficient cpu!',
      'fits',
    ]);
  });

  test('a pod that asks for nothing fits an overfilled node, as long as it takes pods', () => {
    const on = core([coreNode('a', { cpu: '1', memory: '1Gi', pods: '2' })], [[corePod('x', { cpu: '3' }), 'a']]);
    expect(verdicts(on, corePod('p'))).toEqual(['fits']);
    expect(verdicts(on, corePod('p', { cpu: '0', memory: '1Mi' }))).toEqual(['fits']);
    expect(verdicts(on, corePod('p', { cpu: '1m' }))).toEqual(['Insufficient cpu']);
  });

  test('a resource that a node does not have counts as none; ignored ones are not looked at', () => {
    const pod = corePod('p', { 'example.com/gpu': '1', 'ephemeral-storage': '1Gi' });
    expect(verdicts(core([coreNode('a')]), pod)).toEqual([
      'Insufficient ephemeral-storage + Insufficient example.com/gpu!',
    ]);
    const nodes = [coreNode('a', { cpu: '1', 'ephemeral-storage': '2Gi' })];
    expect(verdicts(core(nodes, [], { ignoredResources: ['example.com/gpu'] }), pod)).toEqual(['fits']);
    expect(verdicts(core(nodes, [], { ignoredResourceGroups: ['example.com'] }), pod)).toEqual(['fits']);
    expect(verdicts(core(nodes, [], { ignoredResourceGroups: ['other.com'] }), pod)).toEqual([
      'Insufficient example.com/gpu!',
    ]);
  });

  test('a node that says nothing of pods takes none', () => {
    const node = coreNode('a');
    const status = { ...node.status, allocatable: { cpu: '4' } };
    expect(verdicts(core([{ ...node, status }]), corePod('p'))).toEqual(['Too many pods']);
  });
});

test('the first plugin that rejects a node gives the reason; a profile without it asks the next', () => {
  const node = coreNode('a', { cpu: '1' }, {}, { taints: [{ key: 'a', value: '', effect: 'NoSchedule' }] });
  expect(verdicts(core([node]), corePod('p', { cpu: '2' }))).toEqual(['node(s) had untolerated taint(s)!']);
  const filters = DEFAULT_PROFILE.filters.filter((name) => name !== 'TaintToleration');
  expect(verdicts(core([node], [], { filters }), corePod('p', { cpu: '2' }))).toEqual(['Insufficient cpu!']);
});
