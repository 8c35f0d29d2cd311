import type { ApiServer } from '../../api/api-server.ts';
import type { KubernetesObject } from '../../objects/meta.ts';
import type { Node } from '../../objects/node.ts';
import { hasEnded } from '../../objects/pod-state.ts';
import type { Pod } from '../../objects/pod.ts';
import type { GangStates } from '../gangs/gang-states.ts';
import { nodeEvents, podEvents } from '../queue/cluster-event.ts';
import type { SchedulingQueue } from '../queue/scheduling-queue.ts';
import type { SelectorSource } from '../scheduling-core.ts';
import type { ClusterCache } from './cluster-cache.ts';
import { withNode } from './pod-states.ts';

/** What the watch needs of the scheduler. */
export interface WatchHooks {
  /** The queue of now. */
  queue(): SchedulingQueue;
  /** Whether a profile decides for the pod; says so when not. */
  decidesFor(pod: Pod): boolean;
  /** A pod is gone, or has ended and is still there. */
  forget(podId: number, isGone: boolean): void;
  /** After every change: what can go on goes on. */
  settle(): void;
}

const SELECTOR_KINDS = ['Service', 'ReplicaSet', 'StatefulSet'] as const;
const VOLUME_KINDS = ['PersistentVolumeClaim', 'PersistentVolume', 'StorageClass'] as const;

/**
 * Tells the scheduler's cache and queue what happens in the cluster (pkg/scheduler/eventhandlers.go). Pods that have
 * ended are as good as gone. Callbacks only note things; the cluster is not changed here.
 */
export class ClusterWatch {
  private readonly api: ApiServer;
  private readonly cache: ClusterCache;
  private readonly gangs: GangStates;
  private readonly hooks: WatchHooks;

  constructor(api: ApiServer, cache: ClusterCache, gangs: GangStates, hooks: WatchHooks) {
    this.api = api;
    this.cache = cache;
    this.gangs = gangs;
    this.hooks = hooks;
  }

  /** Takes in what is there, and watches from then on. */
  begin(): void {
    const { api, cache } = this;
    for (const { metadata } of api.store('Namespace').all()) cache.setNamespace(metadata.name, metadata.labels);
    for (const kind of SELECTOR_KINDS)
      for (const object of api.store(kind).all()) cache.setSelector(selectorSource(object));
    for (const pod of api.pods.all()) if (!hasEnded(pod)) this.gangs.note(pod, pod);
    for (const node of api.nodes.all()) cache.addNode(node);
    for (const pod of api.pods.all()) if (!hasEnded(pod)) this.take(pod);
    api.pods.watch((pod, before) => this.onPod(pod, before));
    api.nodes.watch((node, before) => this.onNode(node, before));
    this.watchOthers();
  }

  /** Queues all pods that wait, for a queue that has just been made. */
  requeue(): void {
    for (const pod of this.api.pods.all())
      if (!hasEnded(pod) && pod.spec.nodeName === undefined && !this.cache.isAssumed(pod.id)) this.take(pod);
  }

  private get nowUs(): number {
    return this.api.nowUs;
  }

  private watchOthers(): void {
    const { api, cache, hooks } = this;
    api.store('Namespace').watch((namespace, before) => {
      const { name, labels } = (namespace ?? before!).metadata;
      cache.setNamespace(name, namespace === undefined ? {} : labels);
    });
    for (const kind of SELECTOR_KINDS)
      api.store(kind).watch((object, before) => {
        const source = selectorSource((object ?? before)!);
        cache.setSelector(object === undefined ? { ...source, selector: undefined } : source);
      });
    api.store('PodGroup').watch((after, before) => {
      if (after === undefined) return;
      hooks.queue().note({ resource: 'PodGroup', action: before ? 'Update' : 'Add', before, after }, this.nowUs);
      hooks.settle();
    });
    for (const resource of VOLUME_KINDS)
      api.store(resource).watch((after: KubernetesObject | undefined, before: KubernetesObject | undefined) => {
        if (after === undefined) return;
        hooks.queue().note({ resource, action: before ? 'Update' : 'Add', after: after as never }, this.nowUs);
        hooks.settle();
      });
  }

  /** A pod that is there when the scheduler begins, or has just come. */
  private take(pod: Pod): void {
    const { nodeName } = pod.spec;
    if (nodeName !== undefined) {
      this.cache.place(pod, nodeName, false);
      this.gangs.setPlaced(pod, true);
    } else if (this.hooks.decidesFor(pod)) {
      this.cache.nominate(pod, pod.status.nominatedNodeName);
      this.hooks.queue().add(pod, this.nowUs);
    }
  }

  private onPod(after: Pod | undefined, before: Pod | undefined): void {
    const is = after === undefined || hasEnded(after) ? undefined : after;
    const was = before === undefined || hasEnded(before) ? undefined : before;
    if (was === undefined) {
      if (is !== undefined) this.onNewPod(is);
      else if (before !== undefined && after === undefined) this.hooks.forget(before.id, true);
    } else if (is === undefined) {
      this.onGonePod(was, after === undefined);
    } else {
      this.onChangedPod(is, was);
    }
  }

  private onNewPod(pod: Pod): void {
    this.gangs.note(pod, pod);
    this.take(pod);
    const isAssigned = pod.spec.nodeName !== undefined;
    if (isAssigned || pod.spec.podGroupName !== undefined) {
      const resource = isAssigned ? 'AssignedPod' : 'UnscheduledPod';
      this.hooks.queue().note({ resource, action: 'Add', before: undefined, after: pod }, this.nowUs);
    }
    this.hooks.settle();
  }

  private onGonePod(pod: Pod, isGone: boolean): void {
    const { id } = pod;
    const queue = this.hooks.queue();
    this.gangs.note(pod, undefined);
    const isPlaced = this.cache.nodeOf(id) !== undefined;
    const isNominated = this.cache.nominationOf(id) !== undefined;
    queue.delete(id);
    this.hooks.forget(id, isGone);
    this.cache.nominate(pod, undefined);
    this.cache.forget(id);
    if (isPlaced || isNominated) {
      // Pods of lower or equal priority saw one with a kept node as if it was there.
      const concerns = (one: Pod): boolean => isPlaced || one.spec.priority <= pod.spec.priority;
      const before = withNode(pod);
      queue.note({ resource: 'AssignedPod', action: 'Delete', before, after: undefined }, this.nowUs, concerns);
    }
    this.hooks.settle();
  }

  private onChangedPod(after: Pod, before: Pod): void {
    const isSame =
      before.spec === after.spec &&
      before.metadata === after.metadata &&
      before.status.nominatedNodeName === after.status.nominatedNodeName;
    if (after.status.startUs !== before.status.startUs) this.cache.touch(after.id);
    if (isSame) return;
    const queue = this.hooks.queue();
    this.gangs.note(after, after);
    if (before.spec.nodeName !== undefined) {
      this.cache.updatePod(before, after);
      for (const event of podEvents(after, before)) queue.note(event, this.nowUs);
    } else if (after.spec.nodeName !== undefined) {
      queue.delete(after.id);
      this.cache.place(after, after.spec.nodeName, false);
      this.gangs.setPlaced(after, true);
      queue.note({ resource: 'AssignedPod', action: 'Add', before: undefined, after }, this.nowUs);
    } else if (!this.cache.isAssumed(after.id) && this.hooks.decidesFor(after)) {
      this.onPendingPod(after, before);
    }
    this.hooks.settle();
  }

  private onPendingPod(after: Pod, before: Pod): void {
    const queue = this.hooks.queue();
    const [was, is] = [before.status.nominatedNodeName, after.status.nominatedNodeName];
    if (was !== is || is !== undefined) {
      // With other labels or requests it keeps other room.
      if (was === is) this.cache.nominate(before, undefined);
      this.cache.nominate(after, is);
    }
    queue.update(before, after, this.nowUs);
    if (was === undefined || was === is) return;
    const concerns = (one: Pod): boolean => one.spec.priority <= before.spec.priority;
    queue.note({ resource: 'AssignedPod', action: 'Delete', before, after: undefined }, this.nowUs, concerns);
  }

  private onNode(after: Node | undefined, before: Node | undefined): void {
    const queue = this.hooks.queue();
    if (after !== undefined && before !== undefined) {
      const events = nodeEvents(after, before);
      // Heartbeats and conditions are nothing that scheduling looks at; images are, but wake nobody.
      if (events.length > 0 || before.spec !== after.spec || before.status.images !== after.status.images)
        this.cache.updateNode(after);
      for (const event of events) queue.note(event, this.nowUs);
    } else if (after !== undefined) {
      this.cache.addNode(after);
      queue.note({ resource: 'Node', action: 'Add', before, after }, this.nowUs);
    } else {
      queue.note({ resource: 'Node', action: 'Delete', before, after }, this.nowUs);
      this.cache.removeNode(before!.metadata.name);
    }
    this.hooks.settle();
  }
}

function selectorSource(object: KubernetesObject): SelectorSource {
  const { namespace, name } = object.metadata;
  const kind = object.kind as (typeof SELECTOR_KINDS)[number];
  const { selector } = (object as unknown as { spec: { selector?: object } }).spec;
  const labels = kind === 'Service' && selector !== undefined ? { matchLabels: selector } : selector;
  return { kind, namespace, name, selector: labels };
}
