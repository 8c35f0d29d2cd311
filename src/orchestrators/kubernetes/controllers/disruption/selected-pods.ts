import { controllerOf } from '../../api/api-server.ts';
import type { Pod } from '../../objects/pod.ts';

/** The pods that a budget selects, counted as they change: however many there are, a look costs little. */
export class SelectedPods {
  readonly ids = new Set<number>();
  /** Those that are ready and not going. */
  readonly healthy = new Set<number>();
  private readonly ownerOf = new Map<number, string>();
  private readonly byOwner = new Map<string, Set<number>>();

  /** A pod that is selected, as it is now. */
  put(pod: Pod): void {
    const { id, metadata, status } = pod;
    this.ids.add(id);
    if (status.ready && metadata.deletionUs === undefined) this.healthy.add(id);
    else this.healthy.delete(id);
    const owner = controllerOf(pod)?.uid ?? '';
    if (this.ownerOf.get(id) === owner) return;
    this.leave(id);
    this.ownerOf.set(id, owner);
    let mates = this.byOwner.get(owner);
    if (mates === undefined) this.byOwner.set(owner, (mates = new Set()));
    mates.add(id);
  }

  drop(id: number): void {
    this.ids.delete(id);
    this.healthy.delete(id);
    this.leave(id);
    this.ownerOf.delete(id);
  }

  /** One pod of each controller. */
  onePerOwner(): number[] {
    return Array.from(this.byOwner.values(), (mates) => mates.values().next().value!);
  }

  private leave(id: number): void {
    const owner = this.ownerOf.get(id);
    const mates = owner === undefined ? undefined : this.byOwner.get(owner);
    if (mates?.delete(id) === true && mates.size === 0) this.byOwner.delete(owner!);
  }
}
