import { describe, expect, test } from 'vitest';
import { readDocument } from '../manifests/text/manifest-document.ts';
import { DEFAULT_FILTERS, DEFAULT_SCORES, defaultConfiguration } from './default-profile.ts';
import { schedulerConfigurationOf } from './scheduler-configuration.ts';
import type { SchedulerConfiguration, SchedulerProfile } from './scheduler-profile.ts';

const HEAD = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n';

/** What the text means; throws its faults. */
function read(text: string): SchedulerConfiguration {
  return readWithReports(text).configuration;
}

function readWithReports(text: string): ReturnType<typeof schedulerConfigurationOf> {
  const part = { role: 'document', text: HEAD + text, line: 1, column: 1, json: false, item: 0 } as const;
  return schedulerConfigurationOf(readDocument(part, 'scheduler.yaml'));
}

/** The only profile of a configuration; `lines` are indented as part of it. */
function profile(lines: string): SchedulerProfile {
  const [only] = read(`profiles:\n- schedulerName: default-scheduler\n${lines.replace(/^/gm, '  ')}`).profiles;
  return only;
}

const weights = ({ scores }: SchedulerProfile): string =>
  scores.map(({ plugin, weight }) => `${plugin} ${weight}`).join(', ');

test('a configuration that says nothing is the default one', () => {
  expect(read('')).toEqual(defaultConfiguration());
  expect(profile('plugins: {}\npluginConfig: []')).toEqual(defaultConfiguration().profiles[0]);
});

describe('plugins', () => {
  test('a score plugin gets another weight and moves to the front, because the point names it itself', () => {
    const text = 'plugins:\n  score:\n    enabled:\n    - name: ImageLocality\n      weight: 5';
    expect(weights(profile(text))).toBe(
      'ImageLocality 5, TaintToleration 3, NodeAffinity 2, NodeResourcesFit 1, PodTopologySpread 2, InterPodAffinity 2, NodeResourcesBalancedAllocation 1',
    );
  });

  test('disabled by name, only at that point', () => {
    const { filters, scores } = profile('plugins:\n  score:\n    disabled:\n    - name: TaintToleration');
    expect(filters).toEqual(DEFAULT_FILTERS);
    expect(scores).toEqual(DEFAULT_SCORES.slice(1));
  });

  test('all disabled and some enabled again: without a weight it is 1, whatever it was', () => {
    const text =
      'plugins:\n  score:\n    disabled: [{ name: "*" }]\n    enabled: [{ name: NodeResourcesFit, weight: 2 }, { name: TaintToleration }]';
    expect(weights(profile(text))).toBe('NodeResourcesFit 2, TaintToleration 1');
  });

  test('multiPoint works at all points; a plugin enabled again there keeps its place', () => {
    const off = profile(
      'plugins:\n  multiPoint:\n    disabled: [{ name: PodTopologySpread }, { name: DefaultPreemption }]',
    );
    expect(off.filters).not.toContain('PodTopologySpread');
    expect(weights(off)).not.toContain('PodTopologySpread');
    expect(off.preemption).toBe(false);
    expect(off.dynamicResources).toBe(true);
    const heavier = profile('plugins:\n  multiPoint:\n    enabled: [{ name: NodeAffinity, weight: 9 }]');
    expect(weights(heavier)).toMatch(/^TaintToleration 3, NodeAffinity 9, /);
    expect(heavier.filters).toEqual(DEFAULT_FILTERS);
  });

  test('what preempts may be turned off at its point', () => {
    const { preemption, dynamicResources } = profile('plugins:\n  postFilter:\n    disabled: [{ name: "*" }]');
    expect({ preemption, dynamicResources }).toEqual({ preemption: false, dynamicResources: false });
  });
});

describe('arguments', () => {
  test('bin packing by a shape', () => {
    const { fit } = profile(`pluginConfig:
- name: NodeResourcesFit
  args:
    scoringStrategy:
      type: RequestedToCapacityRatio
      resources: [{ name: nvidia.com/gpu, weight: 5 }, { name: cpu }]
      requestedToCapacityRatio:
        shape: [{ utilization: 0, score: 0 }, { utilization: 100, score: 10 }]`);
    expect(fit).toEqual({
      type: 'RequestedToCapacityRatio',
      resources: [
        { name: 'nvidia.com/gpu', weight: 5 },
        { name: 'cpu', weight: 1 },
      ],
      shape: [
        { utilization: 0, score: 0 },
        { utilization: 100, score: 10 },
      ],
    });
  });

  test('of all plugins that have any', () => {
    const configured = profile(`percentageOfNodesToScore: 30
pluginConfig:
- { name: DefaultPreemption, args: { minCandidateNodesPercentage: 20, minCandidateNodesAbsolute: 5 } }
- { name: InterPodAffinity, args: { hardPodAffinityWeight: 7, ignorePreferredTermsOfExistingPods: true } }
- { name: NodeResourcesBalancedAllocation, args: { resources: [{ name: cpu, weight: 1 }, { name: memory }, { name: nvidia.com/gpu }] } }
- name: NodeAffinity
  args:
    apiVersion: kubescheduler.config.k8s.io/v1
    kind: NodeAffinityArgs
    addedAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        nodeSelectorTerms: [{ matchExpressions: [{ key: pool, operator: In, values: [batch] }] }]
- name: PodTopologySpread
  args:
    defaultingType: List
    defaultConstraints: [{ maxSkew: 1, topologyKey: rack, whenUnsatisfiable: ScheduleAnyway }]`);
    expect(configured).toMatchObject({
      percentageOfNodesToScore: 30,
      minCandidateNodesPercentage: 20,
      minCandidateNodesAbsolute: 5,
      hardPodAffinityWeight: 7,
      ignorePreferredTermsOfExistingPods: true,
      balancedResources: ['cpu', 'memory', 'nvidia.com/gpu'],
      addedAffinity: {
        required: [{ matchExpressions: [{ key: 'pool', operator: 'In', values: ['batch'] }], matchFields: [] }],
      },
      defaultConstraints: [{ maxSkew: 1, topologyKey: 'rack', whenUnsatisfiable: 'ScheduleAnyway' }],
    });
  });

  test('no default spreading at all', () => {
    const text = 'pluginConfig:\n- { name: PodTopologySpread, args: { defaultingType: List } }';
    expect(profile(text).defaultConstraints).toEqual([]);
  });
});

test('several profiles, and what holds for all of them', () => {
  const several = read(`parallelism: 8
percentageOfNodesToScore: 50
podInitialBackoffSeconds: 2
podMaxBackoffSeconds: 20
profiles:
- schedulerName: default-scheduler
- schedulerName: packing
  percentageOfNodesToScore: 100
`);
  expect(several).toMatchObject({ parallelism: 8, podInitialBackoffSeconds: 2, podMaxBackoffSeconds: 20 });
  expect(several.profiles.map((one) => [one.schedulerName, one.percentageOfNodesToScore])).toEqual([
    ['default-scheduler', 50],
    ['packing', 100],
  ]);
});

test('what has no effect is told', () => {
  const { reports } = readWithReports(
    'leaderElection: { leaderElect: true }\nextenders: [{ urlPrefix: http://x }]\nprofile: []',
  );
  expect(reports.map(({ category, text }) => `${category} ${text}`)).toEqual([
    'field leaderElection: in 1 object, has no effect here',
    'field extenders: in 1 object, has no effect here',
    'unknown profile: in 1 object, Kubernetes knows no such field, it has no effect; did you mean "profiles"?',
  ]);
});

test.each([
  [
    'percentageOfNodesToScore: 101',
    'scheduler.yaml:3:27: percentageOfNodesToScore: 101 is more than 100; write at most that',
  ],
  [
    'podInitialBackoffSeconds: 20',
    'scheduler.yaml:1:1: podMaxBackoffSeconds: 10 is less than podInitialBackoffSeconds, 20; write 20 or more',
  ],
  [
    'profiles:\n- {}\n- schedulerName: a',
    'scheduler.yaml:4:3: profiles[0].schedulerName: it is missing; with several profiles each needs its name',
  ],
  ['profiles:\n- schedulerName: a\n- schedulerName: a', 'there is a profile "a" already; write another name'],
  [
    'profiles:\n- plugins:\n    score:\n      enabled:\n      - name: ImageLocalty',
    'scheduler.yaml:7:15: profiles[0].plugins.score.enabled[0].name: there is no "ImageLocalty"; write "ImageLocality"',
  ],
  [
    'profiles:\n- plugins:\n    score:\n      enabled: [{ name: NodeName }]',
    '"NodeName" does not score nodes; delete it here',
  ],
  [
    'profiles:\n- plugins:\n    filter:\n      enabled: [{ name: ImageLocality }]',
    '"ImageLocality" does not filter nodes',
  ],
  ['profiles:\n- plugins:\n    multiPoint:\n      disabled: [{ name: "*" }]', 'no plugin sorts the queue'],
  ['profiles:\n- plugins:\n    bind:\n      disabled: [{ name: DefaultBinder }]', 'no plugin binds pods'],
  [
    'profiles:\n- pluginConfig:\n  - name: NodeResourcesFit\n    args: { scoringStrategy: { type: RequestedToCapacityRatio } }',
    'RequestedToCapacityRatio needs requestedToCapacityRatio.shape; write at least one point',
  ],
  [
    'profiles:\n- pluginConfig:\n  - name: NodeResourcesFit\n    args: { kind: FitArgs }',
    'profiles[0].pluginConfig[0].args.kind: it must be NodeResourcesFitArgs; write that',
  ],
  [
    'profiles:\n- pluginConfig:\n  - name: PodTopologySpread\n    args: { defaultConstraints: [{ maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule }] }',
    'constraints of your own need defaultingType: List',
  ],
])('%j is refused', (text, sentence) => {
  expect(() => read(text)).toThrow(sentence);
});
