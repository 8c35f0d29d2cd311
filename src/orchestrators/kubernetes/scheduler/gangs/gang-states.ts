import type { Pod } from '../../objects/pod.ts';

/** Pods of one group: those that exist and have not ended, and which of them have a node or are about to get one. */
export interface GangState {
  readonly pods: ReadonlyMap<number, Pod>;
  readonly placed: ReadonlySet<number>;
}

/** Members of all pod groups, by namespace and name of the group; groups need not exist as objects. */
export class GangStates {
  private readonly groups = new Map<string, { pods: Map<number, Pod>; placed: Set<number> }>();

  of(namespace: string, name: string): GangState {
    return this.groups.get(`${namespace}/${name}`) ?? { pods: new Map(), placed: new Set() };
  }

  /** Another state of a pod; undefined: it is gone or has ended. */
  note(before: Pod, after: Pod | undefined): void {
    const name = before.spec.podGroupName;
    if (name === undefined) return;
    const key = `${before.metadata.namespace}/${name}`;
    let group = this.groups.get(key);
    if (after !== undefined) {
      if (group === undefined) this.groups.set(key, (group = { pods: new Map(), placed: new Set() }));
      group.pods.set(after.id, after);
    } else if (group !== undefined) {
      group.pods.delete(before.id);
      group.placed.delete(before.id);
      if (group.pods.size === 0) this.groups.delete(key);
    }
  }

  /** Whether a member has a node, or is about to get one. */
  setPlaced(pod: Pod, isPlaced: boolean): void {
    const name = pod.spec.podGroupName;
    if (name === undefined) return;
    const placed = this.groups.get(`${pod.metadata.namespace}/${name}`)?.placed;
    if (isPlaced) placed?.add(pod.id);
    else placed?.delete(pod.id);
  }
}
