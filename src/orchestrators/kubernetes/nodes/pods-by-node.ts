import type { ApiServer } from '../api/api-server.ts';
import type { Pod } from '../objects/pod.ts';

/** Which pods every node has, by number, in the order in which they came to it. */
export class PodsByNode {
  private readonly api: ApiServer;
  private readonly ids = new Map<string, Set<number>>();

  constructor(api: ApiServer) {
    this.api = api;
    for (const pod of api.pods.all()) this.note(pod, undefined);
    api.pods.watch((pod, before) => this.note(pod, before));
  }

  of(nodeName: string): Pod[] {
    const ids = this.ids.get(nodeName);
    return ids === undefined ? [] : Array.from(ids, (id) => this.api.pods.get(id)!);
  }

  private note(pod: Pod | undefined, before: Pod | undefined): void {
    const is = pod?.spec.nodeName;
    const was = before?.spec.nodeName;
    if (is === was) return;
    if (was !== undefined) {
      const ids = this.ids.get(was);
      ids?.delete(before!.id);
      if (ids?.size === 0) this.ids.delete(was);
    }
    if (is === undefined) return;
    let ids = this.ids.get(is);
    if (ids === undefined) this.ids.set(is, (ids = new Set()));
    ids.add(pod!.id);
  }
}
