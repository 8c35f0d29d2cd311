import { controllerOf, type ApiServer } from '../../api/api-server.ts';
import type { ObjectStore } from '../../api/object-store.ts';
import type { Kind, Kinds } from '../../objects/kinds.ts';
import type { KubernetesObject } from '../../objects/meta.ts';
import { watchAll } from './watch-all.ts';

/** Objects of one kind by who controls them. (Pods: `ApiServer.podsOf`.) */
export class Children<K extends Kind> {
  private readonly api: ApiServer;
  private readonly kind: K;
  private readonly byOwner = new Map<string, Set<number>>();
  private readonly orphanIds = new Set<number>();

  constructor(api: ApiServer, kind: K) {
    this.api = api;
    this.kind = kind;
    watchAll(api.store(kind), (object, before) => {
      if (object?.metadata.ownerReferences === before?.metadata.ownerReferences) return;
      if (before !== undefined) this.note(before, false);
      if (object !== undefined) this.note(object, true);
    });
  }

  /** Those that the object with this uid controls, in order of creation (or adoption). */
  of(uid: string): Kinds[K][] {
    return this.objects(this.byOwner.get(uid));
  }

  /** Those without a controller. */
  orphans(): Kinds[K][] {
    return this.objects(this.orphanIds);
  }

  private objects(ids: ReadonlySet<number> | undefined): Kinds[K][] {
    return ids === undefined ? [] : Array.from(ids, (id) => this.api.store(this.kind).get(id)!);
  }

  private note(object: KubernetesObject, present: boolean): void {
    const owner = controllerOf(object);
    if (owner === undefined) {
      if (present) this.orphanIds.add(object.id);
      else this.orphanIds.delete(object.id);
      return;
    }
    let ids = this.byOwner.get(owner.uid);
    if (ids === undefined) this.byOwner.set(owner.uid, (ids = new Set()));
    if (present) ids.add(object.id);
    else ids.delete(object.id);
    if (ids.size === 0) this.byOwner.delete(owner.uid);
  }
}

/** Numbers of the objects of a kind by their uid. */
export class NumberByUid {
  private readonly ids = new Map<string, number>();

  constructor(api: ApiServer, kind: Kind) {
    watchAll(api.store(kind) as ObjectStore<KubernetesObject>, (object, before) => {
      if (object === undefined) this.ids.delete(before!.metadata.uid);
      else if (before === undefined) this.ids.set(object.metadata.uid, object.id);
    });
  }

  /** undefined: there is no such object (any more). */
  of(uid: string): number | undefined {
    return this.ids.get(uid);
  }
}
