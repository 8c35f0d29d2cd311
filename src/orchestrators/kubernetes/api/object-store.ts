import type { KubernetesObject } from '../objects/meta.ts';

/** Told of a change: `object` is new (no `before`), changed (both), or gone (no `object`). */
export type Watcher<T> = (object: T | undefined, before: T | undefined) => void;

/** The objects of one kind, in order of creation, and who wants to hear of changes. Watchers are told at once, in the order in which they asked. */
export class ObjectStore<T extends KubernetesObject> {
  private readonly byId = new Map<number, T>();
  private readonly byName = new Map<string, number>();
  private readonly watchers: Watcher<T>[] = [];

  get size(): number {
    return this.byId.size;
  }

  /** All of them, in order of creation. */
  all(): IterableIterator<T> {
    return this.byId.values();
  }

  get(id: number): T | undefined {
    return this.byId.get(id);
  }

  named(namespace: string, name: string): T | undefined {
    const id = this.byName.get(nameKey(namespace, name));
    return id === undefined ? undefined : this.byId.get(id);
  }

  watch(watcher: Watcher<T>): void {
    this.watchers.push(watcher);
  }

  add(object: T): void {
    this.byId.set(object.id, object);
    this.byName.set(nameKey(object.metadata.namespace, object.metadata.name), object.id);
    for (const watcher of this.watchers) watcher(object, undefined);
  }

  /** Puts a new state of an object in the place of the one with its number; its name stays. */
  replace(object: T): void {
    const before = this.byId.get(object.id);
    if (before === undefined || before === object) return;
    this.byId.set(object.id, object);
    for (const watcher of this.watchers) watcher(object, before);
  }

  remove(id: number): void {
    const before = this.byId.get(id);
    if (before === undefined) return;
    this.byId.delete(id);
    this.byName.delete(nameKey(before.metadata.namespace, before.metadata.name));
    for (const watcher of this.watchers) watcher(undefined, before);
  }
}

export function nameKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}
