import { describe, expect, test } from 'vitest';
import type { NewObject } from '../api/api-server.ts';
import type { Kind, Kinds } from '../objects/kinds.ts';
import { podDump } from './dump-fixture.ts';
import { readManifests, type ManifestSet } from './read-manifests.ts';

const read = (...texts: string[]): ManifestSet =>
  readManifests(texts.map((text, index) => ({ name: index === 0 ? 'a.yaml' : `b${index}.yaml`, chunks: [text] })));
function only<K extends Kind>(kind: K, text: string): NewObject<Kinds[K]> {
  return read(text).objects.find((one) => one.kind === kind) as unknown as NewObject<Kinds[K]>;
}
const faults = (...texts: string[]): string => {
  try {
    read(...texts);
  } catch (error) {
    return (error as Error).message;
  }
  return 'none';
};
const texts = (set: ManifestSet): string[] => set.reports.map(({ text }) => text);

/** A Deployment with these lines in its container. */
const deployment = (container = '', spec = '', pod = ''): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
${spec}  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
${pod}      containers:
      - name: main
        image: nginx
${container}`;

describe('defaults', () => {
  test('of a Deployment', () => {
    const made = only('Deployment', deployment());
    expect(made.spec).toMatchObject({
      replicas: 1,
      minReadySeconds: 0,
      paused: false,
      progressDeadlineSeconds: 600,
      revisionHistoryLimit: 10,
      strategy: { type: 'RollingUpdate', maxSurge: '25%', maxUnavailable: '25%' },
    });
    expect(made.spec.template.spec).toMatchObject({
      schedulerName: 'default-scheduler',
      priority: 0,
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      hostNetwork: false,
    });
    expect(made.metadata).toMatchObject({ name: 'web', namespace: 'default', labels: {} });
  });

  test('a request that is missing is the limit, by container and resource', () => {
    // Section 4 of the specification: limits {cpu 1, memory 1Gi}, requests {cpu 250m} -> requests {250m, 1Gi}.
    const text = deployment('        resources: {limits: {cpu: 1, memory: 1Gi}, requests: {cpu: 250m}}\n');
    expect(only('Deployment', text).spec.template.spec.containers[0].resources).toEqual({
      requests: { cpu: '250m', memory: '1Gi' },
      limits: { cpu: '1', memory: '1Gi' },
    });
  });

  test('pod-level requests come from the containers, or else from the limit', () => {
    const text = deployment(
      '        resources: {requests: {cpu: 300m}}\n',
      '',
      '      resources: {limits: {cpu: "2", memory: 1Gi}}\n',
    );
    expect(only('Deployment', text).spec.template.spec.resources?.requests).toEqual({ cpu: '300m', memory: '1Gi' });
  });

  test.each([
    ['nginx', 'Always'],
    ['nginx:latest', 'Always'],
    ['registry:5000/nginx', 'Always'],
    ['registry:5000/nginx:1', 'IfNotPresent'],
    ['nginx@sha256:0123', 'IfNotPresent'],
  ])('image %s is pulled %s', (image, policy) => {
    const text = deployment().replace('image: nginx', `image: ${image}`);
    expect(only('Deployment', text).spec.template.spec.containers[0].imagePullPolicy).toBe(policy);
  });

  test('probes, ports of the host, preStop, tolerations, spread', () => {
    const text = deployment(
      `        ports: [{containerPort: 80}]
        readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 5}
        lifecycle: {preStop: {exec: {command: [sh, -c, sleep 15]}}}
`,
      '',
      `      hostNetwork: true
      tolerations: [{key: a, value: b}]
      topologySpreadConstraints:
      - {maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}
`,
    );
    const { spec } = only('Deployment', text).spec.template;
    const [main] = spec.containers;
    expect(main.readinessProbe).toEqual({
      initialDelaySeconds: 0,
      timeoutSeconds: 1,
      periodSeconds: 5,
      successThreshold: 1,
      failureThreshold: 3,
    });
    expect([main.ports, main.preStopSeconds]).toEqual([[{ containerPort: 80, hostPort: 80, protocol: 'TCP' }], 15]);
    expect(spec.tolerations).toEqual([{ key: 'a', operator: 'Equal', value: 'b', effect: '' }]);
    expect(spec.topologySpreadConstraints).toEqual([
      {
        maxSkew: 1,
        topologyKey: 'zone',
        whenUnsatisfiable: 'DoNotSchedule',
        nodeAffinityPolicy: 'Honor',
        nodeTaintsPolicy: 'Ignore',
        matchLabelKeys: [],
      },
    ]);
  });

  test('of Jobs and CronJobs', () => {
    const template = 'template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}';
    const job = (spec: string): NewObject<Kinds['Job']> =>
      only('Job', `{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {${spec}${template}}}`);
    expect(job('').spec).toMatchObject({
      completions: 1,
      parallelism: 1,
      backoffLimit: 6,
      completionMode: 'NonIndexed',
    });
    expect(job('parallelism: 3, ').spec.completions).toBeUndefined();
    expect(job('completionMode: Indexed, completions: 2, backoffLimitPerIndex: 1, ').spec.backoffLimit).toBe(
      2147483647,
    );
    expect(
      job('podFailurePolicy: {rules: [{action: Ignore, onPodConditions: [{type: DisruptionTarget}]}]}, ').spec,
    ).toMatchObject({
      podReplacementPolicy: 'Failed',
      podFailurePolicy: [{ action: 'Ignore', conditions: ['DisruptionTarget'] }],
    });
    const cron = only(
      'CronJob',
      `{apiVersion: batch/v1, kind: CronJob, metadata: {name: c}, spec: {schedule: "*/5 * * * *", jobTemplate: {spec: {${template}}}}}`,
    );
    expect(cron.spec).toMatchObject({
      concurrencyPolicy: 'Allow',
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      suspend: false,
    });
  });

  test('of a HorizontalPodAutoscaler', () => {
    const hpa = (spec: string): NewObject<Kinds['HorizontalPodAutoscaler']> =>
      only(
        'HorizontalPodAutoscaler',
        `{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: h}, spec: {scaleTargetRef: {kind: Deployment, name: web}, maxReplicas: 9${spec}}}`,
      );
    expect(hpa('').spec).toEqual({
      scaleTargetRef: { kind: 'Deployment', name: 'web' },
      minReplicas: 1,
      maxReplicas: 9,
      metrics: [{ type: 'Resource', name: 'cpu', target: { type: 'Utilization', amount: 80 } }],
    });
    expect(
      hpa(', behavior: {scaleDown: {policies: [{type: Pods, value: 1, periodSeconds: 60}]}}').spec.behavior,
    ).toEqual({
      scaleUp: {
        stabilizationWindowSeconds: 0,
        selectPolicy: 'Max',
        policies: [
          { type: 'Pods', value: 4, periodSeconds: 15 },
          { type: 'Percent', value: 100, periodSeconds: 15 },
        ],
      },
      scaleDown: { selectPolicy: 'Max', policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] },
    });
    const metrics =
      ', metrics: [{type: Pods, pods: {metric: {name: rps}, target: {type: AverageValue, averageValue: 1500m}}}]';
    expect(hpa(metrics).spec.metrics).toEqual([
      { type: 'Pods', name: 'rps', target: { type: 'AverageValue', amount: 1500 } },
    ]);
  });

  test('of a node: ready, named by its label, 110 pods', () => {
    const node = only(
      'Node',
      '{apiVersion: v1, kind: Node, metadata: {name: n1}, status: {capacity: {cpu: 4, memory: 8Gi}}}',
    );
    expect(node.status.allocatable).toEqual({ cpu: '4', memory: '8Gi', pods: '110' });
    expect(node.status.conditions).toEqual([{ type: 'Ready', status: 'True', changedUs: 0, reason: 'KubeletReady' }]);
    expect(node.metadata.labels).toEqual({ 'kubernetes.io/hostname': 'n1' });
  });

  test('of a LimitRange fill each other', () => {
    const text =
      '{apiVersion: v1, kind: LimitRange, metadata: {name: l}, spec: {limits: [{type: Container, max: {cpu: 2}, min: {memory: 1Mi}}]}}';
    expect(only('LimitRange', text).spec.limits[0]).toMatchObject({
      default: { cpu: '2' },
      defaultRequest: { cpu: '2', memory: '1Mi' },
    });
  });

  test('of a claim: the storage class that is the default', () => {
    const storageClass = (name: string, isDefault: string): string =>
      `{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: ${name}, annotations: {storageclass.kubernetes.io/is-default-class: "${isDefault}"}}}`;
    const claim = (name: string, spec: string): string =>
      `{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: ${name}}, spec: {${spec}}}`;
    const { objects } = read(
      [
        storageClass('slow', 'false'),
        storageClass('fast', 'true'),
        claim('a', ''),
        claim('b', 'storageClassName: slow'),
        claim('c', 'storageClassName: ""'),
      ].join('\n---\n'),
    );
    const claims = objects.filter(({ kind }) => kind === 'PersistentVolumeClaim') as unknown as NewObject<
      Kinds['PersistentVolumeClaim']
    >[];
    expect(claims.map(({ spec }) => spec.storageClassName)).toEqual(['fast', 'slow', '']);
  });

  test('of the other kinds', () => {
    const pool = only(
      'NodePool',
      '{apiVersion: karpenter.sh/v1, kind: NodePool, metadata: {name: p}, spec: {template: {spec: {}}}}',
    );
    expect(pool.spec.template.expireAfterUs).toBe(720 * 3_600e6);
    expect(pool.spec.disruption).toEqual({
      consolidationPolicy: 'WhenEmptyOrUnderutilized',
      consolidateAfterUs: 0,
      budgets: [{ nodes: '10%', reasons: [] }],
    });
    const keda = only(
      'ScaledObject',
      '{apiVersion: keda.sh/v1alpha1, kind: ScaledObject, metadata: {name: s}, spec: {scaleTargetRef: {name: web}, triggers: [{type: cron, metadata: {timezone: UTC}}]}}',
    );
    expect(keda.spec).toMatchObject({
      scaleTargetRef: { kind: 'Deployment', name: 'web' },
      pollingInterval: 30,
      cooldownPeriod: 300,
      minReplicaCount: 0,
      maxReplicaCount: 100,
    });
    const daemons = deployment().replace('Deployment', 'DaemonSet');
    expect(only('DaemonSet', daemons).spec.updateStrategy).toEqual({
      type: 'RollingUpdate',
      maxUnavailable: 1,
      maxSurge: 0,
    });
    const stateful = only('StatefulSet', deployment().replace('Deployment', 'StatefulSet'));
    expect(stateful.spec).toMatchObject({ podManagementPolicy: 'OrderedReady', ordinalsStart: 0 });
    expect(only('Namespace', 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}').metadata.labels).toEqual({
      'kubernetes.io/metadata.name': 'shop',
    });
  });
});

describe('faults are sentences with file, line, column and field', () => {
  const rc = 'a.yaml:15:37: spec.template.spec.containers[0].resources.requests.cpu: ';
  const asks = (cpu: string): string => deployment(`        resources: {requests: {cpu: ${cpu}}}\n`);
  test.each(
    [
      [asks('1KB'), `${rc}"1KB" is not a quantity; write it like "500m", "2" or "1.5Gi"; without "B"`],
      [asks('1K'), 'kilo is a small "k"'],
      [asks('"1 Gi"'), 'without spaces'],
      [asks('-1'), `${rc}"-1" is negative`],
      [asks('0.0001'), `${rc}"0.0001" is finer than 1m`],
      [asks('1e30'), 'more than any cluster has'],
      [asks('"{{ .Values.cpu }}"'), 'Helm template that was not rendered'],
      [deployment('        resources: {requests: {cpu: 2}, limits: {cpu: 1}}\n'), '"2" is more than the limit "1"'],
      [
        deployment('        resources: {limits: {nvidia.com/gpu: 1}, requests: {nvidia.com/gpu: 2}}\n'),
        'more than the limit',
      ],
      [
        deployment('', '  replicas: "3"\n'),
        'a.yaml:6:13: spec.replicas: "3" is not a whole number; write a number without quotes',
      ],
      [deployment('', '  replicas: -1\n'), 'spec.replicas: -1 is less than 0'],
      [
        deployment('', '  strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0%}}\n'),
        'a.yaml:6:29: spec.strategy.rollingUpdate: maxSurge and maxUnavailable are both 0',
      ],
      [
        deployment().replace('labels: {app: web}', 'labels: {app: wob}'),
        'a.yaml:7:5: spec.selector: it does not pick the pods',
      ],
      [deployment().replace('    matchLabels: {app: web}\n', '    {}\n'), 'spec.selector: it is empty'],
      [deployment('', '', '      nodeSelector: {country: no}\n'), 'no is read as false; write it in quotes: "no"'],
      [
        deployment('', '', '      nodeSelector: {version: 1.10}\n'),
        '1.10 is read as the number 1.1; write it in quotes: "1.10"',
      ],
      [deployment('', '', '      nodeSelector: {a b: c}\n'), '"a b" cannot be a label\'s key'],
      [deployment().replace('name: web', 'name: Web_1'), 'a.yaml:4:9: metadata.name: "Web_1" cannot be a name'],
      [
        deployment('      - {name: main, image: x}\n'),
        'spec.template.spec.containers[1].name: there is a container "main" already',
      ],
      [deployment('', '', '      restartPolicy: Never\n'), '"Never" is not possible here; write "Always"'],
      [deployment('', '', '      tolerations: [{operator: Exist}]\n'), 'there is no "Exist"; write "Exists"'],
      [
        deployment(
          '',
          '',
          '      affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Is, values: [b]}]}]}}}\n',
        ),
        'nodeSelectorTerms[0].matchExpressions[0].operator: there is no "Is"; write "In"',
      ],
      [
        deployment(
          '',
          '',
          '      affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: "", labelSelector: {matchExpressions: [{key: a, operator: In}]}}]}}\n',
        ),
        '"In" needs values',
      ],
      ['apiVersion: v1\nkind: Pod\nmetadata: {name: a}', 'a.yaml:1:1: spec: it is missing'],
      ['apiVersion: v1\nmetadata: {name: a}', 'kind: it is missing, so this is no Kubernetes object'],
      [
        'kind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: b}]}',
        'apiVersion: it is missing; write v1',
      ],
      [
        'apiVersion: extensions/v1beta1\nkind: Deployment',
        'Kubernetes 1.36 serves no Deployment as "extensions/v1beta1"; write apps/v1',
      ],
      ['apiVersion: app/v1\nkind: Deployment', 'write apps/v1'],
      ['just text', '"just text" is not a map'],
      ['apiVersion: v1\nkind: Pod\nkind: Pod', 'a.yaml:3:1: the key stands here twice'],
      ['{"apiVersion": "v1", "kind": "Pod", "kind": "Pod"}', 'a.yaml:1:37: the key stands here twice'],
      ['{"apiVersion": "v1", "kind": ]}', 'a.yaml:1'],
      ['{\n\t"kind": "Pod",\n\t"kind": "Pod"\n}', 'a.yaml:3:2: the key stands here twice'],
      ['apiVersion: v1\nkind: Pod\nmetadata:\n\tname: a', 'a.yaml:4:1: a tab indents this line'],
    ].map(([text, message]) => [message, text]),
  )('%s', (message, text) => {
    expect(faults(text)).toContain(message);
  });

  test('several are told at once, each with its own file', () => {
    const said = faults(`${deployment('', '  replicas: x\n')}---\n${asks('1K')}`, asks('x')).split('\n');
    expect(said.map((one) => one.slice(0, one.indexOf(' ')))).toEqual([
      'a.yaml:6:13:',
      'a.yaml:31:37:',
      'b1.yaml:15:37:',
    ]);
  });

  test('of very many the first 20 are shown', () => {
    const many = Array.from({ length: 300 }, (_, k) => `{apiVersion: v1, kind: Pod, metadata: {name: A${k}}}`);
    const said = faults(many.join('\n---\n')).split('\n');
    expect(said).toHaveLength(21);
    expect(said[0]).toMatch(/^a\.yaml:1:46: metadata\.name: "A0" cannot be a name/);
    expect(said[20]).toMatch(/^and \d+ more like these$/);
  });

  test('text of any length is looked at once', () => {
    const long = 'x'.repeat(200_000);
    const pod = `{apiVersion: v1, kind: Pod, ${long}: 1, metadata: {name: a}, spec: {restartPolicy: ${long}, containers: [{name: a, image: b}]}}`;
    expect(faults(pod).length).toBeLessThan(1000);
    const job = `{apiVersion: batch/v1, kind: Job, metadata: {name: a}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}}, status: {completedIndexes: "${'0-999999,'.repeat(1000)}"}}`;
    expect(faults(job)).toContain('status.completedIndexes: it names more than 100000 indexes');
  });

  test('in an item of a list the place is that in the file', () => {
    const list = `apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n  spec:\n    containers:\n    - name: a\n      image: b\n      resources: {requests: {cpu: x}}\nkind: List\n`;
    expect(faults(list)).toMatch(/^a\.yaml:10:35: spec\.containers\[0\]\.resources\.requests\.cpu: "x" is not/);
    const json = JSON.stringify({ kind: 'PodList', apiVersion: 'v1', items: [{ metadata: { name: 'A' } }] });
    expect(faults(json)).toContain('a.yaml:1:66: metadata.name: "A" cannot be a name');
  });

  test('names are unique, owners do not go in circles', () => {
    expect(faults(deployment(), deployment())).toBe(
      'b1.yaml:1:1: metadata.name: there is a Deployment default/web already, at a.yaml:1:1; rename one or delete it',
    );
    const pod = (name: string, uid: string, owner: string): string =>
      `{apiVersion: v1, kind: Pod, metadata: {name: ${name}, uid: ${uid}, ownerReferences: [{kind: Pod, name: x, uid: ${owner}}]}, spec: {containers: [{name: a, image: b}]}}`;
    expect(faults(`${pod('a', 'u1', 'u2')}\n---\n${pod('b', 'u2', 'u3')}\n---\n${pod('c', 'u3', 'u1')}`)).toContain(
      'owners own each other (a -> b -> c -> a)',
    );
  });
});

describe('what is not modelled is reported once', () => {
  test('kinds and fields, with counts and places', () => {
    const config = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';
    const secured = (name: string): string =>
      deployment('', '  replica: 2\n', '      securityContext: {fsGroup: 1}\n').replace('name: web', `name: ${name}`);
    const set = read(`${config}---\n${secured('x')}---\n${secured('z')}---\n${config}`);
    expect(texts(set)).toEqual([
      'ConfigMap: 2 objects, not modelled',
      'spec.replica: in 2 objects, Kubernetes knows no such field, it has no effect; did you mean "replicas"?',
      'spec.template.spec.securityContext: in 2 objects, has no effect here',
    ]);
    expect(set.reports.map(({ first }) => first)).toEqual(['a.yaml:2:7', 'a.yaml:10:12', 'a.yaml:17:24']);
    expect(set.objects.map(({ kind }) => kind)).toEqual(['Namespace', 'Deployment', 'Deployment']);
  });

  test('memory in thousandths of a byte', () => {
    const set = read(deployment('        resources: {requests: {memory: 100m}}\n'));
    expect(texts(set)).toEqual([
      'spec.template.spec.containers[].resources.requests.memory: in 1 object, "100m" is a fraction of a byte and counts as a whole one; did you mean "Mi"?',
    ]);
  });

  test('kinds of others, and misspelt ones', () => {
    const set = read(
      '{apiVersion: monitoring.coreos.com/v1, kind: ServiceMonitor, metadata: {name: a}}',
      '{apiVersion: serving.knative.dev/v1, kind: Service, metadata: {name: a}}',
      '{apiVersion: apps/v1, kind: Deploymnet, metadata: {name: a}}',
    );
    expect(texts(set)).toEqual([
      'ServiceMonitor (monitoring.coreos.com): 1 object, a resource of its own that is not modelled',
      'Service (serving.knative.dev): 1 object, a resource of its own that is not modelled',
      'Deploymnet: in 1 object, Kubernetes knows no such kind; did you mean "Deployment"?',
    ]);
  });

  test('scheduler configurations are handed on with places', () => {
    const [one] = read(
      '# c\napiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nprofiles:\n- schedulerName: a\n',
    ).schedulerConfigurations;
    expect(one.data).toMatchObject({ profiles: [{ schedulerName: 'a' }] });
    expect(one.at(['profiles', 0, 'schedulerName'])).toBe('a.yaml:5:18');
  });
});

describe('texts as people and machines write them', () => {
  test('CRLF, BOM, comments, empty documents, numbers as quantities, booleans', () => {
    const text = `\ufeff# hello\r\n---\r\n---\r\n${deployment('        resources: {requests: {cpu: 0.5, memory: 1e3, nvidia.com/gpu: 1}, limits: {nvidia.com/gpu: 1}}\n        stdin: on\n', '  paused: yes\n').replaceAll('\n', '\r\n')}---\r\n# nothing\r\n`;
    const { spec } = only('Deployment', text);
    expect(spec.paused).toBe(true);
    expect(spec.template.spec.containers[0].resources.requests).toEqual({
      cpu: '0.5',
      memory: '1000',
      'nvidia.com/gpu': '1',
    });
  });

  test('a List in any form gives the same objects', () => {
    const pods = ['a', 'b'].map((name) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default' },
      spec: { containers: [{ name: 'm', image: 'x:1' }] },
    }));
    const block = pods
      .map(
        ({ metadata: { name } }) =>
          `- apiVersion: v1\n  kind: Pod\n  metadata: {name: ${name}}\n  spec: {containers: [{name: m, image: "x:1"}]}\n`,
      )
      .join('');
    const untyped = pods.map(({ kind: _, apiVersion: __, ...rest }) => rest);
    const forms = [
      pods.map((one) => JSON.stringify(one)).join('\n---\n'),
      JSON.stringify({ kind: 'List', items: pods }),
      JSON.stringify({ apiVersion: 'v1', items: untyped, kind: 'PodList' }, null, 2),
      `kind: List\nitems:\n${block}`,
      `items:\n${block}kind: List\n`,
      `# comment\nitems: ${JSON.stringify(pods)}\nkind: List\n`,
    ];
    const expected = read(forms[0]).objects;
    expect(expected.map(({ metadata: { name } }) => name)).toEqual(['default', 'a', 'b']);
    for (const form of forms) expect(read(form).objects, form).toEqual(expected);
  });

  test('objects come in the order of their kinds, namespaces are made', () => {
    const set = read(
      deployment().replace('name: web', 'name: web\n  namespace: shop'),
      '{apiVersion: v1, kind: Namespace, metadata: {name: z}}',
    );
    expect(set.objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'Namespace shop',
      'Namespace z',
      'Deployment web',
    ]);
    expect(texts(set)).toEqual(['Namespace shop: in 1 object, named but not defined, so it is created']);
  });
});

describe('dumps', () => {
  const pod = (name: string, more: string, spec = ''): string =>
    `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\n  uid: uid-${name}\n  creationTimestamp: "2026-01-01T00:00:00Z"\n${more}spec:\n${spec}  containers: [{name: m, image: "x:1"}]\n`;
  const owned = (kind: string, name: string, uid: string): string =>
    `  ownerReferences: [{apiVersion: apps/v1, kind: ${kind}, name: ${name}, uid: ${uid}, controller: true}]\n`;

  test('times become times of the run: the latest is its start', () => {
    const status = `status:
  phase: Running
  startTime: "2026-01-01T00:00:05Z"
  conditions:
  - {type: PodScheduled, status: "True", lastTransitionTime: "2026-01-01T00:00:01Z"}
  - {type: Ready, status: "True", lastTransitionTime: "2026-01-01T00:01:00Z"}
  containerStatuses: [{name: m, ready: true, restartCount: 2, state: {running: {startedAt: "2026-01-01T00:00:09Z"}}}]
`;
    const set = read(`${pod('a', '', '  nodeName: n1\n')}${status}---\n${pod('b', '  labels: {x: z}\n')}`);
    expect(set.startMs).toBe(1_767_225_660_000);
    const [, a, b] = set.objects as unknown as NewObject<Kinds['Pod']>[];
    expect(a.metadata).toMatchObject({ uid: 'uid-a', creationUs: -60e6 });
    expect(a.status).toMatchObject({
      phase: 'Running',
      ready: true,
      readyChangedUs: 0,
      startUs: -55e6,
      scheduledUs: -59e6,
      restarts: 2,
      containers: [{ name: 'm', state: 'running', sinceUs: -51e6, restartCount: 2 }],
    });
    expect(b.status).toMatchObject({ phase: 'Pending', readyChangedUs: -60e6 });
  });

  test('owners by uid stay, those that are missing go, but for ReplicaSets of Deployments that are there', () => {
    const web = deployment().replace('  name: web', '  name: web\n  uid: uid-web');
    const set = read(
      `${web}---\n${pod('a', owned('ReplicaSet', 'web-5d9c', 'rs1'))}---\n${pod('b', owned('ReplicaSet', 'gone-5d9c', 'rs2'))}---\n${pod('c', owned('Deployment', 'web', 'uid-web'))}`,
    );
    const owners = set.objects
      .filter(({ kind }) => kind === 'Pod')
      .map(({ metadata }) => metadata.ownerReferences?.map(({ uid }) => uid));
    expect(owners).toEqual([['rs1'], [], ['uid-web']]);
    expect(texts(set)).toContain('Pod: in 1 object, their ReplicaSet is not among the files, kept without it');
  });

  test('pods that ended, and classes that are not in the dump', () => {
    const ended = `${pod('done', '')}status: {phase: Succeeded}\n`;
    const high = pod('high', '', '  priorityClassName: high\n  priority: 77\n  nodeName: n1\n');
    const set = read(`${ended}---\n${high}`);
    expect(set.objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'Namespace default',
      'PriorityClass high',
      'Pod high',
    ]);
    expect(set.objects[1]).toMatchObject({ value: 77 });
    expect(texts(set)).toContain('Pod: in 1 object, ended without a node, left out');
  });

  test('a pod that is being deleted was told so its grace before the time that it says', () => {
    const going = pod(
      'a',
      '  deletionTimestamp: "2026-01-01T00:00:40Z"\n  deletionGracePeriodSeconds: 30\n',
      '  nodeName: n1\n',
    );
    expect(only('Pod', going).metadata).toMatchObject({ deletionUs: 10e6, deletionGracePeriodSeconds: 30 });
  });

  test('of 5 MB are read', () => {
    let size = 0;
    function* chunks(): Generator<string> {
      for (const chunk of podDump(1200)) {
        size += chunk.length;
        yield chunk;
      }
    }
    const set = readManifests([{ name: 'pods.yaml', chunks: chunks() }]);
    expect(size).toBeGreaterThan(5e6);
    expect(set.objects.filter(({ kind }) => kind === 'Pod')).toHaveLength(1200);
    expect(set.reports.filter(({ category }) => category === 'unknown')).toEqual([]);
  });
});

test('a name is completed where only its beginning is written, each time to another one', () => {
  const job =
    'apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: load-}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}}\n';
  const names = read(`${job}---\n${job}`, job)
    .objects.filter(({ kind }) => kind === 'Job')
    .map(({ metadata }) => metadata.name);
  expect(new Set(names).size).toBe(3);
  for (const name of names) expect(name).toMatch(/^load-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  const elsewhere = readManifests([{ name: '/another/folder/a.yaml', chunks: [job] }]).objects.at(-1);
  expect(elsewhere?.metadata.name).toBe(names[0]);
});
