import { controllerOf, ownerReference, type ApiServer } from '../../api/api-server.ts';
import type { KubernetesObject, LabelSelector } from '../../objects/meta.ts';
import type { Pod } from '../../objects/pod.ts';
import { matchesSelector } from '../../objects/label-selector.ts';
import { NumberByUid } from './children.ts';
import { matters } from './pod-change.ts';
import { watchAll } from './watch-all.ts';

/** A kind of object that controls pods by a selector. */
export type PodOwner = KubernetesObject & { readonly spec: { readonly selector: LabelSelector } };
export type PodOwnerKind = 'ReplicaSet' | 'StatefulSet' | 'DaemonSet';

/**
 * Which pods belong to which object of a kind, and who is to be looked at when a pod changes
 * (`pkg/controller/controller_ref_manager.go`): pods without a controller that the selector matches are adopted, owned
 * ones that it no longer matches are let go.
 */
export class OwnedPods {
  private readonly api: ApiServer;
  private readonly owners: NumberByUid;
  private readonly orphans = new Map<string, Set<number>>();
  /** Owners that orphans wait for, or that own pods which they do not select. */
  private readonly unsettled = new Set<number>();
  /** The selector with which each owner has looked at all orphans. */
  private readonly looked = new Map<number, LabelSelector>();

  /** `changed` is told of the object whose pods changed, and how. */
  constructor(
    api: ApiServer,
    kind: PodOwnerKind,
    changed: (ownerId: number, pod: Pod | undefined, before: Pod | undefined) => void,
  ) {
    this.api = api;
    this.owners = new NumberByUid(api, kind);
    watchAll(api.pods, (pod, before) => {
      if (!matters(pod, before)) return;
      const wasOrphan = before !== undefined && controllerOf(before) === undefined;
      const owner = controllerOf((pod ?? before)!);
      if (owner !== undefined) {
        if (wasOrphan) this.noteOrphan(before, false);
        const id = owner.kind === kind ? this.owners.of(owner.uid) : undefined;
        if (id === undefined) return;
        if (
          pod !== undefined &&
          pod.metadata.labels !== before?.metadata.labels &&
          !wants(api.store(kind).get(id)!, pod)
        )
          this.unsettled.add(id);
        changed(id, pod, before);
      } else if (pod === undefined) this.noteOrphan(before!, false);
      else if (!wasOrphan || pod.metadata.labels !== before.metadata.labels) {
        this.noteOrphan(pod, true);
        for (const candidate of api.store(kind).all()) {
          if (!this.adoptable(pod) || !wants(candidate, pod)) continue;
          this.unsettled.add(candidate.id);
          changed(candidate.id, pod, before);
        }
      }
    });
    api.store(kind).watch((object, before) => {
      if (object !== undefined) return;
      this.looked.delete(before!.id);
      this.unsettled.delete(before!.id);
    });
  }

  /** Pods of the object after adopting and letting go, in order of creation, whatever state they are in. */
  claim(owner: PodOwner, apiVersion: string): Pod[] {
    this.settle(owner, apiVersion);
    return this.api.podsOf(owner.metadata.uid);
  }

  /** Adopts and lets go; does nothing unless something about labels has changed. */
  settle(owner: PodOwner, apiVersion: string): void {
    const { selector } = owner.spec;
    const { uid, namespace, deletionUs } = owner.metadata;
    const unsettled = this.unsettled.delete(owner.id);
    if (!unsettled && this.looked.get(owner.id) === selector) return;
    this.looked.set(owner.id, selector);
    for (const pod of this.api.podsOf(uid))
      if (pod.metadata.deletionUs === undefined && !matchesSelector(selector, pod.metadata.labels))
        this.setOwners(pod, undefined);
    if (deletionUs !== undefined) return;
    for (const id of this.orphans.get(namespace) ?? []) {
      const pod = this.api.pods.get(id)!;
      if (!this.adoptable(pod) || !wants(owner, pod)) continue;
      this.setOwners(pod, [...pod.metadata.ownerReferences, ownerReference(owner, apiVersion)]);
    }
  }

  private adoptable(pod: Pod): boolean {
    return pod.metadata.deletionUs === undefined;
  }

  private setOwners(pod: Pod, ownerReferences: Pod['metadata']['ownerReferences'] | undefined): Pod {
    const references = ownerReferences ?? pod.metadata.ownerReferences.filter(({ controller }) => !controller);
    return this.api.update('Pod', pod.id, { metadata: { ...pod.metadata, ownerReferences: references } })!;
  }

  private noteOrphan(pod: Pod, present: boolean): void {
    const { namespace } = pod.metadata;
    let ids = this.orphans.get(namespace);
    if (ids === undefined) this.orphans.set(namespace, (ids = new Set()));
    if (present) ids.add(pod.id);
    else ids.delete(pod.id);
  }
}

function wants(owner: PodOwner, pod: Pod): boolean {
  return (
    owner.metadata.namespace === pod.metadata.namespace && matchesSelector(owner.spec.selector, pod.metadata.labels)
  );
}
