import { controllerOf, type ApiServer } from '../../api/api-server.ts';
import { isActive } from '../../objects/pod-state.ts';
import type { Pod } from '../../objects/pod.ts';
import { matters } from './pod-change.ts';
import { watchAll } from './watch-all.ts';

/** How many pods an owner has. */
export interface PodCount {
  /** Neither ended nor going. */
  readonly active: number;
  /** Of those, ready. */
  readonly ready: number;
  /** Of those, by the node that they are on. */
  readonly byNode: ReadonlyMap<string, number>;
}

interface Count {
  active: number;
  ready: number;
  readonly byNode: Map<string, number>;
}

const NONE: PodCount = { active: 0, ready: 0, byNode: new Map() };

/** Counts of the pods of each object of a kind, kept up to date, so that nobody has to go through them after each change. */
export class PodCounts {
  private readonly byOwner = new Map<string, Count>();
  private readonly kind: string;

  constructor(api: ApiServer, kind: 'ReplicaSet') {
    this.kind = kind;
    watchAll(api.pods, (pod, before) => {
      if (!matters(pod, before) && pod!.spec.nodeName === before!.spec.nodeName) return;
      if (before !== undefined) this.count(before, -1);
      if (pod !== undefined) this.count(pod, 1);
    });
  }

  /** By the owner's uid. */
  of(uid: string): PodCount {
    return this.byOwner.get(uid) ?? NONE;
  }

  private count(pod: Pod, by: number): void {
    const owner = controllerOf(pod);
    if (owner?.kind !== this.kind || !isActive(pod)) return;
    let count = this.byOwner.get(owner.uid);
    if (count === undefined) this.byOwner.set(owner.uid, (count = { active: 0, ready: 0, byNode: new Map() }));
    count.active += by;
    if (pod.status.ready) count.ready += by;
    const { nodeName } = pod.spec;
    if (nodeName !== undefined) {
      const there = (count.byNode.get(nodeName) ?? 0) + by;
      if (there === 0) count.byNode.delete(nodeName);
      else count.byNode.set(nodeName, there);
    }
    if (count.active === 0) this.byOwner.delete(owner.uid);
  }
}
