import type { ObjectStore, Watcher } from '../../api/object-store.ts';
import type { KubernetesObject } from '../../objects/meta.ts';

/** Watches a store, told first of what is in it already. */
export function watchAll<T extends KubernetesObject>(store: ObjectStore<T>, watcher: Watcher<T>): void {
  for (const object of store.all()) watcher(object, undefined);
  store.watch(watcher);
}
