import type { Labels, LabelSelector } from '../objects/meta.ts';
import { HOSTNAME_LABEL, ZONE_LABEL } from '../objects/node-labels.ts';
import type { PodAffinityTerm, PodSpec, TopologySpreadConstraint } from '../objects/pod.ts';
import type { ChurnSpec, SchedulerWorkload, WorkloadScale, WorkloadStep } from './scheduler-workload.ts';
import { affinityTerm, podTemplate, type PodTemplate } from './workload-objects.ts';

/**
 * The workloads of kubernetes v1.36.2, test/integration/scheduler_perf (misc, affinity and topology_spreading
 * configurations and their templates), with the least throughput that upstream asks for there and in the tree after it.
 * That figure is of a real API server, etcd and binding; ours is of the scheduler's decisions alone.
 */
export const SCHEDULER_PERF: readonly SchedulerWorkload[] = [
  {
    name: 'SchedulingBasic',
    upstream: '5000Nodes_10000Pods',
    floor: 270,
    newerFloor: 680,
    steps: (scale) => [nodes(scale, 5000), init(scale, 1000, PLAIN()), measured(scale, 10_000, PLAIN())],
  },
  {
    name: 'SchedulingBasic, 50,000 pods',
    upstream: '5000Nodes_50000Pods',
    newerFloor: 810,
    steps: (scale) => [nodes(scale, 5000), init(scale, 5000, PLAIN()), measured(scale, 50_000, PLAIN())],
  },
  {
    name: 'TopologySpreading',
    upstream: '5000Nodes_5000Pods',
    floor: 85,
    newerFloor: 460,
    steps: (scale) => [
      nodes(scale, 5000, MOON),
      init(scale, 5000, PLAIN()),
      measured(scale, 5000, spread('DoNotSchedule')),
    ],
  },
  {
    name: 'PreferredTopologySpreading',
    upstream: '5000Nodes_5000Pods',
    floor: 125,
    newerFloor: 340,
    steps: (scale) => [
      nodes(scale, 5000, MOON),
      init(scale, 5000, PLAIN()),
      measured(scale, 5000, spread('ScheduleAnyway')),
    ],
  },
  {
    name: 'DefaultTopologySpreading',
    upstream: '5000Nodes_50000Pods',
    newerFloor: 160,
    steps: (scale) => [
      nodes(scale, 5000, MOON),
      { step: 'selector', source: SERVICE },
      init(scale, 5000, PLAIN()),
      measured(scale, 50_000, podTemplate(undefined, { app: 'scheduler-perf' })),
    ],
  },
  {
    name: 'SchedulingPodAffinity',
    upstream: '5000Nodes_5000Pods',
    floor: 35,
    steps: (scale) => {
      const template = affine('blue', { podAffinity: required(affinityTerm({ color: 'blue' }, ZONE_LABEL, SCHED)) });
      return [
        nodes(scale, 5000, ['zone1']),
        sched(),
        init(scale, 5000, template, 'sched-0'),
        measured(scale, 5000, template, 'sched-1'),
      ];
    },
  },
  {
    name: 'SchedulingPodAntiAffinity',
    upstream: '5000Nodes_2000Pods',
    floor: 60,
    steps: (scale) => {
      const template = antiAffine();
      return [
        nodes(scale, 5000),
        sched(),
        init(scale, 1000, template, 'sched-0'),
        measured(scale, 2000, template, 'sched-1'),
      ];
    },
  },
  {
    name: 'SchedulingPodMatchingAntiAffinity',
    upstream: '5000Nodes_5000Pods',
    floor: 600,
    steps: (scale) => [
      nodes(scale, 5000),
      sched(),
      init(scale, 1000, antiAffine(), 'sched-0'),
      measured(scale, 5000, podTemplate(undefined, { color: 'green' }), 'sched-1'),
    ],
  },
  {
    name: 'SchedulingPreferredPodAffinity',
    upstream: '5000Nodes_5000Pods',
    floor: 90,
    steps: (scale) => {
      const template = affine('red', { podAffinity: preferred(affinityTerm({ color: 'red' }, HOSTNAME_LABEL, SCHED)) });
      return [
        nodes(scale, 5000),
        sched(),
        init(scale, 5000, template, 'sched-0'),
        measured(scale, 5000, template, 'sched-1'),
      ];
    },
  },
  {
    name: 'SchedulingPreferredPodAntiAffinity',
    upstream: '5000Nodes_5000Pods',
    floor: 90,
    steps: (scale) => {
      const template = affine('yellow', {
        podAntiAffinity: preferred(affinityTerm({ color: 'yellow' }, HOSTNAME_LABEL, SCHED)),
      });
      return [
        nodes(scale, 5000),
        sched(),
        init(scale, 5000, template, 'sched-0'),
        measured(scale, 5000, template, 'sched-1'),
      ];
    },
  },
  {
    name: 'SchedulingNodeAffinity',
    upstream: '5000Nodes_10000Pods',
    floor: 220,
    steps: (scale) => {
      const template = nodeAffine();
      return [nodes(scale, 5000, ['zone1']), init(scale, 5000, template), measured(scale, 10_000, template)];
    },
  },
  {
    name: 'MixedSchedulingBasePod',
    upstream: '5000Nodes_5000Pods',
    floor: 140,
    steps: (scale) => [
      nodes(scale, 5000, ['zone1']),
      { step: 'namespaces', names: ['sched-0'], labels: {} },
      init(scale, 2000, PLAIN(), 'sched-0'),
      init(
        scale,
        2000,
        affine('blue', { podAffinity: required(affinityTerm({ color: 'blue' }, ZONE_LABEL, SCHED)) }),
        'sched-0',
      ),
      init(scale, 2000, antiAffine(), 'sched-0'),
      init(
        scale,
        2000,
        affine('red', { podAffinity: preferred(affinityTerm({ color: 'red' }, HOSTNAME_LABEL, SCHED)) }),
        'sched-0',
      ),
      init(
        scale,
        2000,
        affine('yellow', { podAntiAffinity: preferred(affinityTerm({ color: 'yellow' }, HOSTNAME_LABEL, SCHED)) }),
        'sched-0',
      ),
      measured(scale, 5000, PLAIN()),
    ],
  },
  {
    name: 'SchedulingRequiredPodAntiAffinityWithNSSelector',
    upstream: '5000Nodes_2000Pods',
    floor: 24,
    steps: (scale) => {
      const template = affine('green', {
        podAntiAffinity: required(affinityTerm({ color: 'green' }, HOSTNAME_LABEL, DEVOPS)),
      });
      return inNamespaces(scale, 6000, 40, 2000, template);
    },
  },
  {
    name: 'SchedulingPreferredAffinityWithNSSelector',
    upstream: '5000Nodes_5000Pods',
    floor: 90,
    steps: (scale) => {
      const template = affine('red', {
        podAffinity: preferred(affinityTerm({ color: 'red' }, HOSTNAME_LABEL, DEVOPS)),
      });
      return inNamespaces(scale, 5000, 50, 5000, template);
    },
  },
  {
    name: 'SchedulingWithNodeInclusionPolicy',
    upstream: '5000Nodes',
    floor: 68,
    newerFloor: 270,
    steps: (scale) => [
      nodes(scale, 4000),
      {
        step: 'nodes',
        count: scaled(scale.nodes, 1000),
        amounts: NODE,
        taints: [{ key: 'foo', value: '', effect: 'NoSchedule' }],
      },
      measured(scale, 4000, inclusionPolicies()),
    ],
  },
  {
    name: 'SchedulingDaemonset',
    upstream: '15000Nodes',
    floor: 390,
    newerFloor: 1100,
    steps: (scale) => [
      { step: 'nodes', count: 1, name: 'scheduler-perf-node', amounts: { ...NODE, pods: '90000' } },
      nodes(scale, 15_000),
      measured(scale, 30_000, daemon()),
    ],
  },
  {
    name: 'PreemptionBasic',
    upstream: '1000Nodes',
    preempts: true,
    steps: (scale) => [nodes(scale, 1000), init(scale, 4000, lowPriority()), measured(scale, 1000, highPriority('3'))],
  },
  {
    name: 'PreemptionAsync',
    upstream: '5000Nodes',
    floor: 160,
    newerFloor: 570,
    preempts: true,
    steps: (scale) => [
      nodes(scale, 5000),
      init(scale, 20_000, lowPriority()),
      churn(100, { kind: 'create-pods', template: highPriority('3'), namespace: 'churn' }),
      measured(scale, 5000, PLAIN()),
    ],
  },
  {
    name: 'Unschedulable',
    upstream: '5kNodes/100Init/10kPods',
    floor: 170,
    newerFloor: 590,
    steps: (scale) => unschedulable(scale, 100),
  },
  {
    name: 'Unschedulable, 20,000 init pods',
    upstream: '5kNodes/20kInit/10kPods',
    newerFloor: 600,
    steps: (scale) => unschedulable(scale, 20_000),
  },
  {
    name: 'SchedulingWithMixedChurn',
    upstream: '5000Nodes_10000Pods',
    floor: 265,
    newerFloor: 710,
    steps: (scale) => [
      nodes(scale, 5000),
      churn(300, { kind: 'recreate', amounts: NODE, template: highPriority('9') }),
      measured(scale, 10_000, PLAIN()),
    ],
  },
];

/** templates/node-default.yaml. */
const NODE = { cpu: '4', memory: '32Gi', pods: '110' };
const MOON = ['moon-1', 'moon-2', 'moon-3'];
const SCHED = { namespaces: ['sched-1', 'sched-0'] };
const DEVOPS: { namespaceSelector: LabelSelector } = { namespaceSelector: { matchLabels: { team: 'devops' } } };
const PLAIN = (): PodTemplate => podTemplate();
const SERVICE = {
  kind: 'Service',
  namespace: 'namespace-2',
  name: 'scheduler-perf',
  selector: { matchLabels: { app: 'scheduler-perf' } },
} as const;

function scaled(scale: number, count: number): number {
  return Math.max(1, Math.round(count * scale));
}

function nodes(scale: WorkloadScale, count: number, zones?: readonly string[]): WorkloadStep {
  return { step: 'nodes', count: scaled(scale.nodes, count), amounts: NODE, ...(zones && { zones }) };
}

/** Upstream gives every createPods operation a namespace of its own unless it names one. */
function init(scale: WorkloadScale, count: number, template: PodTemplate, namespace = 'namespace-1'): WorkloadStep {
  return { step: 'pods', count: scaled(scale.pods, count), template, namespace, measured: false };
}

function measured(scale: WorkloadScale, count: number, template: PodTemplate, namespace = 'namespace-2'): WorkloadStep {
  return { step: 'pods', count: scaled(scale.pods, count), template, namespace, measured: true };
}

function sched(): WorkloadStep {
  return { step: 'namespaces', names: ['sched-0', 'sched-1'], labels: {} };
}

function churn(everyPods: number, spec: ChurnSpec): WorkloadStep {
  return { step: 'churn', everyPods, churn: spec };
}

/** A hundred namespaces of one team with some pods each, then the measured ones in one more. */
function inNamespaces(
  scale: WorkloadScale,
  nodeCount: number,
  podsEach: number,
  measurePods: number,
  template: PodTemplate,
): WorkloadStep[] {
  const names = Array.from({ length: 100 }, (_, k) => `init-ns-${k}`);
  const labels = { team: 'devops' };
  return [
    nodes(scale, nodeCount),
    { step: 'namespaces', names: [...names, 'measure-ns-0'], labels },
    ...names.map((name) => init(scale, podsEach, template, name)),
    measured(scale, measurePods, template, 'measure-ns-0'),
  ];
}

/** Every 10 pods one that asks for more CPU than any node has; upstream, one every 200 ms. */
function unschedulable(scale: WorkloadScale, initPods: number): WorkloadStep[] {
  return [
    nodes(scale, 5000),
    init(scale, initPods, PLAIN()),
    churn(10, { kind: 'create-pods', template: podTemplate({ cpu: '9', memory: '500Mi' }), namespace: 'churn' }),
    measured(scale, 10_000, PLAIN()),
  ];
}

function affine(color: string, fields: Partial<PodSpec>): PodTemplate {
  return podTemplate(undefined, { color }, fields);
}

function required(term: PodAffinityTerm): NonNullable<PodSpec['podAffinity']> {
  return { required: [term], preferred: [] };
}

function preferred(term: PodAffinityTerm): NonNullable<PodSpec['podAffinity']> {
  return { required: [], preferred: [{ weight: 1, term }] };
}

function antiAffine(): PodTemplate {
  return affine('green', { podAntiAffinity: required(affinityTerm({ color: 'green' }, HOSTNAME_LABEL, SCHED)) });
}

function nodeAffine(): PodTemplate {
  const inZones = { key: ZONE_LABEL, operator: 'In', values: ['zone1', 'zone2'] } as const;
  return podTemplate(
    undefined,
    {},
    {
      nodeAffinity: { required: [{ matchExpressions: [inZones], matchFields: [] }], preferred: [] },
    },
  );
}

function daemon(): PodTemplate {
  const byName = { key: 'metadata.name', operator: 'In', values: ['scheduler-perf-node'] } as const;
  return podTemplate(
    {},
    {},
    {
      nodeAffinity: { required: [{ matchExpressions: [], matchFields: [byName] }], preferred: [] },
    },
  );
}

function constraint(
  matchLabels: Labels,
  topologyKey: string,
  maxSkew: number,
  fields: Partial<TopologySpreadConstraint> = {},
): TopologySpreadConstraint {
  return {
    maxSkew,
    topologyKey,
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector: { matchLabels },
    nodeAffinityPolicy: 'Honor',
    nodeTaintsPolicy: 'Ignore',
    matchLabelKeys: [],
    ...fields,
  };
}

function spread(whenUnsatisfiable: TopologySpreadConstraint['whenUnsatisfiable']): PodTemplate {
  const topologySpreadConstraints = [constraint({ color: 'blue' }, ZONE_LABEL, 5, { whenUnsatisfiable })];
  return affine('blue', { topologySpreadConstraints });
}

function inclusionPolicies(): PodTemplate {
  const honoured = constraint({ foo: 'bar' }, HOSTNAME_LABEL, 1, { nodeTaintsPolicy: 'Honor' });
  return podTemplate(undefined, { foo: 'bar' }, { topologySpreadConstraints: [honoured] });
}

function lowPriority(): PodTemplate {
  return podTemplate({ cpu: '900m', memory: '500Mi' }, {}, { terminationGracePeriodSeconds: 0 });
}

function highPriority(cpu: string): PodTemplate {
  return podTemplate({ cpu, memory: '500Mi' }, {}, { priority: 10 });
}
