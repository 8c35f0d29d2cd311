import { inputsHere } from '../src/experiment/local/execute-kubernetes.ts';
import { kubernetesSpecOf } from '../src/experiment/kubernetes/kubernetes-spec-of.ts';
import { planKubernetes } from '../src/experiment/kubernetes/plan-kubernetes.ts';
import { readManifests } from '../src/orchestrators/kubernetes/manifests/read-manifests.ts';
import type { KubernetesSpec } from '../src/orchestrators/kubernetes/kubernetes-spec.ts';
import { stream } from '../src/sim/random.ts';

type Json = Record<string, unknown>;

/** A cluster drawn at random: manifests that the API server would take, and what happens to them. */
export interface RandomKubernetes {
  /** A scenario; JSON is YAML, so it can be written to a file as it is. */
  readonly scenario: Json;
  readonly objects: readonly Json[];
}

/** The same as a run's spec, by way of the readers. */
export function specOf({ scenario, objects }: RandomKubernetes): KubernetesSpec {
  const context = {
    file: 'random.yaml',
    title: 'random',
    names: { placement: [], queue: [], backfill: [] } as never,
    resolvePath: (path: string) => path,
    manifestsAt: () => [],
  };
  const lines = Object.entries(scenario).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  const { variants } = planKubernetes([...lines, '---'].join('\n'), context);
  const set = readManifests([{ name: 'random.yaml', chunks: [JSON.stringify({ kind: 'List', items: objects })] }]);
  return kubernetesSpecOf(variants[0].kubernetes!, {
    ...inputsHere(() => undefined),
    read: () => ({ objects: set.objects, schedulers: [] }),
  });
}

/** Small, a few hours long, with objects of every kind, odd but legal settings, changes and weather. */
export function randomKubernetes(seed: number): RandomKubernetes {
  return new World(seed).made();
}

const ZONES = ['a', 'b', 'c'];
const HOST = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';

class World {
  private readonly random;
  private readonly objects: Json[] = [];
  private readonly names: { nodes: string[]; scalable: string[]; templates: string[]; services: string[] } = {
    nodes: [],
    scalable: [],
    templates: [],
    services: [],
  };
  private readonly hours: number;

  constructor(seed: number) {
    this.random = stream(seed, 'random-kubernetes');
    this.hours = this.of([0.5, 1, 2, 4]);
  }

  made(): RandomKubernetes {
    for (let k = this.count(1, 9); k > 0; k--) this.node(k);
    this.policies();
    for (let k = this.count(2, 9); k > 0; k--) this.workload(k);
    for (let k = this.count(0, 6); k > 0; k--) this.barePod(k);
    return { scenario: this.scenario(), objects: this.objects };
  }

  private chance(share: number): boolean {
    return this.random.next() < share;
  }

  private count(least: number, most: number): number {
    return least + this.random.below(most - least + 1);
  }

  private of<T>(list: readonly T[]): T {
    return list[this.random.below(list.length)];
  }

  private maybe(share: number, fields: () => Json): Json {
    return this.chance(share) ? fields() : {};
  }

  private add(apiVersion: string, kind: string, name: string, rest: Json, metadata: Json = {}): void {
    this.objects.push({ apiVersion, kind, metadata: { name, ...metadata }, ...rest });
  }

  private node(k: number): void {
    const name = `n${k}`;
    this.names.nodes.push(name);
    const amounts = {
      cpu: this.of(['500m', '2', '4', '8']),
      memory: this.of(['1Gi', '8Gi', '16Gi']),
      pods: this.of(['4', '20', '110']),
      'ephemeral-storage': this.of(['5Gi', '50Gi']),
      ...this.maybe(0.2, () => ({ 'nvidia.com/gpu': '2' })),
    };
    const labels = {
      [HOST]: name,
      ...this.maybe(0.8, () => ({ [ZONE]: this.of(ZONES) })),
      ...this.maybe(0.3, () => ({ disk: this.of(['ssd', 'hdd']) })),
    };
    const spec = {
      ...this.maybe(0.15, () => ({ unschedulable: true })),
      ...this.maybe(0.3, () => ({
        taints: [{ key: 'dedicated', value: 'x', effect: this.of(['NoSchedule', 'PreferNoSchedule', 'NoExecute']) }],
      })),
    };
    this.add('v1', 'Node', name, { spec, status: { capacity: amounts, allocatable: amounts } }, { labels });
  }

  private policies(): void {
    for (const [name, value] of [
      ['low', -10],
      ['high', 1000],
      ['polite', 500],
    ] as const)
      this.add('scheduling.k8s.io/v1', 'PriorityClass', name, {
        value,
        ...(name === 'polite' && { preemptionPolicy: 'Never' }),
      });
    if (this.chance(0.2))
      this.add('v1', 'ResourceQuota', 'quota', {
        spec: { hard: { pods: `${this.count(0, 30)}`, 'requests.cpu': this.of(['2', '10']) } },
      });
    if (this.chance(0.2))
      this.add('v1', 'LimitRange', 'limits', {
        spec: {
          limits: [{ type: 'Container', defaultRequest: { cpu: '50m' }, default: { cpu: this.of(['100m', '2']) } }],
        },
      });
  }

  private podSpec(app: string, inJob = false): Json {
    const requests = {
      ...this.maybe(0.9, () => ({ cpu: this.of(['10m', '100m', '300m', '1', '3']) })),
      ...this.maybe(0.8, () => ({ memory: this.of(['16Mi', '200Mi', '1Gi', '5Gi']) })),
      ...this.maybe(0.1, () => ({ 'ephemeral-storage': '1Gi' })),
    };
    const limits = {
      ...this.maybe(0.3, () => ({ memory: '6Gi' })),
      ...this.maybe(0.1, () => ({ 'nvidia.com/gpu': '1' })),
    };
    const labelSelector = { matchLabels: { app } };
    const probe = (kind: string): Json =>
      this.maybe(0.3, () => ({
        [kind]: {
          httpGet: { path: '/', port: 80 },
          periodSeconds: this.count(1, 20),
          initialDelaySeconds: this.count(0, 10),
          failureThreshold: this.count(1, 5),
        },
      }));
    const term = { topologyKey: this.of([HOST, ZONE, 'disk']), labelSelector };
    const affinity = {
      ...this.maybe(0.2, () => ({
        podAntiAffinity: this.chance(0.5)
          ? { requiredDuringSchedulingIgnoredDuringExecution: [term] }
          : {
              preferredDuringSchedulingIgnoredDuringExecution: [{ weight: this.count(1, 100), podAffinityTerm: term }],
            },
      })),
      ...this.maybe(0.15, () => ({
        podAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: ZONE, labelSelector }],
        },
      })),
      ...this.maybe(0.15, () => ({
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: 'disk', operator: this.of(['Exists', 'DoesNotExist']) }] },
              { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] },
            ],
          },
        },
      })),
    };
    return {
      containers: [
        {
          name: 'main',
          image: this.of(['nginx:1.27', 'redis', 'registry.example/app:2']),
          resources: { requests, limits },
          ...(!inJob && { ...probe('readinessProbe'), ...probe('livenessProbe'), ...probe('startupProbe') }),
          ...this.maybe(0.1, () => ({ ports: [{ containerPort: 80, hostPort: 8080 }] })),
          ...this.maybe(0.2, () => ({ lifecycle: { preStop: { sleep: { seconds: this.count(0, 40) } } } })),
        },
      ],
      ...this.maybe(0.2, () => ({
        initContainers: [
          { name: 'first', image: 'busybox', resources: { requests: { cpu: '200m' } } },
          ...(this.chance(0.5) ? [{ name: 'side', image: 'proxy', restartPolicy: 'Always' }] : []),
        ],
      })),
      ...this.maybe(0.3, () => ({ terminationGracePeriodSeconds: this.of([0, 1, 30, 600]) })),
      ...this.maybe(0.4, () => ({ priorityClassName: this.of(['low', 'high', 'polite']) })),
      ...this.maybe(0.3, () => ({
        tolerations: [
          this.of<Json>([
            { operator: 'Exists' },
            { key: 'dedicated', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: this.count(0, 600) },
            { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 },
          ]),
        ],
      })),
      ...this.maybe(0.3, () => ({
        topologySpreadConstraints: [
          {
            maxSkew: this.count(1, 3),
            topologyKey: this.of([HOST, ZONE]),
            whenUnsatisfiable: this.of(['DoNotSchedule', 'ScheduleAnyway']),
            labelSelector,
            ...this.maybe(0.2, () => ({ nodeTaintsPolicy: 'Honor' })),
          },
        ],
      })),
      ...(Object.keys(affinity).length > 0 && { affinity }),
    };
  }

  private annotations(): Json {
    return {
      ...this.maybe(0.3, () => ({ 'baton.dev/boot': this.of(['100ms', '5s', 'exponential 20s', '10m']) })),
      ...this.maybe(0.2, () => ({ 'baton.dev/stop': this.of(['0s', '10s', '2h']) })),
      ...this.maybe(0.2, () => ({ 'baton.dev/duration': this.of(['1s', '90s', 'exponential 5m', '3h']) })),
      ...this.maybe(0.2, () => ({ 'baton.dev/failure-share': this.of(['5%', '50%', '100%']) })),
      ...this.maybe(0.2, () => ({ 'baton.dev/memory-usage': this.of(['80%', '300Mi + 50Mi/h', '150%']) })),
      ...this.maybe(0.1, () => ({ 'baton.dev/cpu-usage': this.of(['60%', '250m', '500%']) })),
      ...this.maybe(0.1, () => ({ 'baton.dev/disk-usage': '1Gi + 3Gi/h' })),
      ...this.maybe(0.1, () => ({ 'baton.dev/image-size': this.of(['1Ki', '20Gi']) })),
    };
  }

  private template(app: string, inJob = false): Json {
    const spec = this.podSpec(app, inJob);
    return {
      metadata: { labels: { app }, annotations: this.annotations() },
      spec: inJob ? { ...spec, restartPolicy: this.of(['Never', 'OnFailure']) } : spec,
    };
  }

  private workload(k: number): void {
    // Some share their label, so that they meet each other's pods.
    const app = this.chance(0.15) ? 'shared' : `app${k}`;
    const selector = { matchLabels: { app } };
    const replicas = this.of([0, 1, 2, 3, 5, 12]);
    const name = `w${k}`;
    switch (this.count(0, 6)) {
      case 0:
      case 1:
        this.names.scalable.push(`deployment/${name}`);
        this.names.templates.push(`deployment/${name}`);
        this.add('apps/v1', 'Deployment', name, {
          spec: {
            replicas,
            selector,
            template: this.template(app),
            ...this.maybe(0.2, () => ({ strategy: { type: 'Recreate' } })),
            ...this.maybe(0.2, () => ({
              strategy: {
                rollingUpdate: { maxSurge: this.of([1, '50%']), maxUnavailable: this.of([0, '0%', '34%', 2]) },
              },
            })),
            ...this.maybe(0.3, () => ({ minReadySeconds: this.count(0, 60), progressDeadlineSeconds: 90 })),
          },
        });
        break;
      case 2:
        this.names.scalable.push(`statefulset/${name}`);
        this.names.templates.push(`statefulset/${name}`);
        this.add('apps/v1', 'StatefulSet', name, {
          spec: {
            replicas,
            selector,
            serviceName: name,
            template: this.template(app),
            ...this.maybe(0.3, () => ({ podManagementPolicy: 'Parallel' })),
            ...this.maybe(0.2, () => ({ updateStrategy: { rollingUpdate: { partition: this.count(0, 2) } } })),
          },
        });
        break;
      case 3:
        this.names.templates.push(`daemonset/${name}`);
        this.add('apps/v1', 'DaemonSet', name, { spec: { selector, template: this.template(app) } });
        break;
      case 4:
        this.add('batch/v1', 'Job', name, { spec: this.jobSpec(app) });
        break;
      case 5:
        this.add('batch/v1', 'CronJob', name, {
          spec: {
            schedule: this.of(['* * * * *', '*/7 * * * *', '0 * * * *']),
            concurrencyPolicy: this.of(['Allow', 'Forbid', 'Replace']),
            ...this.maybe(0.3, () => ({ startingDeadlineSeconds: this.count(1, 200) })),
            jobTemplate: { spec: this.jobSpec(app) },
          },
        });
        break;
      case 6:
        this.names.scalable.push(`replicaset/${name}`);
        this.add('apps/v1', 'ReplicaSet', name, { spec: { replicas, selector, template: this.template(app) } });
        break;
    }
    const { kind } = this.objects.at(-1) as { kind: string };
    const isScalable = ['Deployment', 'StatefulSet', 'ReplicaSet'].includes(kind);
    if (isScalable && this.chance(0.4)) this.scaler(name, kind);
    if (this.chance(0.3))
      this.add('policy/v1', 'PodDisruptionBudget', name, {
        spec: { selector: this.of([selector, {}]), ...this.of([{ minAvailable: '50%' }, { maxUnavailable: 0 }]) },
      });
    if (isScalable && this.chance(0.4)) this.service(name, selector.matchLabels);
  }

  private jobSpec(app: string): Json {
    return {
      ...this.maybe(0.6, () => ({ completions: this.count(1, 8), parallelism: this.count(0, 9) })),
      ...this.maybe(0.4, () => ({ backoffLimit: this.of([0, 1, 20]) })),
      ...this.maybe(0.2, () => ({ activeDeadlineSeconds: this.count(1, 3000) })),
      ...this.maybe(0.3, () => ({ ttlSecondsAfterFinished: this.of([0, 100]) })),
      template: this.template(app, true),
    };
  }

  private scaler(name: string, kind: string): void {
    const scaleTargetRef = { apiVersion: 'apps/v1', kind, name };
    if (this.chance(0.3)) {
      this.add('autoscaling.k8s.io/v1', 'VerticalPodAutoscaler', name, {
        spec: {
          targetRef: scaleTargetRef,
          updatePolicy: { updateMode: this.of(['Off', 'Initial', 'Recreate', 'InPlaceOrRecreate']) },
        },
      });
      return;
    }
    const target = { type: 'Utilization', averageUtilization: this.of([1, 50, 90, 300]) };
    this.add('autoscaling/v2', 'HorizontalPodAutoscaler', name, {
      spec: {
        scaleTargetRef,
        minReplicas: this.count(1, 3),
        maxReplicas: this.count(3, 20),
        metrics: [{ type: 'Resource', resource: { name: this.of(['cpu', 'memory']), target } }],
        ...this.maybe(0.3, () => ({ behavior: { scaleDown: { stabilizationWindowSeconds: this.of([0, 60]) } } })),
      },
    });
  }

  private service(name: string, selector: Json): void {
    const annotations = this.maybe(0.5, () => ({
      'baton.dev/traffic': this.of(['2/s', 'spike 1..30/s at 10m for 5m']),
      'baton.dev/work': this.of(['10ms', 'exponential 300ms']),
      'baton.dev/timeout': '2s',
    }));
    if ('baton.dev/traffic' in annotations) this.names.services.push(name);
    this.add('v1', 'Service', name, { spec: { selector, ports: [{ port: 80 }] } }, { annotations });
  }

  private barePod(k: number): void {
    const spec = this.podSpec('bare');
    const node = this.of(this.names.nodes);
    this.add(
      'v1',
      'Pod',
      `p${k}`,
      {
        spec: {
          ...spec,
          ...this.maybe(0.3, () => ({ restartPolicy: this.of(['Never', 'OnFailure']) })),
          ...this.maybe(0.1, () => ({ schedulingGates: [{ name: 'example.com/wait' }] })),
          ...this.maybe(0.1, () => ({ schedulerName: 'another' })),
          ...this.maybe(0.1, () => ({ nodeName: node })),
        },
      },
      { labels: { app: 'bare' }, annotations: this.annotations() },
    );
  }

  private scenario(): Json {
    const minutes = this.hours * 60;
    const steps = Array.from({ length: this.count(0, 12) }, () => ({
      at: `${this.count(0, minutes)}m`,
      run: this.step(),
    })).filter(({ run }) => run !== '');
    const weather = Array.from({ length: this.count(0, 4) }, () => this.weather(minutes));
    return {
      orchestrator: 'kubernetes',
      duration: `${minutes}m`,
      ...this.maybe(0.5, () => ({ steps })),
      ...this.maybe(0.6, () => ({ weather })),
      ...this.maybe(0.3, () => ({
        cluster: { groups: { bought: { cpu: 4, memory: '8Gi', count: this.count(0, 1), min: 0, max: 5 } } },
        policies: { clusterAutoscaler: true },
      })),
    };
  }

  private step(): string {
    const node = this.of(this.names.nodes);
    const { scalable, templates } = this.names;
    return this.of([
      `cordon ${node}`,
      `uncordon ${node}`,
      `drain ${node}`,
      `stop machine ${node}`,
      `start machine ${node}`,
      `taint node ${node} maintenance=true:NoExecute`,
      `taint node ${node} dedicated-`,
      `delete node ${node}`,
      `add 2 nodes like ${node}`,
      `label node ${node} disk=ssd`,
      'set weight NodeResourcesFit=5',
      ...(scalable.length > 0
        ? [`scale ${this.of(scalable)} --replicas=${this.count(0, 15)}`, `delete ${this.of(scalable)}`]
        : []),
      ...(templates.length > 0
        ? [`rollout restart ${this.of(templates)}`, `rollout restart ${this.of(templates)}`]
        : []),
    ]);
  }

  private weather(minutes: number): string {
    const effect = this.of(['down', 'cut-off', 'slow', 'disk-full', 'registry-down', 'control-plane-down', 'drain']);
    const where = /down$|drain|cut|slow|disk/.test(effect) && !/registry|control/.test(effect);
    return `script(effect=${effect}, at=${this.count(0, minutes)}m, for=${this.of([10, 60, 300, 1200])}s${where ? ', mode=percent, value=0.3' : ''})`;
  }
}
