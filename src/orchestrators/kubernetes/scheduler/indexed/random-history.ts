import { type RandomStream, stream } from '../../../../sim/random.ts';
import type { LabelSelector, Labels, ResourceList } from '../../objects/meta.ts';
import type { Node } from '../../objects/node.ts';
import type { Pod, PodAffinity, PodAffinityTerm, PodSpec, TopologySpreadConstraint } from '../../objects/pod.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../objects/storage.ts';
import { DEFAULT_FILTERS, DEFAULT_PROFILE, DEFAULT_SCORES } from '../default-profile.ts';
import type { SchedulerProfile } from '../scheduler-profile.ts';
import type { SchedulingCore, SelectorSource } from '../scheduling-core.ts';
import type { VolumeObjects } from '../volume-objects.ts';

/** What happens to a scheduling core, one after the other. */
export type CoreStep =
  | { readonly step: 'add-node' | 'update-node'; readonly node: Node }
  | { readonly step: 'remove-node'; readonly name: string }
  | { readonly step: 'add-pod'; readonly pod: Pod; readonly node: string }
  | { readonly step: 'remove-pod'; readonly pod: Pod }
  | { readonly step: 'nominate'; readonly pod: Pod; readonly node: string | undefined }
  | { readonly step: 'namespace'; readonly name: string; readonly labels: Labels }
  | { readonly step: 'selector'; readonly source: SelectorSource }
  /** Decides; a pod that finds a node is put there. */
  | { readonly step: 'decide'; readonly pod: Pod }
  | { readonly step: 'fits-without'; readonly pod: Pod; readonly node: string; readonly gone: readonly Pod[] };

/** Applies a step that asks nothing. */
export function applyStep(core: SchedulingCore, step: CoreStep): void {
  switch (step.step) {
    case 'add-node':
      core.addNode(step.node);
      break;
    case 'update-node':
      core.updateNode(step.node);
      break;
    case 'remove-node':
      core.removeNode(step.name);
      break;
    case 'add-pod':
      core.addPod(step.pod, step.node);
      break;
    case 'remove-pod':
      core.removePod(step.pod);
      break;
    case 'nominate':
      core.nominate(step.pod, step.node);
      break;
    case 'namespace':
      core.setNamespace(step.name, step.labels);
      break;
    case 'selector':
      core.setSelector(step.source);
      break;
    case 'decide':
    case 'fits-without':
      throw new Error('asks the core something');
  }
}

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';
const NAMESPACES = ['default', 'shop', 'team-a', 'unknown'];
const APPS = ['web', 'db', 'job'];
const IMAGES = ['web:1', 'db:2', 'ml:4', 'registry:5000/app'];
const CLAIMS = ['disk-1', 'disk-2'];
const MEBIBYTE = 1_048_576;

/** A cluster's random life: all kinds of objects that the scheduler looks at, in small numbers of each, so that they meet. */
export class RandomHistory {
  /** Claims of the pods: bound or not, to volumes of a place or of none. */
  readonly volumes: VolumeObjects;
  private readonly random: RandomStream;
  private readonly nodes = new Map<string, Node>();
  private readonly placed = new Map<number, { readonly pod: Pod; readonly node: string }>();
  private readonly nominated: Pod[] = [];
  private readonly templates: { readonly spec: PodSpec; readonly labels: Labels; readonly namespace: string }[];
  private readonly zoned: number;
  private lastId = 0;
  private lastNode = 0;

  constructor(seed: number, templates: number) {
    this.random = stream(seed, 'history');
    this.zoned = this.pick([0, 0.8, 1]);
    this.volumes = this.someVolumes();
    this.templates = Array.from({ length: templates }, () => {
      const labels = this.podLabels();
      return { labels, namespace: this.pick(NAMESPACES), spec: this.spec() };
    });
  }

  /** So many nodes, and what there is before the first decision. */
  *beginning(nodes: number): Generator<CoreStep> {
    yield { step: 'namespace', name: 'default', labels: {} };
    yield { step: 'namespace', name: 'shop', labels: { team: 'shop' } };
    yield { step: 'namespace', name: 'team-a', labels: { team: 'a' } };
    for (let k = 0; k < nodes; k++) yield this.addNode();
    if (this.chance(0.6)) yield this.selector();
  }

  /** What happens next. */
  next(): CoreStep {
    const roll = this.random.next();
    if (roll < 0.6 || this.nodes.size === 0) return { step: 'decide', pod: this.pod() };
    if (roll < 0.72) return this.removePod() ?? this.next();
    if (roll < 0.78) return this.updateNode();
    if (roll < 0.8) return this.addNode();
    if (roll < 0.82) return this.removeNode();
    if (roll < 0.86) return this.nominate();
    if (roll < 0.88) return this.namespace();
    if (roll < 0.9) return this.selector();
    if (roll < 0.93) return this.addPod();
    return this.fitsWithout();
  }

  /** A decision put a pod on a node. */
  place(pod: Pod, node: string): CoreStep {
    this.placed.set(pod.id, { pod, node });
    return { step: 'add-pod', pod, node };
  }

  private chance(share: number): boolean {
    return this.random.next() < share;
  }

  private pick<T>(list: readonly T[]): T {
    return list[this.random.below(list.length)];
  }

  private some<T>(list: readonly T[], share: number): T[] {
    return list.filter(() => this.chance(share));
  }

  private someNode(): string {
    return this.pick([...this.nodes.keys()]);
  }

  private meta(name: string, namespace: string, labels: Labels): Pod['metadata'] {
    const uid = `uid-${this.lastId}`;
    return { name, namespace, uid, labels, annotations: {}, ownerReferences: [], creationUs: 0, generation: 1 };
  }

  private nodeState(name: string): Node {
    this.lastId++;
    const amounts: Record<string, string> = {
      cpu: this.pick(['2', '4', '3500m', '8']),
      memory: this.pick(['4Gi', '8Gi', '16Gi', '30147024Ki']),
      pods: this.pick(['4', '8', '110']),
    };
    if (this.chance(0.3)) amounts['example.com/gpu'] = this.pick(['1', '2', '8']);
    if (this.chance(0.4)) amounts['ephemeral-storage'] = this.pick(['20Gi', '100Gi']);
    const labels: Record<string, string> = {
      [HOST]: name,
      disk: this.pick(['ssd', 'hdd']),
      gen: this.pick(['1', '3', '7']),
    };
    if (this.chance(this.zoned)) labels[ZONE] = this.pick(['a', 'b', 'c', '']);
    if (this.chance(0.2)) labels['topology.kubernetes.io/region'] = 'r';
    const taint = () =>
      ({
        key: this.pick(['flaky', 'spot']),
        value: this.pick(['x', 'y']),
        effect: this.pick(['NoSchedule', 'PreferNoSchedule', 'PreferNoSchedule', 'NoExecute'] as const),
      }) as const;
    return {
      kind: 'Node',
      id: this.lastId,
      metadata: this.meta(name, '', labels),
      spec: { unschedulable: this.chance(0.05), taints: this.chance(0.3) ? [taint(), taint()] : [] },
      status: {
        capacity: amounts,
        allocatable: amounts,
        conditions: [],
        images: this.some(IMAGES, 0.25).map((image) => ({
          names: [image.includes(':5000') ? `${image}:latest` : image],
          sizeBytes: this.pick([100, 300, 900, 4000]) * MEBIBYTE,
        })),
      },
    };
  }

  private addNode(): CoreStep {
    const node = this.nodeState(`n${this.lastNode++}`);
    this.nodes.set(node.metadata.name, node);
    return { step: 'add-node', node };
  }

  private updateNode(): CoreStep {
    const name = this.someNode();
    const before = this.nodes.get(name)!;
    const other = this.nodeState(name);
    const kind = this.random.below(6);
    const node: Node =
      kind === 0
        ? other
        : {
            ...before,
            ...(kind === 1 && { metadata: other.metadata }),
            ...(kind === 2 && { spec: other.spec }),
            ...(kind === 3 && { spec: { ...before.spec, unschedulable: !before.spec.unschedulable } }),
            ...(kind === 4 && { status: other.status }),
            ...(kind === 5 && { status: { ...before.status, images: other.status.images } }),
          };
    this.nodes.set(name, node);
    return { step: 'update-node', node };
  }

  private removeNode(): CoreStep {
    const name = this.someNode();
    this.nodes.delete(name);
    for (const [id, { node }] of this.placed) if (node === name) this.placed.delete(id);
    return { step: 'remove-node', name };
  }

  private pod(): Pod {
    this.lastId++;
    const { spec, labels, namespace } = this.pick(this.templates);
    const metadata = this.meta(`p${this.lastId}`, namespace, this.chance(0.8) ? labels : this.podLabels());
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: this.pick(APPS), uid: 'o', controller: true };
    const status: Pod['status'] = {
      phase: 'Pending',
      reason: '',
      message: '',
      ready: false,
      readyChangedUs: 0,
      containers: [],
      restarts: 0,
      ...(this.chance(0.05) && this.nodes.size > 0 && { nominatedNodeName: this.someNode() }),
    };
    return {
      kind: 'Pod',
      id: this.lastId,
      metadata: { ...metadata, ...(this.chance(0.3) && { ownerReferences: [owner] }) },
      spec: this.chance(0.9) ? spec : { ...spec, priority: this.random.below(3) },
      status,
    };
  }

  private addPod(): CoreStep {
    const pod = this.pod();
    const going = this.chance(0.3) ? { ...pod, metadata: { ...pod.metadata, deletionUs: 5 } } : pod;
    return this.place(going, this.someNode());
  }

  private removePod(): CoreStep | undefined {
    if (this.placed.size === 0) return undefined;
    const id = this.pick([...this.placed.keys()]);
    const { pod } = this.placed.get(id)!;
    this.placed.delete(id);
    return { step: 'remove-pod', pod };
  }

  private nominate(): CoreStep {
    if (this.nominated.length > 0 && this.chance(0.6)) {
      const pod = this.nominated.splice(this.random.below(this.nominated.length), 1)[0];
      return { step: 'nominate', pod, node: undefined };
    }
    const pod = this.pod();
    this.nominated.push(pod);
    return { step: 'nominate', pod, node: this.chance(0.9) ? this.someNode() : 'nowhere' };
  }

  private namespace(): CoreStep {
    return {
      step: 'namespace',
      name: this.pick(NAMESPACES.slice(0, 3)),
      labels: { team: this.pick(['shop', 'a', 'b']) },
    };
  }

  private selector(): CoreStep {
    const source = {
      kind: this.pick(['Service', 'Service', 'ReplicaSet', 'StatefulSet'] as const),
      namespace: this.pick(NAMESPACES),
      name: this.pick(APPS),
      selector: this.chance(0.8) ? { matchLabels: { app: this.pick(APPS) } } : undefined,
    };
    return { step: 'selector', source };
  }

  private fitsWithout(): CoreStep {
    const node = this.someNode();
    const there = [...this.placed.values()].filter((one) => one.node === node).map(({ pod }) => pod);
    return { step: 'fits-without', pod: this.pod(), node, gone: this.some(there, 0.5) };
  }

  private someVolumes(): VolumeObjects {
    const claim = (name: string): PersistentVolumeClaim => ({
      kind: 'PersistentVolumeClaim',
      id: 0,
      metadata: this.meta(name, 'default', {}),
      spec: {
        accessModes: [this.pick(['ReadWriteOnce', 'ReadWriteOncePod'])],
        requests: {},
        ...(this.chance(0.7) && { volumeName: this.pick(CLAIMS) }),
      },
    });
    const volume = (name: string): PersistentVolume => {
      const inZones = { key: ZONE, operator: 'In' as const, values: ['a', 'b'] };
      return {
        kind: 'PersistentVolume',
        id: 0,
        metadata: this.meta(name, '', this.chance(0.4) ? { [ZONE]: this.pick(['a', 'a__c']) } : {}),
        spec: {
          capacity: {},
          ...(this.chance(0.5) && { nodeAffinity: [{ matchExpressions: [inZones], matchFields: [] }] }),
        },
      };
    };
    const claims = new Map(CLAIMS.map((name) => [name, claim(name)]));
    const volumes = new Map(CLAIMS.map((name) => [name, volume(name)]));
    return { claim: (_, name) => claims.get(name), volume: (name) => volumes.get(name) };
  }

  private podLabels(): Labels {
    return { app: this.pick(APPS), ...(this.chance(0.3) && { tier: this.pick(['front', 'back']) }) };
  }

  private spec(): PodSpec {
    const requests: Record<string, string> = {};
    if (this.chance(0.8)) requests['cpu'] = this.pick(['100m', '500m', '1', '2500m']);
    if (this.chance(0.7)) requests['memory'] = this.pick(['128Mi', '512Mi', '1Gi', '3Gi']);
    if (this.chance(0.1)) requests['ephemeral-storage'] = '10Gi';
    if (this.chance(0.1)) requests['example.com/gpu'] = '1';
    const needsAffinity = this.chance(0.45);
    return {
      schedulerName: 'default-scheduler',
      priority: this.chance(0.2) ? 1 : 0,
      preemptionPolicy: this.chance(0.9) ? 'PreemptLowerPriority' : 'Never',
      nodeSelector: this.chance(0.1) ? { disk: 'ssd' } : {},
      ...(this.chance(0.3) && { nodeAffinity: this.nodeAffinity() }),
      ...(needsAffinity && this.chance(0.5) && { podAffinity: this.podAffinity() }),
      ...(needsAffinity && this.chance(0.7) && { podAntiAffinity: this.podAffinity() }),
      tolerations: this.chance(0.3)
        ? [
            {
              key: this.pick(['flaky', 'spot', '']),
              operator: 'Exists',
              value: '',
              effect: this.pick(['', 'NoSchedule', 'PreferNoSchedule'] as const),
            },
          ]
        : [],
      topologySpreadConstraints: this.chance(0.35) ? this.some([0, 1, 2], 0.6).map(() => this.constraint()) : [],
      schedulingGates: [],
      overhead: {},
      containers: [this.container(requests), ...(this.chance(0.2) ? [this.container({ cpu: '50m' })] : [])],
      initContainers: [],
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      volumes: this.chance(0.1) ? [{ name: 'data', persistentVolumeClaim: this.pick([...CLAIMS, 'nobody']) }] : [],
      hostNetwork: false,
    };
  }

  private container(requests: ResourceList): PodSpec['containers'][number] {
    return {
      name: 'main',
      image: this.pick(IMAGES),
      imagePullPolicy: 'IfNotPresent',
      resources: { requests, limits: {} },
      ports: this.chance(0.12)
        ? [{ containerPort: 80, hostPort: this.pick([80, 443]), protocol: this.pick(['TCP', 'UDP'] as const) }]
        : [],
    };
  }

  private nodeAffinity(): NonNullable<PodSpec['nodeAffinity']> {
    const expression = { key: 'gen', operator: this.pick(['In', 'NotIn', 'Gt'] as const), values: ['3'] };
    const byName = { key: 'metadata.name', operator: 'In' as const, values: ['n1', 'n3', 'n4', 'n0'] };
    const contradiction = { ...byName, values: ['n2'] };
    const fields = this.chance(0.2) ? (this.chance(0.2) ? [byName, contradiction] : [byName]) : [];
    const term = { matchExpressions: fields.length > 0 && this.chance(0.7) ? [] : [expression], matchFields: fields };
    return {
      ...(this.chance(0.5) && { required: [term] }),
      preferred: this.chance(0.6)
        ? [
            { weight: 10, preference: { matchExpressions: [expression], matchFields: [] } },
            {
              weight: this.pick([1, 50]),
              preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }], matchFields: [] },
            },
          ]
        : [],
    };
  }

  private podAffinity(): PodAffinity {
    return {
      required: this.chance(0.4) ? this.some([0, 1], 0.7).map(() => this.term()) : [],
      preferred: this.some([0, 1], 0.6).map(() => ({ weight: this.pick([1, 30, 100]), term: this.term() })),
    };
  }

  private labelSelector(): LabelSelector {
    if (this.chance(0.1)) return {};
    if (this.chance(0.3)) return { matchExpressions: [{ key: 'app', operator: 'In', values: this.some(APPS, 0.6) }] };
    return { matchLabels: { app: this.pick(APPS) } };
  }

  private term(): PodAffinityTerm {
    const selector = this.random.below(4);
    return {
      ...(this.chance(0.95) && { labelSelector: this.labelSelector() }),
      topologyKey: this.pick([HOST, ZONE, 'disk']),
      namespaces: this.chance(0.3) ? this.some(NAMESPACES, 0.5) : [],
      ...(selector === 0 && { namespaceSelector: {} }),
      ...(selector === 1 && { namespaceSelector: { matchLabels: { team: 'a' } } }),
      ...(selector === 2 &&
        this.chance(0.3) && {
          namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'DoesNotExist', values: [] }] },
        }),
    };
  }

  private constraint(): TopologySpreadConstraint {
    const keys = this.chance(0.2) ? ['tier'] : [];
    return {
      maxSkew: this.pick([1, 1, 2, 5]),
      topologyKey: this.pick([HOST, ZONE, 'disk']),
      whenUnsatisfiable: this.pick(['DoNotSchedule', 'ScheduleAnyway']),
      ...(this.chance(0.95) && { labelSelector: this.labelSelector() }),
      ...(this.chance(0.2) && { minDomains: this.pick([1, 2, 4]) }),
      nodeAffinityPolicy: this.pick(['Honor', 'Honor', 'Ignore']),
      nodeTaintsPolicy: this.pick(['Ignore', 'Ignore', 'Honor']),
      matchLabelKeys: keys,
    };
  }
}

/** A profile of some kind, from the default one to odd ones. */
export function randomProfile(seed: number): SchedulerProfile {
  const random = stream(seed, 'profile');
  const pick = <T>(list: readonly T[]): T => list[random.below(list.length)];
  const chance = (share: number): boolean => random.next() < share;
  const base: SchedulerProfile = { ...DEFAULT_PROFILE, percentageOfNodesToScore: pick([0, 0, 0, 10, 60, 100]) };
  if (chance(0.5)) return base;
  const isOdd = chance(0.3);
  const filters = isOdd
    ? [...DEFAULT_FILTERS]
        .map((name): [number, string] => [random.next(), name])
        .sort(([a], [b]) => a - b)
        .map(([, name]) => name)
    : DEFAULT_FILTERS;
  return {
    ...base,
    filters: filters.filter(() => chance(isOdd ? 0.8 : 1)),
    scores: chance(0.05)
      ? []
      : DEFAULT_SCORES.filter(() => chance(0.8)).map(({ plugin }) => ({ plugin, weight: 1 + random.below(5) })),
    fit: pick([
      base.fit,
      { ...base.fit, type: 'MostAllocated' as const },
      {
        type: 'RequestedToCapacityRatio' as const,
        resources: [...base.fit.resources, { name: 'example.com/gpu', weight: 3 }],
        shape: [
          { utilization: 0, score: 0 },
          { utilization: 70, score: 10 },
          { utilization: 100, score: 3 },
        ],
      },
      {
        ...base.fit,
        resources: [
          { name: 'memory', weight: 2 },
          { name: 'ephemeral-storage', weight: 1 },
        ],
      },
    ]),
    balancedResources: pick([['cpu', 'memory'], ['cpu', 'memory', 'example.com/gpu'], ['cpu']]),
    hardPodAffinityWeight: pick([0, 1, 20]),
    ignorePreferredTermsOfExistingPods: chance(0.3),
    defaultConstraints: pick([
      'System' as const,
      [],
      [
        {
          maxSkew: 2,
          topologyKey: ZONE,
          whenUnsatisfiable: pick(['DoNotSchedule', 'ScheduleAnyway'] as const),
          nodeAffinityPolicy: 'Honor' as const,
          nodeTaintsPolicy: 'Ignore' as const,
          matchLabelKeys: [],
        },
      ],
    ]),
    ...(chance(0.2) && {
      addedAffinity: {
        required: [{ matchExpressions: [{ key: 'disk', operator: 'Exists', values: [] }], matchFields: [] }],
        preferred: [
          {
            weight: 20,
            preference: { matchExpressions: [{ key: 'gen', operator: 'In', values: ['7'] }], matchFields: [] },
          },
        ],
      },
    }),
    ...(chance(0.2) && { ignoredResources: ['example.com/gpu'] }),
    preemption: chance(0.8),
    dynamicResources: chance(0.8),
    version: pick(['1.34', '1.35', '1.36']),
  };
}
