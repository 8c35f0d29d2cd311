import { controllerOf, type ApiServer } from '../api/api-server.ts';
import type { Component, ControlPlane } from '../api/control-plane.ts';
import { SYNC_DELAY_US } from '../api/work-queue.ts';
import { Children } from './shared/children.ts';

const OWNER_KINDS = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'] as const;

/**
 * Deletes what deleted objects owned, in the background (`pkg/controller/garbagecollector/`): a Deployment's ReplicaSets, a
 * CronJob's Jobs, and pods. What a dump's objects name as owners without it being there is left alone: it belongs to
 * someone who is not part of the dump.
 */
export class GarbageCollector implements Component {
  private readonly api: ApiServer;
  private readonly sets: Children<'ReplicaSet'>;
  private readonly jobs: Children<'Job'>;
  private readonly removed = new Map<number, string>();

  constructor(plane: ControlPlane) {
    this.api = plane.api;
    this.sets = new Children(plane.api, 'ReplicaSet');
    this.jobs = new Children(plane.api, 'Job');
    const kind = plane.clock.apiKind((id) => this.collect(id));
    for (const owner of OWNER_KINDS)
      plane.api.store(owner).watch((object, before) => {
        if (object !== undefined) return;
        this.removed.set(before!.id, before!.metadata.uid);
        plane.clock.after(SYNC_DELAY_US, kind, before!.id);
      });
  }

  begin(): void {}

  private collect(id: number): void {
    const uid = this.removed.get(id)!;
    this.removed.delete(id);
    for (const set of this.sets.of(uid)) this.api.remove('ReplicaSet', set.id);
    for (const job of this.jobs.of(uid)) this.api.remove('Job', job.id);
    for (const pod of this.api.podsOf(uid)) if (controllerOf(pod)?.uid === uid) this.api.deletePod(pod.id);
  }
}
