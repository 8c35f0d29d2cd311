import { controllerOf, ownerReference, type ApiServer } from '../../api/api-server.ts';
import { aboutOf } from '../../api/about-of.ts';
import type { Component, ControlPlane } from '../../api/control-plane.ts';
import { WorkQueue } from '../../api/work-queue.ts';
import { isActive, isAvailable } from '../../objects/pod-state.ts';
import type { Pod } from '../../objects/pod.ts';
import type { ReplicaSet } from '../../objects/workloads.ts';
import { Children } from '../shared/children.ts';
import type { ClientLimits } from '../shared/client-rate.ts';
import { deletionReason, firstToDelete, type DeletionContext } from '../shared/deletion-order.ts';
import { generatedName } from '../shared/generated-names.ts';
import { OwnedPods } from '../shared/owned-pods.ts';
import { PodCounts } from '../shared/pod-counts.ts';
import { PodControl, podFromTemplate } from '../shared/pod-control.ts';

const COMPONENT = 'replicaset-controller';
/** Creations or deletions of one look (`BurstReplicas`). */
const BURST = 500;

/** Keeps as many pods as a ReplicaSet asks for (`pkg/controller/replicaset/replica_set.go`). */
export class ReplicaSetController implements Component {
  private readonly plane: ControlPlane;
  private readonly api: ApiServer;
  private readonly queue: WorkQueue;
  private readonly pods: PodControl;
  private readonly owned: OwnedPods;
  private readonly counts: PodCounts;
  private readonly siblings: Children<'ReplicaSet'>;
  private readonly names;
  /** Looked at again when their work is done. */
  private readonly again = new Set<number>();

  constructor(plane: ControlPlane, limits: ClientLimits) {
    this.plane = plane;
    this.api = plane.api;
    this.names = plane.streams('names/replicaset');
    this.queue = new WorkQueue(plane.clock, (id) => this.sync(id));
    this.counts = new PodCounts(plane.api, 'ReplicaSet');
    this.pods = new PodControl(plane, COMPONENT, limits);
    this.owned = new OwnedPods(plane.api, 'ReplicaSet', (id, pod, before) => {
      // Pods that are going or have ended were taken off its account before.
      if ((pod !== undefined && isActive(pod)) || before === undefined || isActive(before)) this.queue.add(id);
    });
    this.siblings = new Children(plane.api, 'ReplicaSet');
    plane.api.store('ReplicaSet').watch((set, before) => {
      if (set !== undefined && set.spec !== before?.spec) this.queue.add(set.id);
    });
  }

  /** Counts before anyone acts: whoever reads a dump's statuses at once must not find them behind its pods. */
  begin(): void {
    for (const set of this.api.store('ReplicaSet').all()) {
      this.owned.settle(set, 'apps/v1');
      this.report(set);
      this.queue.add(set.id);
    }
  }

  private sync(id: number): void {
    const set = this.api.store('ReplicaSet').get(id);
    if (set === undefined) {
      this.again.delete(id);
      this.queue.forget(id);
      return;
    }
    if (this.pods.busy(id)) {
      this.again.add(id);
      return;
    }
    this.owned.settle(set, 'apps/v1');
    this.report(set);
    if (set.metadata.deletionUs === undefined) this.manage(set);
  }

  private activePods(set: ReplicaSet): Pod[] {
    return this.api.podsOf(set.metadata.uid).filter(isActive);
  }

  private report(set: ReplicaSet): void {
    const { active: replicas, ready: readyReplicas } = this.counts.of(set.metadata.uid);
    const availableReplicas = set.spec.minReadySeconds === 0 ? readyReplicas : this.available(set);
    const was = set.status;
    if (was.replicas !== replicas || was.readyReplicas !== readyReplicas || was.availableReplicas !== availableReplicas)
      this.api.setStatus('ReplicaSet', set.id, { replicas, readyReplicas, availableReplicas });
  }

  /** How many pods have been ready for long enough; looks again when the next of them will have been. */
  private available(set: ReplicaSet): number {
    const { nowUs } = this.plane.clock;
    const { minReadySeconds } = set.spec;
    let [available, nextUs] = [0, Infinity];
    for (const pod of this.activePods(set)) {
      if (!pod.status.ready) continue;
      if (isAvailable(pod, minReadySeconds, nowUs)) available++;
      else nextUs = Math.min(nextUs, pod.status.readyChangedUs + minReadySeconds * 1_000_000);
    }
    if (nextUs < Infinity) this.queue.addAfter(set.id, nextUs - nowUs);
    return available;
  }

  private manage(set: ReplicaSet): void {
    const missing = set.spec.replicas - this.counts.of(set.metadata.uid).active;
    if (missing === 0) {
      this.queue.forget(set.id);
      return;
    }
    const { namespace, name } = set.metadata;
    const { template } = set.spec;
    const owner = ownerReference(set, 'apps/v1');
    this.pods.start(set, {
      create: Math.min(BURST, Math.max(0, missing)),
      make: () =>
        podFromTemplate(template, owner, {
          namespace,
          name: generatedName(`${name}-`, this.names),
          nowUs: this.plane.clock.nowUs,
        }),
      victims: missing < 0 ? this.victims(set, Math.min(BURST, -missing)) : [],
      done: (refused) => {
        if (refused) this.queue.retry(set.id);
        else this.queue.forget(set.id);
        // What was refused waits for its time, unless something else has happened meanwhile.
        if (this.again.delete(set.id) || (!refused && Math.abs(missing) > BURST)) this.queue.add(set.id);
      },
    });
  }

  private victims(set: ReplicaSet, count: number): readonly Pod[] {
    const active = this.activePods(set);
    if (count === active.length) return active;
    const context: DeletionContext = {
      nowUs: this.plane.clock.nowUs,
      relatedByNode: this.relatedByNode(set),
      costs: true,
    };
    const order = firstToDelete(active, count + 1, context);
    const victims = order.slice(0, count);
    const last = victims[count - 1];
    const { why } = deletionReason(last, order[count], context);
    this.plane.chronicle.decision({
      component: COMPONENT,
      about: aboutOf(set),
      what: `delete ${count} of ${active.length} pods: ${namesOf(victims)}`,
      why: `${set.spec.replicas} wanted; first in the order of deletion (${last.metadata.name} before ${order[count].metadata.name}: ${why})`,
    });
    return victims;
  }

  /** Active pods of all ReplicaSets with the same owner, by node (`getIndirectlyRelatedPods`); without an owner none. */
  private relatedByNode(set: ReplicaSet): Map<string, number> {
    const byNode = new Map<string, number>();
    const owner = controllerOf(set);
    if (owner === undefined) return byNode;
    for (const sibling of this.siblings.of(owner.uid))
      for (const [nodeName, count] of this.counts.of(sibling.metadata.uid).byNode)
        byNode.set(nodeName, (byNode.get(nodeName) ?? 0) + count);
    return byNode;
  }
}

/** At most five names. */
function namesOf(pods: readonly Pod[]): string {
  const names = pods.slice(0, 5).map(({ metadata }) => metadata.name);
  return names.join(', ') + (pods.length > 5 ? ` and ${pods.length - 5} more` : '');
}
