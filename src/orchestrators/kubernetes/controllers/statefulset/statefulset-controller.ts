import type { ApiServer } from '../../api/api-server.ts';
import { aboutOf } from '../../api/about-of.ts';
import type { Component, ControlPlane } from '../../api/control-plane.ts';
import { WorkQueue } from '../../api/work-queue.ts';
import { hasEnded, isAvailable } from '../../objects/pod-state.ts';
import type { Pod } from '../../objects/pod.ts';
import type { StatefulSet } from '../../objects/workloads.ts';
import type { ClientLimits } from '../shared/client-rate.ts';
import { OwnedPods } from '../shared/owned-pods.ts';
import { PodControl } from '../shared/pod-control.ts';
import { RevisionNames } from '../shared/revision-names.ts';
import { REVISION_HASH } from '../shared/template-revision.ts';
import { createClaims, statefulPod } from './stateful-pods.ts';
import { planStatefulSet } from './statefulset-plan.ts';

const COMPONENT = 'statefulset-controller';
/** Creations and deletions in flight at once (`MaxBatchSize`). */
const BURST = 500;

/** Keeps the pods of StatefulSets, each with its name and disks, in their order (`pkg/controller/statefulset/`). */
export class StatefulSetController implements Component {
  private readonly plane: ControlPlane;
  private readonly api: ApiServer;
  private readonly queue: WorkQueue;
  private readonly pods: PodControl;
  private readonly owned: OwnedPods;
  private readonly revisions = new RevisionNames();
  private readonly again = new Set<number>();

  constructor(plane: ControlPlane, limits: ClientLimits) {
    this.plane = plane;
    this.api = plane.api;
    this.queue = new WorkQueue(plane.clock, (id) => this.sync(id));
    this.pods = new PodControl(plane, COMPONENT, limits);
    this.owned = new OwnedPods(plane.api, 'StatefulSet', (id) => this.queue.add(id));
    plane.api.store('StatefulSet').watch((set, before) => {
      if (set !== undefined && set.spec !== before?.spec) this.queue.add(set.id);
      if (set === undefined) this.revisions.forget(before!.id);
    });
  }

  begin(): void {
    for (const set of this.api.store('StatefulSet').all()) this.queue.add(set.id);
  }

  private sync(id: number): void {
    let set = this.api.store('StatefulSet').get(id);
    if (set === undefined) {
      this.again.delete(id);
      return;
    }
    if (this.pods.busy(id)) {
      this.again.add(id);
      return;
    }
    const pods = this.owned.claim(set, 'apps/v1');
    set = this.report(set, pods);
    if (set.metadata.deletionUs !== undefined) return;
    const { nowUs } = this.plane.clock;
    const { updateRevision } = set.status;
    const { create, remove, why } = planStatefulSet(set, pods, updateRevision, nowUs);
    if (create.length === 0 && remove.length === 0) {
      this.queue.forget(id);
      return;
    }
    this.carryOut(set, create.slice(0, BURST), remove.slice(0, BURST), why);
  }

  private carryOut(set: StatefulSet, create: readonly number[], remove: readonly Pod[], why: string): void {
    const { chronicle } = this.plane;
    const about = aboutOf(set);
    const { name } = set.metadata;
    for (const pod of remove) {
      if (!hasEnded(pod)) continue;
      const [reason, word] =
        pod.status.phase === 'Failed' ? ['RecreatingFailedPod', 'failed'] : ['RecreatingTerminatedPod', 'terminated'];
      const text = `StatefulSet ${set.metadata.namespace}/${name} is recreating ${word} Pod ${pod.metadata.name}`;
      chronicle.event(COMPONENT, pod.status.phase === 'Failed' ? 'Warning' : 'Normal', reason, about, text);
    }
    const created = create.map((ordinal) => `create ${name}-${ordinal}`);
    const removed = remove.map(({ metadata }) => `delete ${metadata.name}`);
    const what = [...created, ...removed];
    const more = what.length > 5 ? ` and ${what.length - 5} more` : '';
    chronicle.decision({ component: COMPONENT, about, what: what.slice(0, 5).join(', ') + more, why });
    this.pods.start(set, {
      create: create.length,
      make: (index) => this.podOf(set, create[index]),
      victims: remove,
      done: (refused) => {
        if (refused) this.queue.retry(set.id);
        else this.queue.forget(set.id);
        if (this.again.delete(set.id)) this.queue.add(set.id);
      },
    });
  }

  /** Ordinals below the partition are made of the current revision, the others of the new one (`newVersionedStatefulSetPod`). */
  private podOf(set: StatefulSet, ordinal: number) {
    const { updateStrategy, ordinalsStart, template } = set.spec;
    const { currentRevision, updateRevision } = set.status;
    const keepsCurrent = updateStrategy.type === 'RollingUpdate' && ordinal < ordinalsStart + updateStrategy.partition;
    const revision = keepsCurrent ? currentRevision : updateRevision;
    createClaims(this.api, set, `${set.metadata.name}-${ordinal}`);
    const made = this.revisions.templateOf(set, revision);
    return statefulPod(set, made ?? template, revision, ordinal, this.plane.clock.nowUs);
  }

  /** Brings the status up to date, revisions included; returns the set with it. */
  private report(set: StatefulSet, pods: readonly Pod[]): StatefulSet {
    const { nowUs } = this.plane.clock;
    const { name } = set.metadata;
    const { replicas: wanted, minReadySeconds, updateStrategy } = set.spec;
    const updateRevision = this.revisions.nameOf(set, `${name}-`, set.spec.template, pods);
    let [replicas, readyReplicas, availableReplicas, updatedReplicas, nextUs] = [0, 0, 0, 0, Infinity];
    for (const pod of pods) {
      replicas++;
      if (pod.metadata.deletionUs === undefined && pod.metadata.labels[REVISION_HASH] === updateRevision)
        updatedReplicas++;
      if (pod.status.phase !== 'Running' || !pod.status.ready) continue;
      readyReplicas++;
      if (isAvailable(pod, minReadySeconds, nowUs)) availableReplicas++;
      else nextUs = Math.min(nextUs, pod.status.readyChangedUs + minReadySeconds * 1_000_000);
    }
    if (nextUs < Infinity) this.queue.addAfter(set.id, nextUs - nowUs);
    const done =
      updateStrategy.type === 'RollingUpdate' &&
      updatedReplicas === wanted &&
      replicas === wanted &&
      readyReplicas === wanted;
    const current = set.status.currentRevision;
    const known = current !== '' && this.revisions.templateOf(set, current) !== undefined;
    const currentRevision = done ? updateRevision : known ? current : (currentOf(pods) ?? updateRevision);
    const status = { replicas, readyReplicas, availableReplicas, updatedReplicas, currentRevision, updateRevision };
    const was = set.status;
    const fields = Object.keys(status) as (keyof typeof status)[];
    if (fields.every((field) => status[field] === was[field])) return set;
    if (done && was.updateRevision === updateRevision && current !== updateRevision && current !== '')
      this.plane.chronicle.event(
        COMPONENT,
        'Normal',
        'RollingUpdateComplete',
        aboutOf(set),
        `all ${wanted} pods are of revision ${updateRevision}`,
      );
    this.api.setStatus('StatefulSet', set.id, status);
    return this.api.store('StatefulSet').get(set.id)!;
  }
}

/** Before anything is known: the revision of the oldest pod. */
function currentOf(pods: readonly Pod[]): string | undefined {
  return pods.find(({ metadata }) => metadata.labels[REVISION_HASH] !== undefined)?.metadata.labels[REVISION_HASH];
}
