import { InputError } from '../../../sim/input-error.ts';
import type { KubernetesObject, ObjectMeta, OwnerReference } from '../objects/meta.ts';
import type { Kind, Kinds } from '../objects/kinds.ts';
import { KINDS } from '../objects/kinds.ts';
import { hasEnded } from '../objects/pod-state.ts';
import type { Pod, PodSpec, PodStatus } from '../objects/pod.ts';
import { Clock } from '../../clock.ts';
import { ObjectStore } from './object-store.ts';

/** An object that is not in the store yet: number, uid, time and generation are given there. */
export type NewObject<T extends KubernetesObject> = T extends KubernetesObject
  ? Omit<T, 'id' | 'metadata'> & { readonly metadata: NewMeta }
  : never;

type NewMeta = Pick<ObjectMeta, 'name' | 'namespace'> & Partial<ObjectMeta>;

/** Why an object was not let in: quota, limit range, a name that is taken. */
export interface Refusal {
  readonly refused: string;
}

/** Looks at a pod before it is let in, and may change it; a text refuses it. */
export type Admission = (pod: Pod) => Pod | string;

/** Pods that may be there at once: more than any cluster has, and what they are remembered by fits in memory (3 KB each). */
const MOST_PODS = 500_000;

/**
 * The state of the cluster and the verbs that change it. Everyone acts through it and watches it; nobody keeps a copy
 * that could differ. It is always up to date: what delays knowledge is the controllers' own (see `api/work-queue.ts`).
 */
export class ApiServer {
  readonly clock: Clock;
  /** Asked in this order when a pod is created. */
  readonly admissions: Admission[] = [];
  /** Asked last, after what others have added to `admissions` since: quotas. */
  readonly lastAdmissions: Admission[] = [];
  /** How many pods were ever created. */
  podsCreated = 0;
  private readonly stores: { [K in Kind]: ObjectStore<Kinds[K]> };
  private nextId = 1;
  private readonly ownedBy = new Map<string, Set<number>>();

  constructor(clock: Clock = new Clock()) {
    this.clock = clock;
    const stores: Partial<Record<Kind, unknown>> = {};
    for (const kind of KINDS) stores[kind] = new ObjectStore();
    this.stores = stores as typeof this.stores;
    this.pods.watch((pod, before) => this.noteOwner(pod, before));
  }

  get nowUs(): number {
    return this.clock.nowUs;
  }

  store<K extends Kind>(kind: K): ObjectStore<Kinds[K]> {
    return this.stores[kind];
  }

  get pods(): ObjectStore<Pod> {
    return this.stores.Pod;
  }

  get nodes(): ObjectStore<Kinds['Node']> {
    return this.stores.Node;
  }

  /** Pods whose controller has this uid, in order of creation. */
  podsOf(uid: string): Pod[] {
    const ids = this.ownedBy.get(uid);
    return ids === undefined ? [] : Array.from(ids, (id) => this.pods.get(id)!);
  }

  /** Creates an object; a name that is taken or what admission says refuses it. */
  create<K extends Kind>(kind: K, object: NewObject<Kinds[K]>): Kinds[K] | Refusal {
    const { metadata } = object as { readonly metadata: NewMeta };
    if (this.stores[kind].named(metadata.namespace, metadata.name) !== undefined)
      return { refused: `${kind} "${metadata.name}" already exists in namespace "${metadata.namespace}"` };
    const id = this.nextId++;
    let made = {
      ...object,
      id,
      metadata: {
        labels: {},
        annotations: {},
        ownerReferences: [],
        creationUs: this.nowUs,
        generation: 1,
        ...metadata,
        uid: metadata.uid === undefined || metadata.uid === '' ? uidOf(id) : metadata.uid,
      },
    } as unknown as Kinds[K];
    if (kind === 'Pod') {
      for (const admissions of [this.admissions, this.lastAdmissions])
        for (const admit of admissions) {
          const answer = admit(made as Pod);
          if (typeof answer === 'string') return { refused: answer };
          made = answer as Kinds[K];
        }
      if (this.pods.size >= MOST_PODS)
        throw new InputError(
          `there are ${MOST_PODS} pods at once, which no Kubernetes cluster holds (it is tested with 150000); ask for fewer replicas`,
        );
      this.podsCreated++;
    }
    (this.stores[kind] as ObjectStore<KubernetesObject>).add(made);
    return made;
  }

  /** Puts changed fields into an object; the others stay, and so does its number. Returns the new state. */
  update<K extends Kind>(kind: K, id: number, fields: Partial<Omit<Kinds[K], 'id' | 'kind'>>): Kinds[K] | undefined {
    const before = this.stores[kind].get(id);
    if (before === undefined) return undefined;
    const after = { ...before, ...fields };
    (this.stores[kind] as ObjectStore<KubernetesObject>).replace(after);
    return after;
  }

  /** Changes part of an object's status, if it has one. */
  setStatus(kind: Kind, id: number, fields: object): void {
    const before = this.stores[kind].get(id);
    if (before === undefined || !('status' in before)) return;
    this.update(kind, id, { status: { ...before.status, ...fields } } as never);
  }

  setPodStatus(id: number, fields: Partial<PodStatus>): void {
    this.setStatus('Pod', id, fields);
  }

  /** Changes a pod's spec (a resize, a gate that is lifted). */
  setPodSpec(id: number, fields: Partial<PodSpec>): void {
    const pod = this.pods.get(id);
    if (pod !== undefined) this.pods.replace({ ...pod, spec: { ...pod.spec, ...fields } });
  }

  /** The scheduler's decision: the pod is its node's from now on. */
  bind(id: number, nodeName: string): void {
    const pod = this.pods.get(id);
    if (pod === undefined) return;
    const { unschedulable: _, nominatedNodeName: __, ...status } = pod.status;
    this.pods.replace({
      ...pod,
      spec: { ...pod.spec, nodeName },
      status: { ...status, scheduledUs: this.nowUs },
    });
  }

  /**
   * Tells a pod to go. One that no node has yet, or has ended, or with 0 seconds of grace, is gone at once; else its
   * kubelet lets it end and then says `remove`. A second call can only shorten the grace.
   */
  deletePod(id: number, options: { graceSeconds?: number; disruptionTarget?: string; reason?: string } = {}): void {
    const pod = this.pods.get(id);
    if (pod === undefined) return;
    const seconds = options.graceSeconds ?? pod.spec.terminationGracePeriodSeconds;
    const ended = hasEnded(pod);
    if (pod.spec.nodeName === undefined || ended || seconds === 0) {
      this.remove('Pod', id);
      return;
    }
    const { deletionUs, deletionGracePeriodSeconds } = pod.metadata;
    if (deletionUs !== undefined && seconds >= deletionGracePeriodSeconds!) return;
    this.pods.replace({
      ...pod,
      metadata: { ...pod.metadata, deletionUs: deletionUs ?? this.nowUs, deletionGracePeriodSeconds: seconds },
      status: {
        ...pod.status,
        ...(options.disruptionTarget !== undefined && { disruptionTarget: options.disruptionTarget }),
        ...(options.reason !== undefined && { reason: options.reason }),
      },
    });
  }

  /** Takes an object out. What it owned is the garbage collector's business. */
  remove(kind: Kind, id: number): void {
    this.stores[kind].remove(id);
  }

  private noteOwner(pod: Pod | undefined, before: Pod | undefined): void {
    if (pod?.metadata.ownerReferences === before?.metadata.ownerReferences) return;
    const was = before === undefined ? undefined : controllerOf(before);
    const is = pod === undefined ? undefined : controllerOf(pod);
    if (was !== undefined) {
      const owned = this.ownedBy.get(was.uid);
      owned?.delete(before!.id);
      if (owned?.size === 0) this.ownedBy.delete(was.uid);
    }
    if (is === undefined) return;
    let owned = this.ownedBy.get(is.uid);
    if (owned === undefined) this.ownedBy.set(is.uid, (owned = new Set()));
    owned.add(pod!.id);
  }
}

/** Who manages the object. */
export function controllerOf(object: KubernetesObject): OwnerReference | undefined {
  return object.metadata.ownerReferences.find((one) => one.controller);
}

/** The reference that an object's children carry. */
export function ownerReference(owner: KubernetesObject, apiVersion: string): OwnerReference {
  const { name, uid } = owner.metadata;
  return { apiVersion, kind: owner.kind, name, uid, controller: true };
}

export function isRefusal(answer: object): answer is Refusal {
  return 'refused' in answer;
}

/**
 * A uid for an object's number: looks like those of Kubernetes and is spread over all values, since ties between pods
 * are settled by it (bits mixed as in MurmurHash3's finaliser).
 */
export function uidOf(id: number): string {
  const words = [1, 2, 3, 4].map((k) => {
    let h = Math.imul(id, 0x9e3779b1) ^ Math.imul(k, 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return ((h ^ (h >>> 16)) >>> 0).toString(16).padStart(8, '0');
  });
  const hex = words.join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
