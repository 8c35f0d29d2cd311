import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { fc } from '../../../../test/fuzz.ts';
import { slowTest } from '../../../../test/slow.ts';
import { InputError } from '../../../sim/input-error.ts';
import { ApiServer } from '../api/api-server.ts';
import { registerAdmissions } from './admission/admissions.ts';
import { podDump } from './dump-fixture.ts';
import { readManifests } from './read-manifests.ts';

const pod = {
  metadata: { labels: { app: 'web', tier: 'front' } },
  spec: {
    containers: [
      {
        name: 'main',
        image: 'nginx:1.27',
        resources: { requests: { cpu: '250m', memory: '1Gi' }, limits: { cpu: 1, memory: '2Gi' } },
        ports: [{ containerPort: 80, name: 'http' }],
        readinessProbe: { httpGet: { path: '/', port: 80 }, periodSeconds: 5 },
        lifecycle: { preStop: { sleep: { seconds: 5 } } },
      },
    ],
    initContainers: [{ name: 'init', image: 'busybox', restartPolicy: 'Always' }],
    nodeSelector: { disk: 'ssd' },
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Gt', values: ['3'] }] }],
        },
      },
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 10, podAffinityTerm: { topologyKey: 'zone', labelSelector: { matchLabels: { app: 'web' } } } },
        ],
      },
    },
    tolerations: [{ key: 'k', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 }],
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'zone',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { app: 'web' } },
      },
    ],
    volumes: [
      { name: 'data', persistentVolumeClaim: { claimName: 'data' } },
      { name: 'tmp', emptyDir: {} },
    ],
  },
};
const selector = { matchLabels: { app: 'web' } };
const job = { completions: 3, template: { spec: { ...pod.spec, restartPolicy: 'Never' } } };
const of = (apiVersion: string, kind: string, fields: object): Record<string, unknown> => ({
  apiVersion,
  kind,
  metadata: {
    name: kind.toLowerCase(),
    namespace: 'shop',
    creationTimestamp: '2026-01-01T00:00:00Z',
    uid: `uid-${kind}`,
  },
  ...fields,
});
const OBJECTS: Record<string, unknown>[] = [
  of('v1', 'Node', {
    spec: { taints: [{ key: 'gpu', effect: 'NoSchedule' }] },
    status: { allocatable: { cpu: '8', memory: '32Gi' }, conditions: [{ type: 'Ready', status: 'True' }] },
  }),
  of('v1', 'Pod', {
    ...pod,
    metadata: { name: 'pod', namespace: 'shop' },
    status: { phase: 'Running', containerStatuses: [{ name: 'main', state: { running: {} } }] },
  }),
  of('apps/v1', 'Deployment', {
    spec: { replicas: 3, selector, template: pod, strategy: { rollingUpdate: { maxSurge: '25%' } } },
  }),
  of('apps/v1', 'StatefulSet', {
    spec: { selector, template: pod, volumeClaimTemplates: [{ metadata: { name: 'data' } }] },
  }),
  of('apps/v1', 'DaemonSet', {
    spec: { selector, template: pod, updateStrategy: { rollingUpdate: { maxUnavailable: '10%' } } },
  }),
  of('batch/v1', 'Job', { spec: job }),
  of('batch/v1', 'CronJob', { spec: { schedule: '*/5 * * * *', jobTemplate: { spec: job } } }),
  of('v1', 'Service', { spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] } }),
  of('autoscaling/v2', 'HorizontalPodAutoscaler', {
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'deployment' },
      minReplicas: 2,
      maxReplicas: 10,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } },
      ],
      behavior: {
        scaleDown: { stabilizationWindowSeconds: 60, policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] },
      },
    },
  }),
  of('policy/v1', 'PodDisruptionBudget', { spec: { selector, minAvailable: '50%' } }),
  of('scheduling.k8s.io/v1', 'PriorityClass', { value: 1000, globalDefault: true }),
  of('v1', 'ResourceQuota', { spec: { hard: { 'requests.cpu': '10', pods: 50 } } }),
  of('v1', 'LimitRange', {
    spec: { limits: [{ type: 'Container', defaultRequest: { cpu: '100m' }, max: { memory: '4Gi' } }] },
  }),
  of('karpenter.sh/v1', 'NodePool', {
    spec: {
      template: { spec: { expireAfter: '720h', requirements: [{ key: 'a', operator: 'In', values: ['b'] }] } },
      disruption: { budgets: [{ nodes: '10%' }] },
    },
  }),
  of('keda.sh/v1alpha1', 'ScaledObject', {
    spec: { scaleTargetRef: { name: 'deployment' }, triggers: [{ type: 'cron', metadata: { start: '0 8 * * *' } }] },
  }),
  of('v1', 'PersistentVolumeClaim', {
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } } },
  }),
];
const TEXT = OBJECTS.map((one) => stringify(one)).join('---\n');

/** `FUZZ_RUNS=5000` looks harder. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 150);

/** Reads it and creates what there is; whatever is wrong must be sentences that say where. */
function readSafely(text: string): 'read' | 'refused' {
  try {
    const { objects } = readManifests([{ name: 'dir/x.yaml', chunks: [text] }]);
    const api = new ApiServer();
    registerAdmissions(api);
    for (const object of objects) api.create(object.kind, object);
    return 'read';
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    for (const line of error.message.split('\n'))
      if (!/^and \d+ more/.test(line)) expect(line).toMatch(/^dir\/x\.yaml:[1-9]\d*:[1-9]\d*: [^\n]*[^.]$/);
    return 'refused';
  }
}

test('as they are they have no fault and nothing unknown', () => {
  const { reports } = readManifests([{ name: 'x.yaml', chunks: [TEXT] }]);
  expect(reports.filter(({ category }) => category === 'unknown')).toEqual([]);
  expect(readSafely(TEXT)).toBe('read');
});

test('values of another kind, in any field', () => {
  const paths = OBJECTS.flatMap((object, index) => pathsOf(object).map((path) => [index, ...path]));
  const values = fc.constantFrom<unknown>(
    null,
    '',
    'x',
    '-1',
    'In',
    '{{ .Values.x }}',
    0,
    -1,
    1.5,
    1e300,
    true,
    [],
    ['a'],
    [null],
    [[]],
    {},
    { a: 1 },
    { a: { b: [] } },
    '1Gi',
    '∞',
    '\n',
    '__proto__',
  );
  const outcomes = { read: 0, refused: 0 };
  fc.assert(
    fc.property(fc.constantFrom(...paths), values, (path, value) => {
      const objects = structuredClone(OBJECTS) as unknown[];
      let inside: unknown = objects;
      for (const key of path.slice(0, -1)) inside = (inside as Record<string, unknown>)[key];
      (inside as Record<string, unknown>)[path[path.length - 1]] = value;
      outcomes[readSafely(JSON.stringify(objects[path[0] as number]))]++;
    }),
    { numRuns: RUNS },
  );
  expect(Math.min(outcomes.read, outcomes.refused)).toBeGreaterThan(20);
});

test('texts with a wound', () => {
  const outcomes = { read: 0, refused: 0 };
  const wound = fc.oneof(
    fc.constantFrom(
      '\t',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      ':',
      '- ',
      '\n',
      '|',
      '>',
      '&a ',
      '*a',
      '!!x ',
      '---\n',
      '<<: ',
      '? ',
      '#',
      '%',
      '{{ x }}',
      '\r',
      '\0',
      '\ufeff',
    ),
    fc.string({ maxLength: 6 }),
  );
  // A few objects at a time: the full parser takes a millisecond for each.
  const texts = OBJECTS.map(
    (one, index) =>
      stringify(one) + (index % 3 === 0 ? `---\n${stringify(OBJECTS[(index + 5) % OBJECTS.length])}` : ''),
  );
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.nat(), fc.nat(20), wound, (text, place, length, sign) => {
      const at = place % text.length;
      outcomes[readSafely(text.slice(0, at) + sign + text.slice(at + length))]++;
    }),
    { numRuns: RUNS },
  );
  expect(Math.min(outcomes.read, outcomes.refused)).toBeGreaterThan(20);
});

test.each([
  ['brackets', '['.repeat(200_000)],
  ['braces', '{"a":'.repeat(50_000)],
  ['dashes', '- '.repeat(50_000)],
  ['keys further and further in', Array.from({ length: 500 }, (_, k) => `${' '.repeat(k)}a:`).join('\n')],
  [
    'a bomb',
    Array.from(
      { length: 30 },
      (_, k) => `a${k}: &a${k} [${k === 0 ? 'x' : `*a${k - 1}, *a${k - 1}, *a${k - 1}, *a${k - 1}`}]`,
    ).join('\n'),
  ],
  ['itself', 'a: &a\n  b: *a'],
  ['a quote without end', `apiVersion: v1\nkind: Pod\nmetadata: {name: "${'x'.repeat(100_000)}`],
  ['a JSON string without end', `{"kind": "${'x'.repeat(100_000)}`],
  ['nothing but nulls', '\0'.repeat(1000)],
  ['dashes and nothing', '---\n'.repeat(10_000) + 'x'],
])('%s', (_name, text) => {
  expect(readSafely(text)).toBe('refused');
});

slowTest('100 MB of pods are read in bounded memory', () => {
  const pods = 22_500;
  let size = 0;
  let most = 0;
  function* chunks(): Generator<string> {
    let kept = '';
    for (const text of podDump(pods)) {
      kept += text;
      if (kept.length < 1 << 20) continue;
      size += kept.length;
      most = Math.max(most, process.memoryUsage().heapUsed);
      yield kept;
      kept = '';
    }
    yield kept;
  }
  const before = process.memoryUsage().heapUsed;
  const { objects } = readManifests([{ name: 'pods.yaml', chunks: chunks() }]);
  expect(size).toBeGreaterThan(100e6);
  expect(objects.filter(({ kind }) => kind === 'Pod')).toHaveLength(pods);
  // What is kept: about 6 kB a pod. A dump that was held would take 100 to 200 MB more.
  expect(most - before).toBeLessThan(300e6);
});

function pathsOf(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const inside = Object.entries(value).flatMap(([key, one]) =>
    pathsOf(one, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return path.length === 0 ? inside : [path, ...inside];
}
