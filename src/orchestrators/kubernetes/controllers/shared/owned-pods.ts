import { controllerOf, ownerReference, type ApiServer } from '../../api/api-server.ts';
import type { KubernetesObject, LabelSelector } from '../../objects/meta.ts';
import type { Pod } from '../../objects/pod.ts';
import { matchesSelector } from '../../objects/label-selector.ts';
import { NumberByUid } from './children.ts';
import { matters } from './pod-state.ts';
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

  /** `changed` is told of the object whose pods changed. */
  constructor(api: ApiServer, kind: PodOwnerKind, changed: (ownerId: number, pod: Pod, gone: boolean) => void) {
    this.api = api;
    this.owners = new NumberByUid(api, kind);
    watchAll(api.pods, (pod, before) => {
      if (!matters(pod, before)) return;
      if (before !== undefined && controllerOf(before) === undefined) this.noteOrphan(before, false);
      const owner = pod === undefined ? controllerOf(before!) : controllerOf(pod);
      if (owner !== undefined) {
        const id = owner.kind === kind ? this.owners.of(owner.uid) : undefined;
        if (id !== undefined) changed(id, pod ?? before!, pod === undefined);
      } else if (pod !== undefined) {
        this.noteOrphan(pod, true);
        if (this.adoptable(pod))
          for (const candidate of api.store(kind).all()) if (wants(candidate, pod)) changed(candidate.id, pod, false);
      }
    });
  }

  /** Pods of the object after adopting and letting go, in order of creation, whatever state they are in. */
  claim(owner: PodOwner, apiVersion: string): Pod[] {
    const kept: Pod[] = [];
    for (const pod of this.api.podsOf(owner.metadata.uid)) {
      if (pod.metadata.deletionUs !== undefined || matchesSelector(owner.spec.selector, pod.metadata.labels))
        kept.push(pod);
      else this.setOwners(pod, undefined);
    }
    const { namespace, deletionUs } = owner.metadata;
    const orphans = this.orphans.get(namespace);
    if (orphans === undefined || orphans.size === 0 || deletionUs !== undefined) return kept;
    for (const id of orphans) {
      const pod = this.api.pods.get(id)!;
      if (!this.adoptable(pod) || !wants(owner, pod)) continue;
      const reference = ownerReference(owner, apiVersion);
      kept.push(this.setOwners(pod, [...pod.metadata.ownerReferences, reference]));
    }
    return kept;
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
