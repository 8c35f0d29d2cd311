import type { ControlPlane } from '../api/control-plane.ts';
import { controllerOf } from '../api/api-server.ts';
import { uniqueNames } from '../../behaviour/described-traffic.ts';
import type { KubernetesSpec } from '../kubernetes-spec.ts';
import { matchesLabels } from '../objects/label-selector.ts';
import type { Labels } from '../objects/meta.ts';
import type { Pod } from '../objects/pod.ts';
import { WorkloadCounts, type Workload } from '../../recording/workload-counts.ts';
import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from '../objects/workloads.ts';

type Keeper = Deployment | ReplicaSet | StatefulSet | DaemonSet;
const KEEPERS = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet'] as const;
/** Workloads with numbers and lines of their own; further ones are counted with the pods of nobody. */
const MOST_WORKLOADS = 200;

/** Which workload each pod belongs to, and how many pods each asks for and has. */
export class Workloads extends WorkloadCounts {
  private readonly plane: Pick<ControlPlane, 'api' | 'clock'>;
  private readonly services: KubernetesSpec['services'];
  /** By number of the keeping object. */
  private readonly keepers = new Map<number, { readonly workload: Workload; desired: number; available: number }>();
  private readonly byOwner = new Map<string, Workload | undefined>();
  private readonly untold = new Set<string>();

  constructor(plane: Pick<ControlPlane, 'api' | 'clock'>, spec: KubernetesSpec) {
    super(plane.clock);
    this.plane = plane;
    this.services = spec.services;
    for (const name of uniqueNames(spec.services)) this.add(name);
    for (const kind of KEEPERS) {
      for (const object of plane.api.store(kind).all()) this.noteKeeper(object);
      plane.api.store(kind).watch((object, before) => {
        if (object === undefined) this.dropKeeper(before!);
        else this.noteKeeper(object);
      });
    }
  }

  /** The workload of a pod; undefined: it belongs to a job or to nobody. */
  of(pod: Pod): Workload | undefined {
    const owner = controllerOf(pod);
    const key = owner?.uid ?? `${pod.metadata.namespace} ${labelsKey(pod.metadata.labels)}`;
    if (this.byOwner.has(key)) return this.byOwner.get(key);
    const found = this.serviceOf(pod.metadata.namespace, pod.metadata.labels) ?? this.keeperOf(pod);
    // Of pods without an owner only those are remembered that there may be many of.
    this.byOwner.set(key, found);
    return found;
  }

  private noteKeeper(object: Keeper): void {
    let known = this.keepers.get(object.id);
    if (known === undefined) {
      // What a Deployment keeps counts for the Deployment.
      if (controllerOf(object) !== undefined) return;
      const { namespace, name } = object.metadata;
      const workload = this.serviceOf(namespace, object.spec.template.metadata.labels) ?? this.named(namespace, name);
      if (workload === undefined) return;
      this.keepers.set(object.id, (known = { workload, desired: 0, available: 0 }));
    }
    const desired = object.kind === 'DaemonSet' ? object.status.desiredNumberScheduled : object.spec.replicas;
    const available = object.kind === 'DaemonSet' ? object.status.numberAvailable : object.status.availableReplicas;
    this.count(known, desired, available);
  }

  private dropKeeper(object: Keeper): void {
    const known = this.keepers.get(object.id);
    if (known === undefined) return;
    this.count(known, 0, 0);
    this.keepers.delete(object.id);
  }

  private count(
    known: { readonly workload: Workload; desired: number; available: number },
    desired: number,
    available: number,
  ): void {
    const { workload } = known;
    this.changeDesired(workload, desired - known.desired);
    workload.available += available - known.available;
    known.desired = desired;
    known.available = available;
  }

  /** How many workloads are not told apart. */
  get others(): number {
    return this.untold.size;
  }

  private named(namespace: string, name: string): Workload | undefined {
    if (this.all.length >= MOST_WORKLOADS + this.services.length) {
      this.untold.add(`${namespace}/${name}`);
      return undefined;
    }
    const full = `${namespace}/${name}`;
    // A name that is taken (by a service that does not select these pods, or in another namespace) gets more before it.
    return this.add(!this.isKnown(name) ? name : full);
  }

  private serviceOf(namespace: string, labels: Labels): Workload | undefined {
    const at = this.services.findIndex((service) => {
      if (service.namespace !== namespace) return false;
      const selector = this.plane.api.store('Service').named(namespace, service.name)?.spec.selector;
      return selector !== undefined && matchesLabels(selector, labels);
    });
    return at < 0 ? undefined : this.all[at];
  }

  /** The workload of the pod's controller, or of that one's. */
  private keeperOf(pod: Pod): Workload | undefined {
    let owner = controllerOf(pod);
    for (let step = 0; step < 3 && owner !== undefined; step++) {
      const kind = KEEPERS.find((one) => one === owner?.kind);
      if (kind === undefined) return undefined;
      const object: Keeper | undefined = this.plane.api.store(kind).named(pod.metadata.namespace, owner.name);
      if (object === undefined) return undefined;
      const known = this.keepers.get(object.id);
      if (known !== undefined) return known.workload;
      owner = controllerOf(object);
    }
    return undefined;
  }
}

function labelsKey(labels: Labels): string {
  return Object.keys(labels)
    .sort()
    .map((key) => `${key}=${labels[key]}`)
    .join(',');
}
