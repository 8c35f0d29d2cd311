import { isRefusal, type NewObject } from '../../api/api-server.ts';
import { aboutOf } from '../../api/about-of.ts';
import type { ControlPlane } from '../../api/control-plane.ts';
import type { Kind } from '../../objects/kinds.ts';
import type { KubernetesObject, Labels, OwnerReference } from '../../objects/meta.ts';
import { newPodStatus } from '../../objects/new-statuses.ts';
import type { Pod, PodSpec, PodTemplate } from '../../objects/pod.ts';
import { ClientRate, type ClientLimits } from './client-rate.ts';

/** A batch of creations is answered after so long, and the next one starts. [model] */
export const CALL_US = 1_000;
/** A drawn name that is taken is drawn again so often (`RetryGenerateName`). */
const NAME_ATTEMPTS = 8;

/** What one look at an owner found to be done to its pods. */
export interface PodWork {
  /** How many to create. */
  readonly create: number;
  /** The pod that is the `index`th of them; asked again when its name is taken. */
  readonly make: (index: number) => NewObject<Pod>;
  /** Deleted after that, all at once. */
  readonly victims: readonly Pod[];
  /** Told when all is done; `refused`: not everything was let in. May be called before `start` returns. */
  readonly done: (refused: boolean) => void;
}

interface WorkInFlight extends PodWork {
  readonly owner: KubernetesObject;
  created: number;
  batch: number;
  batchEnd: number;
  deleted: number;
  refused: boolean;
  /** A call has its token and was waiting for its time. */
  reserved: boolean;
}

/**
 * Creates and deletes the pods of one controller's objects: creations in batches of 1, 2, 4, 8, … (`slowStartBatch`),
 * so that a refusal is met by few of them, deletions all at once, and no call before the client may make it. While work
 * for an owner is in flight, its controller must leave its pods alone: that is what expectations are for upstream.
 */
export class PodControl {
  private readonly plane: ControlPlane;
  private readonly component: string;
  private readonly rate: ClientRate;
  private readonly kind: number;
  private readonly work = new Map<number, WorkInFlight>();

  constructor(plane: ControlPlane, component: string, limits: ClientLimits) {
    this.plane = plane;
    this.component = component;
    this.rate = new ClientRate(limits);
    this.kind = plane.clock.apiKind((ownerId) => this.goOn(ownerId));
  }

  /** Whether work for this owner is in flight. */
  busy(ownerId: number): boolean {
    return this.work.has(ownerId);
  }

  start(owner: KubernetesObject, work: PodWork): void {
    this.work.set(owner.id, {
      ...work,
      owner,
      created: 0,
      batch: 1,
      batchEnd: Math.min(1, work.create),
      deleted: 0,
      refused: false,
      reserved: false,
    });
    this.goOn(owner.id);
  }

  private goOn(ownerId: number): void {
    const work = this.work.get(ownerId)!;
    // Nothing more for an owner that is gone.
    const there = this.plane.api.store(work.owner.kind as Kind).get(ownerId) !== undefined;
    const create = there ? work.create : work.created;
    while (work.created < create && !(work.refused && work.created === work.batchEnd)) {
      if (work.created === work.batchEnd) {
        work.batch *= 2;
        work.batchEnd = Math.min(create, work.created + work.batch);
        this.plane.clock.after(CALL_US, this.kind, ownerId);
        return;
      }
      if (!this.mayCall(work)) return;
      if (!this.createOne(work, work.created++)) work.refused = true;
    }
    for (; work.deleted < work.victims.length; work.deleted++) {
      if (!this.mayCall(work)) return;
      this.deleteOne(work.owner, work.victims[work.deleted]);
    }
    this.work.delete(ownerId);
    work.done(work.refused);
  }

  /** Whether the client may make its next call now; if not, work goes on when it may. */
  private mayCall(work: WorkInFlight): boolean {
    if (!work.reserved) {
      const waitUs = this.rate.reserveUs(this.plane.clock.nowUs);
      if (waitUs > 0) {
        work.reserved = true;
        this.plane.clock.after(waitUs, this.kind, work.owner.id);
        return false;
      }
    }
    work.reserved = false;
    return true;
  }

  private createOne(work: WorkInFlight, index: number): boolean {
    const { api, chronicle } = this.plane;
    for (let attempt = 1; ; attempt++) {
      const pod = work.make(index);
      const { namespace, name } = pod.metadata;
      if (api.pods.named(namespace, name) !== undefined && attempt < NAME_ATTEMPTS) continue;
      const made = api.create('Pod', pod);
      if (isRefusal(made)) {
        const text = `Error creating: ${made.refused}`;
        chronicle.event(this.component, 'Warning', 'FailedCreate', aboutOf(work.owner), text);
        return false;
      }
      chronicle.event(this.component, 'Normal', 'SuccessfulCreate', aboutOf(work.owner), `Created pod: ${name}`);
      return true;
    }
  }

  private deleteOne(owner: KubernetesObject, victim: Pod): void {
    const { api, chronicle } = this.plane;
    const pod = api.pods.get(victim.id);
    if (pod === undefined || pod.metadata.deletionUs !== undefined) return;
    const text = `Deleted pod: ${pod.metadata.name}`;
    chronicle.event(this.component, 'Normal', 'SuccessfulDelete', aboutOf(owner), text);
    api.deletePod(pod.id);
  }
}

/** A pod as its controller makes it of a template. */
export function podFromTemplate(
  template: PodTemplate,
  owner: OwnerReference,
  fields: {
    readonly namespace: string;
    readonly name: string;
    readonly nowUs: number;
    readonly labels?: Labels;
    readonly annotations?: Labels;
    readonly spec?: PodSpec;
    readonly finalizers?: readonly string[];
  },
): NewObject<Pod> {
  const { namespace, name, nowUs, labels, annotations, spec, finalizers } = fields;
  return {
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: labels ?? template.metadata.labels,
      annotations: annotations ?? template.metadata.annotations,
      ownerReferences: [owner],
      ...(finalizers !== undefined && { finalizers }),
    },
    spec: spec ?? template.spec,
    status: newPodStatus(nowUs),
  };
}
