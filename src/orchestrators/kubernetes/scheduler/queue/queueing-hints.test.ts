import { describe, expect, test } from 'vitest';
import type { Labels } from '../../objects/meta.ts';
import type { Node } from '../../objects/node.ts';
import type { NodeAffinity, Pod, PodAffinityTerm, PodSpec, Toleration } from '../../objects/pod.ts';
import type { PodGroup } from '../../objects/policy.ts';
import { coreNode, corePod } from '../core-fixture.ts';
import { podInfo } from '../pod-info.ts';
import { type ClusterEvent, eventLabel, nodeEvents, podEvents } from './cluster-event.ts';
import type { HintContext } from './hint-rule.ts';
import { hint, interestedIn, QUEUEING_HINTS } from './queueing-hints.ts';

const context: HintContext = {
  namespaceLabels: (namespace) => (namespace === 'team' ? { team: 'a' } : {}),
  addedAffinity: () => undefined,
  hardSpread: (pod) => podInfo(pod).hardSpread,
};

/** Whether a plugin that refused the pod lets it be tried again after the event. */
function wakes(plugin: string, pod: Pod, event: ClusterEvent, within: HintContext = context): boolean {
  return interestedIn(event).some(([name, rule]) => name === plugin && hint(rule, pod, event, within));
}

const pod = (spec: Partial<PodSpec> = {}, labels: Labels = {}, namespace = 'default'): Pod =>
  corePod('p', { cpu: '2', 'example.com/gpu': '1' }, { ...spec, labels, namespace });
const added = (after: Node): ClusterEvent => ({ resource: 'Node', action: 'Add', before: undefined, after });
const deleted = (before: Pod): ClusterEvent => ({
  resource: 'AssignedPod',
  action: 'Delete',
  before,
  after: undefined,
});
const placed = (after: Pod): ClusterEvent => ({ resource: 'AssignedPod', action: 'Add', before: undefined, after });
/** Whether one of the events that a change of a node is wakes the pod. */
const wakesAfter = (plugin: string, waiting: Pod, before: Node, after: Node): boolean =>
  nodeEvents(after, before).some((event) => wakes(plugin, waiting, event));
const wakesAfterPod = (plugin: string, waiting: Pod, before: Pod, after: Pod): boolean =>
  podEvents(after, before).some((event) => wakes(plugin, waiting, event));
const withLabels = (of: Pod, labels: Labels): Pod => ({ ...of, metadata: { ...of.metadata, labels } });
const withSpec = (of: Pod, spec: Partial<PodSpec>): Pod => ({ ...of, spec: { ...of.spec, ...spec } });
const exists = (key: string): Toleration => ({ key, operator: 'Exists', value: '', effect: '' });
const taint = (key: string) => ({ key, value: '', effect: 'NoSchedule' as const });

describe('NodeResourcesFit', () => {
  const roomy = { cpu: '4', memory: '16Gi', 'example.com/gpu': '2' };

  test('any pod that leaves its place, or the place kept for it', () => {
    expect(wakes('NodeResourcesFit', pod(), deleted(pod({ nodeName: 'n' })))).toBe(true);
    const nominated = { ...pod(), status: { ...pod().status, nominatedNodeName: 'n' } };
    expect(wakes('NodeResourcesFit', pod(), deleted(nominated))).toBe(true);
    expect(wakes('NodeResourcesFit', pod(), deleted(pod()))).toBe(false);
  });

  test('a new node that the pod would fit on if it were empty', () => {
    expect(wakes('NodeResourcesFit', pod(), added(coreNode('n', roomy)))).toBe(true);
    expect(wakes('NodeResourcesFit', pod(), added(coreNode('n', { ...roomy, cpu: '1' })))).toBe(false);
    expect(wakes('NodeResourcesFit', pod(), added(coreNode('n', { cpu: '4', memory: '16Gi' })))).toBe(false);
    expect(wakes('NodeResourcesFit', pod(), added(coreNode('n', { ...roomy, pods: '0' })))).toBe(false);
  });

  test('a node that has more of what the pod asks for, and enough', () => {
    const node = coreNode('n', { ...roomy, cpu: '3' });
    const grown = (change: Labels): Node => ({
      ...node,
      status: { ...node.status, allocatable: { ...node.status.allocatable, ...change } },
    });
    expect(wakesAfter('NodeResourcesFit', pod(), node, grown({ cpu: '4' }))).toBe(true);
    expect(wakesAfter('NodeResourcesFit', pod(), node, grown({ pods: '200' }))).toBe(true);
    expect(wakesAfter('NodeResourcesFit', pod(), node, grown({ 'example.com/gpu': '3' }))).toBe(true);
    expect(wakesAfter('NodeResourcesFit', pod(), node, grown({ cpu: '2500m' }))).toBe(false);
    // Memory is more, but it asks for none.
    expect(wakesAfter('NodeResourcesFit', pod(), node, grown({ memory: '32Gi' }))).toBe(false);
  });

  test('a placed pod that asks for less of what the pod asks for, or the pod itself', () => {
    const other = corePod('o', { cpu: '2', memory: '2Gi' }, { nodeName: 'n' });
    const less = (requests: Labels): Pod => withSpec(other, { containers: corePod('x', requests).spec.containers });
    expect(wakesAfterPod('NodeResourcesFit', pod(), other, less({ cpu: '1', memory: '2Gi' }))).toBe(true);
    expect(wakesAfterPod('NodeResourcesFit', pod(), other, less({ cpu: '2', memory: '1Gi' }))).toBe(false);
    const waiting = pod();
    const smaller = withSpec(waiting, {
      containers: corePod('x', { cpu: '1', 'example.com/gpu': '1' }).spec.containers,
    });
    expect(wakesAfterPod('NodeResourcesFit', smaller, waiting, smaller)).toBe(true);
    expect(wakesAfterPod('NodeResourcesFit', pod(), waiting, smaller)).toBe(false);
  });
});

describe('taints', () => {
  const tainted = coreNode('n', undefined, {}, { taints: [taint('x'), taint('y')] });
  const free = { ...tainted, spec: { ...tainted.spec, taints: [] } };
  const half = { ...tainted, spec: { ...tainted.spec, taints: [taint('y')] } };

  test('that are tolerated now and were not', () => {
    expect(wakes('TaintToleration', pod(), added(free))).toBe(true);
    expect(wakes('TaintToleration', pod(), added(tainted))).toBe(false);
    expect(wakesAfter('TaintToleration', pod(), tainted, free)).toBe(true);
    expect(wakesAfter('TaintToleration', pod(), tainted, half)).toBe(false);
    expect(wakesAfter('TaintToleration', pod({ tolerations: [exists('y')] }), tainted, half)).toBe(true);
    // It was tolerated before: something else refused the pod there.
    expect(wakesAfter('TaintToleration', pod({ tolerations: [exists('')] }), tainted, free)).toBe(false);
  });

  test('the pod may get a toleration itself, but not another', () => {
    const waiting = pod();
    const tolerant = withSpec(waiting, { tolerations: [exists('x')] });
    expect(wakesAfterPod('TaintToleration', tolerant, waiting, tolerant)).toBe(true);
    expect(wakesAfterPod('TaintToleration', pod(), waiting, tolerant)).toBe(false);
  });
});

describe('cordons', () => {
  const cordoned = coreNode('n', undefined, {}, { unschedulable: true });
  const open = { ...cordoned, spec: { ...cordoned.spec, unschedulable: false } };

  test('that are lifted, nodes that come without', () => {
    expect(wakesAfter('NodeUnschedulable', pod(), cordoned, open)).toBe(true);
    expect(wakesAfter('NodeUnschedulable', pod(), open, cordoned)).toBe(false);
    expect(wakes('NodeUnschedulable', pod(), added(open))).toBe(true);
    expect(wakes('NodeUnschedulable', pod(), added(cordoned))).toBe(false);
    expect(nodeEvents(open, cordoned).map(eventLabel)).toEqual(['UpdateNodeTaint']);
  });

  test('that the pod tolerates now', () => {
    const waiting = pod();
    const right = withSpec(waiting, { tolerations: [exists('node.kubernetes.io/unschedulable')] });
    const wrong = withSpec(waiting, { tolerations: [exists('other')] });
    expect(wakesAfterPod('NodeUnschedulable', right, waiting, right)).toBe(true);
    expect(wakesAfterPod('NodeUnschedulable', wrong, waiting, wrong)).toBe(false);
  });
});

describe('NodeAffinity', () => {
  const waiting = pod({ nodeSelector: { disk: 'ssd' } });
  const [plain, ssd] = [coreNode('n'), coreNode('n', undefined, { disk: 'ssd' })];

  test('a node that matches and did not', () => {
    expect(wakes('NodeAffinity', waiting, added(ssd))).toBe(true);
    expect(wakes('NodeAffinity', waiting, added(plain))).toBe(false);
    expect(wakesAfter('NodeAffinity', waiting, plain, ssd)).toBe(true);
    expect(wakesAfter('NodeAffinity', waiting, ssd, plain)).toBe(false);
    const more = coreNode('n', undefined, { disk: 'ssd', also: 'this' });
    expect(wakesAfter('NodeAffinity', waiting, ssd, more)).toBe(false);
  });

  test('what the profile adds counts, too', () => {
    const required: NodeAffinity['required'] = [
      { matchExpressions: [{ key: 'pool', operator: 'In', values: ['a'] }], matchFields: [] },
    ];
    const within = { ...context, addedAffinity: () => ({ required, preferred: [] }) };
    expect(wakes('NodeAffinity', waiting, added(ssd), within)).toBe(false);
    const both = coreNode('n', undefined, { disk: 'ssd', pool: 'a' });
    expect(wakes('NodeAffinity', waiting, added(both), within)).toBe(true);
  });
});

describe('NodePorts', () => {
  const on = (hostPort: number, fields: { hostIP?: string; protocol?: 'TCP' | 'UDP' } = {}, nodeName = 'n'): Pod => {
    const made = pod({ nodeName });
    const [container] = made.spec.containers;
    const port = { containerPort: 80, protocol: 'TCP' as const, hostPort, ...fields };
    return withSpec(made, { containers: [{ ...container, ports: [port] }] });
  };

  test('a pod that frees a port it wants, and any new node', () => {
    expect(wakes('NodePorts', on(80), deleted(on(80)))).toBe(true);
    expect(wakes('NodePorts', on(80), deleted(on(81)))).toBe(false);
    expect(wakes('NodePorts', on(80), deleted(on(80, { protocol: 'UDP' })))).toBe(false);
    expect(wakes('NodePorts', on(80), deleted(on(80, { hostIP: '10.0.0.1' })))).toBe(true);
    expect(wakes('NodePorts', on(80, { hostIP: '10.0.0.2' }), deleted(on(80, { hostIP: '10.0.0.1' })))).toBe(false);
    expect(wakes('NodePorts', on(80), deleted(pod({ nodeName: 'n' })))).toBe(false);
    expect(wakes('NodePorts', on(80), added(coreNode('n')))).toBe(true);
  });
});

describe('PodTopologySpread', () => {
  const constraint = {
    maxSkew: 1,
    topologyKey: 'zone',
    whenUnsatisfiable: 'DoNotSchedule' as const,
    labelSelector: { matchLabels: { app: 'web' } },
    nodeAffinityPolicy: 'Honor' as const,
    nodeTaintsPolicy: 'Ignore' as const,
    matchLabelKeys: [],
  };
  const waiting = pod({ topologySpreadConstraints: [constraint] }, { app: 'web' });
  const web = pod({ nodeName: 'n' }, { app: 'web' });
  const db = pod({ nodeName: 'n' }, { app: 'db' });

  test('pods of the namespace that are counted come, go or change', () => {
    for (const event of [placed, deleted]) {
      expect(wakes('PodTopologySpread', waiting, event(web))).toBe(true);
      expect(wakes('PodTopologySpread', waiting, event(db))).toBe(false);
      expect(wakes('PodTopologySpread', waiting, event(pod({ nodeName: 'n' }, { app: 'web' }, 'team')))).toBe(false);
      expect(wakes('PodTopologySpread', waiting, event(pod({}, { app: 'web' })))).toBe(false);
    }
    expect(wakesAfterPod('PodTopologySpread', waiting, web, withLabels(web, { app: 'db' }))).toBe(true);
    expect(wakesAfterPod('PodTopologySpread', waiting, db, withLabels(db, { app: 'web' }))).toBe(true);
    expect(wakesAfterPod('PodTopologySpread', waiting, db, withLabels(db, { app: 'cache' }))).toBe(false);
  });

  test('its own tolerations matter when taints are honoured', () => {
    const tolerations = [exists('x')];
    expect(wakesAfterPod('PodTopologySpread', waiting, waiting, withSpec(waiting, { tolerations }))).toBe(false);
    const strict = pod({ topologySpreadConstraints: [{ ...constraint, nodeTaintsPolicy: 'Honor' }] });
    const tolerant = withSpec(strict, { tolerations });
    expect(wakesAfterPod('PodTopologySpread', tolerant, strict, tolerant)).toBe(true);
  });

  test('nodes with all keys come, go, change their zone or their taints', () => {
    const [a, b, none] = [
      coreNode('n', undefined, { zone: 'a' }),
      coreNode('n', undefined, { zone: 'b' }),
      coreNode('n'),
    ];
    const gone = (before: Node): ClusterEvent => ({ resource: 'Node', action: 'Delete', before, after: undefined });
    expect(
      [added(a), gone(a), added(none), gone(none)].map((event) => wakes('PodTopologySpread', waiting, event)),
    ).toEqual([true, true, false, false]);
    expect(wakesAfter('PodTopologySpread', waiting, a, b)).toBe(true);
    expect(wakesAfter('PodTopologySpread', waiting, a, none)).toBe(true);
    expect(wakesAfter('PodTopologySpread', waiting, none, b)).toBe(true);
    const other = { ...a, metadata: { ...a.metadata, labels: { ...a.metadata.labels, x: 'y' } } };
    expect(wakesAfter('PodTopologySpread', waiting, a, other)).toBe(false);
    const tainted = { ...a, spec: { ...a.spec, taints: [taint('x')] } };
    expect(wakesAfter('PodTopologySpread', waiting, a, tainted)).toBe(true);
  });
});

describe('InterPodAffinity', () => {
  const term = (app: string, fields: Partial<PodAffinityTerm> = {}): PodAffinityTerm => ({
    labelSelector: { matchLabels: { app } },
    topologyKey: 'zone',
    namespaces: [],
    ...fields,
  });
  const near = pod({ podAffinity: { required: [term('web')], preferred: [] } });
  const far = pod({ podAntiAffinity: { required: [term('web')], preferred: [] } });
  const web = pod({ nodeName: 'n' }, { app: 'web' });

  test('a pod that it wants near comes, or becomes one', () => {
    expect(wakes('InterPodAffinity', near, placed(web))).toBe(true);
    expect(wakes('InterPodAffinity', near, placed(pod({}, { app: 'web' })))).toBe(false);
    expect(wakes('InterPodAffinity', near, placed(withLabels(web, { app: 'db' })))).toBe(false);
    expect(wakesAfterPod('InterPodAffinity', near, withLabels(web, {}), web)).toBe(true);
    expect(wakesAfterPod('InterPodAffinity', near, web, withLabels(web, { app: 'web', x: 'y' }))).toBe(false);
    expect(wakes('InterPodAffinity', near, deleted(web))).toBe(false);
  });

  test('every term must mean it', () => {
    const both = pod({ podAffinity: { required: [term('web'), term('db')], preferred: [] } });
    expect(wakes('InterPodAffinity', both, placed(web))).toBe(false);
  });

  test('namespaces are looked at', () => {
    const elsewhere = pod({ nodeName: 'n' }, { app: 'web' }, 'team');
    expect(wakes('InterPodAffinity', near, placed(elsewhere))).toBe(false);
    const wide = term('web', { namespaceSelector: { matchLabels: { team: 'a' } } });
    const selecting = pod({ podAffinity: { required: [wide], preferred: [] } });
    expect(wakes('InterPodAffinity', selecting, placed(elsewhere))).toBe(true);
    expect(wakes('InterPodAffinity', selecting, placed(web))).toBe(false);
  });

  test('a pod that it wants far goes, or is no longer one', () => {
    expect(wakes('InterPodAffinity', far, deleted(web))).toBe(true);
    expect(wakes('InterPodAffinity', far, placed(web))).toBe(false);
    expect(wakesAfterPod('InterPodAffinity', far, web, withLabels(web, {}))).toBe(true);
    expect(wakes('InterPodAffinity', far, deleted(withLabels(web, { app: 'db' })))).toBe(false);
  });

  test('a pod that kept it away goes, or its own labels change', () => {
    const keeper = pod({ nodeName: 'n', podAntiAffinity: { required: [term('p')], preferred: [] } });
    const waiting = pod({}, { app: 'p' });
    expect(wakes('InterPodAffinity', waiting, deleted(keeper))).toBe(true);
    expect(wakes('InterPodAffinity', pod({}, { app: 'q' }), deleted(keeper))).toBe(false);
    expect(wakesAfterPod('InterPodAffinity', waiting, waiting, withLabels(waiting, { app: 'q' }))).toBe(true);
  });

  test('a node that has the key, or another value of it', () => {
    const [a, b, none] = [
      coreNode('n', undefined, { zone: 'a' }),
      coreNode('n', undefined, { zone: 'b' }),
      coreNode('n'),
    ];
    const more = coreNode('n', undefined, { zone: 'a', x: 'y' });
    expect([a, none].map((node) => wakes('InterPodAffinity', near, added(node)))).toEqual([true, false]);
    // A node without the key is beside nobody.
    expect([a, none].map((node) => wakes('InterPodAffinity', far, added(node)))).toEqual([true, true]);
    const after = (waiting: Pod) =>
      [
        [none, a],
        [a, b],
        [a, none],
        [a, more],
      ].map(([before, now]) => wakesAfter('InterPodAffinity', waiting, before, now));
    expect(after(near)).toEqual([true, true, false, false]);
    expect(after(far)).toEqual([false, true, true, false]);
    // Kept away by others: whatever their key is, it may be this one.
    expect(wakes('InterPodAffinity', pod(), added(none))).toBe(true);
  });
});

describe('gangs', () => {
  const group = (minCount: number, name = 'g'): PodGroup => ({
    kind: 'PodGroup',
    id: 1,
    metadata: { ...pod().metadata, name },
    minCount,
  });
  const waiting = pod({ podGroupName: 'g' });

  test('a member more, the group itself, or fewer that are needed', () => {
    const came = (after: Pod): ClusterEvent => ({
      resource: 'UnscheduledPod',
      action: 'Add',
      before: undefined,
      after,
    });
    expect(wakes('GangScheduling', waiting, came(pod({ podGroupName: 'g' })))).toBe(true);
    expect(wakes('GangScheduling', waiting, came(pod({ podGroupName: 'h' })))).toBe(false);
    expect(wakes('GangScheduling', waiting, came(pod({ podGroupName: 'g' }, {}, 'team')))).toBe(false);
    const made = (after: PodGroup, before?: PodGroup): ClusterEvent => ({
      resource: 'PodGroup',
      action: before === undefined ? 'Add' : 'Update',
      before,
      after,
    });
    expect(wakes('GangScheduling', waiting, made(group(3)))).toBe(true);
    expect(wakes('GangScheduling', waiting, made(group(3, 'h')))).toBe(false);
    expect(wakes('GangScheduling', waiting, made(group(2), group(3)))).toBe(true);
    expect(wakes('GangScheduling', waiting, made(group(4), group(3)))).toBe(false);
  });
});

test('volumes: claims of the pod, any volume, any class', () => {
  const waiting = pod({ volumes: [{ name: 'data', persistentVolumeClaim: 'data' }] });
  const claim = (name: string): ClusterEvent => ({
    resource: 'PersistentVolumeClaim',
    action: 'Add',
    after: {
      kind: 'PersistentVolumeClaim',
      id: 1,
      metadata: { ...pod().metadata, name },
      spec: { accessModes: [], requests: {} },
    },
  });
  expect(wakes('VolumeBinding', waiting, claim('data'))).toBe(true);
  expect(wakes('VolumeBinding', waiting, claim('other'))).toBe(false);
});

test('what happens to one object is news for the right plugins only', () => {
  const names = (event: ClusterEvent) => [...new Set(interestedIn(event).map(([plugin]) => plugin))];
  expect(names(placed(pod({ nodeName: 'n' })))).toEqual(['PodTopologySpread', 'InterPodAffinity', 'GangScheduling']);
  expect(names({ resource: 'UnscheduledPod', action: 'Update', before: pod(), after: pod() })).toEqual([]);
  expect(names({ resource: 'Node', action: 'Delete', before: coreNode('n'), after: undefined })).toEqual([
    'PodTopologySpread',
  ]);
  expect(Object.keys(QUEUEING_HINTS)).toHaveLength(14);
});
