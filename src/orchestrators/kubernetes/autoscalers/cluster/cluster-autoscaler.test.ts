import { describe, expect, test } from 'vitest';
import { fc } from '../../../../../test/fuzz.ts';
import { stream } from '../../../../sim/random.ts';
import { minutes, seconds } from '../../../../sim/time.ts';
import { isRefusal } from '../../api/api-server.ts';
import { controlPlane, create, node, pod } from '../../cluster-fixture.ts';
import type { NodeGroupSpec } from '../../kubernetes-spec.ts';
import type { Pod, PodSpec } from '../../objects/pod.ts';
import { filterCore, readyCloud, runPods } from '../autoscaler-fixture.ts';
import { ClusterSnapshot } from '../shared/cluster-snapshot.ts';
import { imaginedNode } from '../shared/imagined-objects.ts';
import type { NodeBirth, PunctualCloud } from '../shared/node-birth.ts';
import { alikePods } from '../shared/pod-kinds.ts';
import { ClusterAutoscaler } from './cluster-autoscaler.ts';
import { clusterAutoscalerSettings } from './cluster-autoscaler-flags.ts';
import { estimateNodes } from './estimate-nodes.ts';
import { Expander, wasteOf } from './expander.ts';

function group(
  name: string,
  fields: Partial<NodeGroupSpec> = {},
  allocatable = { cpu: '4', memory: '16Gi' },
): NodeGroupSpec {
  return {
    name,
    min: 0,
    max: 10,
    initial: 0,
    template: node(name, allocatable),
    usdPerHour: 0.2,
    spot: false,
    bootUs: seconds(60),
    ...fields,
  };
}

const owner = (name: string, kind = 'ReplicaSet') => [
  { apiVersion: 'apps/v1', kind, name, uid: `uid-${name}`, controller: true },
];

/** Pods that only the packing looks at. */
function thoughtPods(cores: readonly number[]): Pod[] {
  const { api } = controlPlane();
  return cores.map((cpu, k) => {
    const one = pod(`p${k}`, { cpu: `${cpu * 1000}m` });
    return create(api, 'Pod', { ...one, metadata: { ...one.metadata, ownerReferences: owner(`of-${cpu}`) } });
  });
}

describe('packing', () => {
  test('2.5, 1.5, 1.5, 1 and 1 CPU on nodes of 4: 2.5 + 1.5 and 1.5 + 1 + 1', () => {
    const snapshot = new ClusterSnapshot(controlPlane().api, filterCore());
    const template = node('n', { cpu: '4', memory: '16Gi' });
    const names: string[] = [];
    const addNode = (k: number): string => {
      snapshot.addNode(imaginedNode(template, `n${k}`, snapshot.nextId()));
      names.push(`n${k}`);
      return `n${k}`;
    };
    const pods = thoughtPods([1, 1, 1.5, 1.5, 2.5]);
    const estimate = estimateNodes(snapshot, template, addNode, alikePods(pods), 10);
    expect(estimate.nodes).toBe(2);
    const onNode = (name: string) =>
      snapshot.podsOn(name).map(({ spec }) => spec.containers[0].resources.requests['cpu']);
    expect(names.map(onNode)).toEqual([
      ['2500m', '1500m'],
      ['1500m', '1000m', '1000m'],
    ]);
    snapshot.revert(0);
    expect(snapshot.names()).toEqual([]);
  });

  test('never more than it may, and what fits no empty node costs one look', () => {
    const snapshot = new ClusterSnapshot(controlPlane().api, filterCore());
    const template = node('n', { cpu: '4', memory: '16Gi' });
    let added = 0;
    const addNode = (): string => {
      snapshot.addNode(imaginedNode(template, `n${added}`, snapshot.nextId()));
      return `n${added++}`;
    };
    expect(estimateNodes(snapshot, template, addNode, alikePods(thoughtPods([3, 3, 3])), 2)).toMatchObject({
      nodes: 2,
    });
    snapshot.revert(0);
    added = 0;
    expect(estimateNodes(snapshot, template, addNode, alikePods(thoughtPods([5, 5, 5])), 9)).toEqual({
      nodes: 0,
      pods: [],
    });
    expect(added).toBe(1);
  });

  test('no node is ever overfilled and no more nodes than pods are needed', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = stream(seed, 'pods');
        const pods = thoughtPods(Array.from({ length: 1 + random.below(25) }, () => (1 + random.below(16)) / 4));
        const snapshot = new ClusterSnapshot(controlPlane().api, filterCore());
        const template = node('n', { cpu: '4', memory: '16Gi' });
        const addNode = (k: number): string => {
          snapshot.addNode(imaginedNode(template, `n${k}`, snapshot.nextId()));
          return `n${k}`;
        };
        const { nodes, pods: placed } = estimateNodes(snapshot, template, addNode, alikePods(pods), 30);
        expect(placed).toHaveLength(pods.length);
        expect(nodes).toBeLessThanOrEqual(pods.length);
        for (const name of snapshot.names()) expect(snapshot.freeOn(name).cpuMilli).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 25 },
    );
  });
});

describe('expanders', () => {
  const { api } = controlPlane();
  const big = create(api, 'Pod', pod('big', { cpu: '3', memory: '6Gi' }));
  const a = { group: group('a', { usdPerHour: 0.3 }, { cpu: '4', memory: '16Gi' }), nodes: 1, pods: [big] };
  const b = { group: group('b', { usdPerHour: 0.2 }, { cpu: '8', memory: '16Gi' }), nodes: 1, pods: [big] };
  const choose = (list: string, options = [a, b], priorities = '') =>
    new Expander(list, priorities, stream(1, 'expander')).best(options);

  test('least waste: 3 CPU and 6 GiB on 4c/16Gi waste .25 + .625, on 8c/16Gi .625 + .625', () => {
    expect(wasteOf(a)).toBeCloseTo(0.875, 12);
    expect(wasteOf(b)).toBeCloseTo(1.25, 12);
    const { option, why } = choose('least-waste');
    expect(option).toBe(a);
    expect(why).toBe('least-waste: a wastes 0.875, b wastes 1.25');
  });

  test('the others: fewest nodes, most pods, cheapest, highest priority, and lists in turn', () => {
    expect(choose('price').option).toBe(b);
    expect(choose('least-nodes', [{ ...a, nodes: 2 }, b]).option).toBe(b);
    expect(choose('most-pods', [{ ...a, pods: [big, big] }, b]).option.group.name).toBe('a');
    expect(choose('priority', [a, b], '10=.*; 50=^b$').option).toBe(b);
    expect(choose('most-pods,least-waste').option).toBe(a);
  });

  test('lots are fair', () => {
    const random = new Expander('random', '', stream(7, 'expander'));
    const wins = Array.from({ length: 400 }, () => random.best([a, b]).option).filter((option) => option === a).length;
    expect(wins).toBeGreaterThan(160);
    expect(wins).toBeLessThan(240);
  });
});

test('flags by their names, with or without dashes; others are refused with a suggestion', () => {
  const settings = clusterAutoscalerSettings({ '--scale-down-unneeded-time': '5m', 'max-drain-parallelism': 3 });
  expect(settings['scale-down-unneeded-time']).toBe(minutes(5));
  expect(settings['max-drain-parallelism']).toBe(3);
  expect(settings['scale-down-delay-after-add']).toBe(minutes(10));
  expect(() => clusterAutoscalerSettings({ 'scale-down-uneeded-time': '5m' })).toThrow(
    'the Cluster Autoscaler has no flag "scale-down-uneeded-time"; did you mean "scale-down-unneeded-time"?',
  );
  expect(() => clusterAutoscalerSettings({ 'scale-down-enabled': 'perhaps' })).toThrow('--scale-down-enabled must be');
  expect(() => new Expander('cheapest', '', stream(1, 'x'))).toThrow('there is no expander "cheapest"');
});

describe('a cluster over time', () => {
  interface Options {
    groups?: NodeGroupSpec[];
    flags?: Record<string, string | number | boolean>;
    nodes?: number;
    evict?: (pod: Pod) => boolean;
    birth?: (cloud: PunctualCloud) => NodeBirth;
  }

  function world(options: Options = {}) {
    const plane = controlPlane();
    const { api, clock, chronicle } = plane;
    const groups = options.groups ?? [group('pool')];
    for (let k = 0; k < (options.nodes ?? 0); k++) create(api, 'Node', { ...node(`pool-${k}`) });
    runPods(plane);
    const cloud = readyCloud(api);
    new ClusterAutoscaler(plane, {
      groups,
      flags: options.flags ?? {},
      core: filterCore(),
      birth: options.birth?.(cloud) ?? cloud,
      evict: (one) => {
        if (options.evict?.(one) === false) return false;
        api.deletePod(one.id);
        return true;
      },
      groupOf: ({ metadata }) => metadata.name.replace(/-\d+$/, ''),
    }).begin();
    return {
      api,
      chronicle,
      clock,
      run: (untilUs: number): void => {
        while (clock.step(untilUs));
      },
      pod: (
        name: string,
        cpu: string,
        fields: Partial<PodSpec> & {
          annotations?: Record<string, string>;
          of?: string;
          kind?: string;
          namespace?: string;
        } = {},
      ) => {
        const { annotations = {}, of = 'web', kind, namespace = 'default', ...spec } = fields;
        const one = pod(name, { cpu }, { ...spec, namespace, labels: { app: of } });
        const metadata = { ...one.metadata, annotations, ownerReferences: owner(of, kind) };
        const made = api.create('Pod', { ...one, metadata });
        if (isRefusal(made)) throw new Error(made.refused);
        return made;
      },
      nodes: () => [...api.nodes.all()].map(({ metadata }) => metadata.name),
      deletePods: () => {
        for (const { id } of api.pods.all()) api.deletePod(id, { graceSeconds: 0 });
      },
      kept: (name: string) =>
        chronicle.decisions
          .filter(({ about, what }) => about === `Node ${name}` && what === 'is kept')
          .map(({ why }) => why),
    };
  }

  test('pods without room bring nodes at once; they are up after their boot time, and the pods run', () => {
    const cluster = world();
    for (let k = 0; k < 5; k++) cluster.pod(`web-${k}`, '1500m');
    cluster.run(seconds(59));
    // 5 pods of 1.5 CPU on nodes of 4: two each, 3 nodes. Refused at 10 ms, seen 100 ms later, up after 60 s.
    expect(cluster.chronicle.decisions).toMatchObject([
      {
        timeUs: 110_000,
        about: 'NodeGroup pool',
        what: '0 -> 3 nodes',
        why: '5 pods of web fit on no node there is or will be; 5 of 5 fit on 3 new of pool (only pool helps)',
      },
    ]);
    expect(cluster.nodes()).toEqual([]);
    cluster.run(seconds(61));
    expect(cluster.nodes()).toEqual(['pool-1', 'pool-2', 'pool-3']);
    cluster.run(seconds(65));
    expect([...cluster.api.pods.all()].every(({ status }) => status.phase === 'Running')).toBe(true);
    expect(cluster.chronicle.events.find(({ reason }) => reason === 'TriggeredScaleUp')).toMatchObject({
      about: 'Pod default/web-0',
      message: 'pod triggered scale-up: [{pool 0->3 (max: 10)}]',
    });
  });

  test('nodes on their way count: a pod that will fit on one brings no other', () => {
    const cluster = world();
    cluster.pod('web-0', '1500m');
    cluster.run(seconds(20));
    cluster.pod('web-1', '1500m');
    cluster.pod('web-2', '1500m');
    cluster.run(seconds(130));
    // Two fit on the first node, the third needs another.
    expect(cluster.nodes()).toEqual(['pool-1', 'pool-2']);
  });

  test('empty nodes go ten minutes after they were last needed, and ten after the scale-up', () => {
    const cluster = world();
    for (let k = 0; k < 4; k++) cluster.pod(`web-${k}`, '3');
    cluster.run(minutes(5));
    expect(cluster.nodes()).toHaveLength(4);
    cluster.deletePods();
    cluster.run(minutes(15));
    expect(cluster.nodes()).toHaveLength(4);
    // Unneeded from the first look after minute 5, ten minutes, and 5 s from the taint to the removal.
    cluster.run(minutes(15) + seconds(20));
    expect(cluster.nodes()).toEqual([]);
    const removed = cluster.chronicle.decisions.filter(({ what }) => what === 'is removed');
    expect(removed).toHaveLength(4);
    expect(removed[0].why).toBe('it is empty, used 0% of at most 50%, unneeded for 10m');
    expect(cluster.chronicle.timers.map(({ timer }) => timer)).toEqual(
      expect.arrayContaining(['node boot', 'scale-down-delay-after-add', 'scale-down-unneeded-time']),
    );
  });

  test('the minimum stays', () => {
    const cluster = world({ groups: [group('pool', { min: 2 })], nodes: 4 });
    cluster.run(minutes(20));
    expect(cluster.nodes()).toHaveLength(2);
    expect(cluster.chronicle.decisions.some(({ why }) => why === 'pool is at its minimum of 2')).toBe(true);
  });

  test('at most ten nodes are removed at once', () => {
    const cluster = world({ groups: [group('pool', { max: 30 })], nodes: 15 });
    cluster.run(minutes(10) + seconds(12));
    const tainted = [...cluster.api.nodes.all()].filter(({ spec }) =>
      spec.taints.some(({ key }) => key === 'ToBeDeletedByClusterAutoscaler'),
    );
    expect(tainted).toHaveLength(10);
    cluster.run(minutes(11));
    expect(cluster.nodes()).toEqual([]);
  });

  test('a node that is little used is drained when its pods fit elsewhere', () => {
    const cluster = world({ nodes: 2 });
    cluster.pod('web-0', '1');
    cluster.pod('web-1', '1');
    cluster.run(minutes(10) + seconds(30));
    expect(cluster.nodes()).toHaveLength(1);
    const drained = cluster.chronicle.decisions.find(({ what }) => what === 'is drained and removed');
    expect(drained?.why).toBe('its 1 pods fit elsewhere, used 25% of at most 50%, unneeded for 10m');
  });

  test('half used is a candidate, more is not', () => {
    const half = world({ nodes: 2 });
    half.pod('web-0', '2');
    half.pod('web-1', '2');
    half.run(minutes(11));
    expect(half.nodes()).toHaveLength(1);
    const more = world({ nodes: 2 });
    more.pod('web-0', '2001m');
    more.pod('web-1', '1900m');
    more.run(minutes(11));
    // The second, at 47.5 %, would have to fit beside 2001m of 4000m: it does, so one goes; two of 2001m do not.
    expect(more.nodes()).toHaveLength(1);
    const both = world({ nodes: 2 });
    both.pod('web-0', '2001m');
    both.pod('web-1', '2001m');
    both.run(minutes(30));
    expect(both.nodes()).toHaveLength(2);
  });

  test.each([
    ['a pod without a controller', {}, 'has no controller'],
    [
      'safe-to-evict=false',
      { annotations: { 'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false' } },
      'is annotated safe-to-evict=false',
    ],
    ['local storage', { volumes: [{ name: 'cache', emptyDir: true }] }, 'has local storage (volume cache)'],
    ['a custom controller', { kind: 'CloneSet' }, 'is managed by a CloneSet'],
    ['a system pod', { namespace: 'kube-system' }, 'is a system pod without a disruption budget'],
  ])('%s keeps its node', (name, fields, why) => {
    const cluster = world({ nodes: 2 });
    cluster.pod('other-0', '1', { of: 'other' });
    if (name === 'a pod without a controller') create(cluster.api, 'Pod', pod('web-0', { cpu: '1' }));
    else cluster.pod('web-0', '1', fields);
    cluster.run(seconds(5));
    const home = [...cluster.api.pods.all()].find(({ metadata }) => metadata.name === 'web-0')!.spec.nodeName!;
    cluster.run(minutes(30));
    expect(cluster.nodes()).toEqual([home]);
    expect(cluster.kept(home)[0]).toContain(why);
  });

  test('but safe-to-evict=true, an ended job and safe volumes do not', () => {
    for (const annotations of [
      { 'cluster-autoscaler.kubernetes.io/safe-to-evict': 'true' },
      { 'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes': 'other, cache' },
    ]) {
      const cluster = world({ nodes: 1, groups: [group('pool'), group('rest', { min: 1 })] });
      create(cluster.api, 'Node', node('rest-0'));
      cluster.pod('web-0', '1', { annotations, volumes: [{ name: 'cache', emptyDir: true }], nodeSelector: {} });
      cluster.run(minutes(12));
      expect(cluster.nodes()).toHaveLength(1);
    }
  });

  test('a system pod keeps its node for an hour only', () => {
    const cluster = world({ nodes: 2 });
    cluster.pod('other-0', '1', { of: 'other' });
    cluster.pod('dns-0', '1', { namespace: 'kube-system' });
    cluster.pod('dns-1', '1', { namespace: 'kube-system' });
    cluster.run(minutes(59));
    expect(cluster.nodes()).toHaveLength(2);
    cluster.run(minutes(80));
    expect(cluster.nodes()).toHaveLength(1);
  });

  test('a budget that allows nothing keeps the node', () => {
    const cluster = world({ nodes: 2 });
    create(cluster.api, 'PodDisruptionBudget', {
      kind: 'PodDisruptionBudget',
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        selector: { matchLabels: { app: 'web' } },
        minAvailable: 2,
        unhealthyPodEvictionPolicy: 'IfHealthyBudget',
      },
      status: { expectedPods: 2, currentHealthy: 2, desiredHealthy: 2, disruptionsAllowed: 0, disruptedPods: {} },
    });
    cluster.pod('web-0', '1');
    cluster.pod('web-1', '1');
    cluster.run(minutes(30));
    expect(cluster.nodes()).toHaveLength(2);
    expect(cluster.kept('pool-0')).toEqual(['default/web-0 is held by disruption budget web']);
  });

  test('an eviction that is refused for two minutes fails the drain; three minutes later it may go on', () => {
    const cluster = world({ nodes: 2, evict: () => false });
    cluster.pod('web-0', '1');
    cluster.pod('web-1', '1');
    cluster.run(minutes(10) + seconds(20));
    const tainted = () =>
      [...cluster.api.nodes.all()].filter(({ spec }) => spec.taints.some(({ key }) => key.startsWith('ToBeDeleted')));
    expect(tainted()).toHaveLength(1);
    cluster.run(minutes(12) + seconds(30));
    expect(tainted()).toHaveLength(0);
    expect(cluster.nodes()).toHaveLength(2);
    const failed = cluster.chronicle.events.find(({ reason }) => reason === 'ScaleDownFailed')!;
    expect(failed.message).toBe('failed to drain: eviction of default/web-0 was refused for too long');
    // From the end of the taint's 5 s two minutes, at a try each 10 s.
    expect(failed.timeUs).toBe(minutes(12) + seconds(15));
  });

  test('soft taints mark the nodes that may go soon', () => {
    const cluster = world({ nodes: 2 });
    cluster.run(minutes(1));
    const marked = () =>
      [...cluster.api.nodes.all()].filter(({ spec }) =>
        spec.taints.some(({ key }) => key.startsWith('DeletionCandidate')),
      );
    expect(marked()).toHaveLength(2);
    for (let k = 0; k < 2; k++) cluster.pod(`web-${k}`, '3');
    cluster.run(minutes(2));
    expect(marked()).toHaveLength(0);
  });

  test('a node that does not come within 15 minutes is given up, and its group rests for 5', () => {
    const late: Partial<NodeGroupSpec> = { bootUs: minutes(60) };
    const cluster = world({ groups: [group('slow', late, { cpu: '4', memory: '4Gi' }), group('pool', { max: 0 })] });
    cluster.pod('web-0', '3');
    cluster.run(minutes(16));
    expect(cluster.chronicle.events.filter(({ reason }) => reason === 'ScaleUpTimedOut')).toHaveLength(1);
    const orders = () =>
      cluster.chronicle.decisions
        .filter(({ what }) => what === '0 -> 1 nodes')
        .map(({ timeUs }) => Math.round(timeUs / 1e6));
    expect(orders()).toEqual([0]);
    expect(cluster.chronicle.events.find(({ reason }) => reason === 'NotTriggerScaleUp')?.message).toBe(
      "pod didn't trigger scale-up: 1 in backoff after failed scale-up, 1 max node group size reached",
    );
    cluster.run(minutes(22));
    expect(orders()).toHaveLength(2);
    expect(orders()[1]).toBeGreaterThanOrEqual(20 * 60);
    expect(orders()[1]).toBeLessThanOrEqual(20 * 60 + 20);
  });

  test('a group that has nothing to sell rests, and another is asked', () => {
    const groups = [group('small', {}, { cpu: '4', memory: '4Gi' }), group('large', {}, { cpu: '16', memory: '64Gi' })];
    const cluster = world({
      groups,
      birth: (cloud) => ({
        buy: (order) => (order.source === 'small' ? undefined : cloud.buy(order)),
        giveBack: (name) => cloud.giveBack(name),
      }),
    });
    cluster.pod('web-0', '3');
    cluster.run(minutes(3));
    expect(cluster.nodes()).toEqual(['large-1']);
    expect(cluster.chronicle.events[0]).toMatchObject({ reason: 'FailedToScaleUpGroup' });
  });

  test('pods that are too large say so once', () => {
    const cluster = world();
    cluster.pod('web-0', '5');
    cluster.run(minutes(5));
    const told = cluster.chronicle.events.filter(({ reason }) => reason === 'NotTriggerScaleUp');
    expect(told.map(({ message }) => message)).toEqual(["pod didn't trigger scale-up: 1 Insufficient cpu"]);
  });

  test('expendable pods bring no nodes', () => {
    const cluster = world();
    cluster.pod('web-0', '1', { priority: -11 });
    cluster.run(minutes(5));
    expect(cluster.nodes()).toEqual([]);
  });

  test('balance-similar-node-groups evens sizes out', () => {
    const zone = (name: string) =>
      group(name, { template: node(name, { cpu: '4', memory: '16Gi' }, { 'topology.kubernetes.io/zone': name }) });
    const groups = [zone('a'), zone('b'), zone('c')];
    const cluster = world({ groups, flags: { 'balance-similar-node-groups': true } });
    for (let k = 0; k < 6; k++) cluster.pod(`web-${k}`, '3');
    cluster.run(minutes(2));
    const byGroup = groups.map(({ name }) => cluster.nodes().filter((one) => one.startsWith(name)).length);
    expect(byGroup).toEqual([2, 2, 2]);
  });

  test('sizes stay between minimum and maximum whatever comes and goes', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = stream(seed, 'pods');
        const cluster = world({
          groups: [group('pool', { min: 1, max: 4 }), group('big', { max: 2 }, { cpu: '8', memory: '32Gi' })],
          nodes: 2,
          flags: { 'scale-down-unneeded-time': '1m', 'scale-down-delay-after-add': '1m' },
        });
        let made = 0;
        for (let minute = 1; minute <= 30; minute++) {
          if (random.next() < 0.5) cluster.pod(`web-${made++}`, `${1 + random.below(5)}`);
          else {
            const [first] = cluster.api.pods.all();
            if (first !== undefined) cluster.api.deletePod(first.id);
          }
          cluster.run(minutes(minute));
          const count = (name: string): number => cluster.nodes().filter((one: string) => one.startsWith(name)).length;
          expect(count('pool')).toBeGreaterThanOrEqual(1);
          expect(count('pool')).toBeLessThanOrEqual(4);
          expect(count('big')).toBeLessThanOrEqual(2);
        }
      }),
      { numRuns: 10 },
    );
  });
});
