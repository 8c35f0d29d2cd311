import { hours, minutes } from '../../../../sim/time.ts';
import { controllerOf } from '../../api/api-server.ts';
import { aboutOf } from '../../api/about-of.ts';
import type { ControlPlane } from '../../api/control-plane.ts';
import type { VerticalPodAutoscaler } from '../../objects/autoscaling.ts';
import { nodeResources } from '../../objects/node-resources.ts';
import { podResources } from '../../objects/pod-resources.ts';
import { hasEnded, isActive } from '../../objects/pod-state.ts';
import type { Pod, PodSpec } from '../../objects/pod.ts';
import { policyOf, recommendationFor, resized, updatePriority, type UpdatePriority } from './container-policy.ts';

const COMPONENT = 'vpa-updater';
/** `--eviction-tolerance`: share of the replicas that may be down. */
const EVICTION_TOLERANCE = 0.5;
/** `--pod-update-threshold`: what is within the bounds is changed only if it differs by so much, */
const LEAST_DIFFERENCE = 0.1;
/** and only in pods as old as this (`--in-recommendation-bounds-eviction-lifetime-threshold`). */
const SETTLED_US = hours(12);
/** `--evict-after-oom-threshold`: killed after running no longer than this. */
const QUICK_OOM_US = minutes(10);
/** An in-place resize that finds no room for so long becomes an eviction. */
const DEFERRED_US = minutes(5);

/** Evicts a pod, if its disruption budgets let it; says whether they did. */
export type Evict = (pod: Pod) => boolean;

/**
 * Brings running pods to the recommended size: by eviction, so that they come back through admission, or in place
 * (InPlaceOrRecreate) where their node has room. Never more than half of the replicas at a time, and only of
 * controllers with at least `minReplicas` (2).
 *
 * Source: kubernetes/autoscaler (2026-08-22), vertical-pod-autoscaler/pkg/updater.
 */
export class VerticalUpdater {
  private readonly plane: ControlPlane;
  private readonly evict: Evict;
  /** Pods that were killed for want of memory soon after their start. */
  private readonly quickOutOfMemory = new Set<number>();
  /** Since when a resize has found no room. */
  private readonly deferredUs = new Map<number, number>();

  constructor(plane: ControlPlane, evict: Evict) {
    this.plane = plane;
    this.evict = evict;
  }

  noteOutOfMemory(pod: number, ranUs: number): void {
    if (ranUs < QUICK_OOM_US) this.quickOutOfMemory.add(pod);
  }

  forget(pod: number): void {
    this.quickOutOfMemory.delete(pod);
    this.deferredUs.delete(pod);
  }

  look(autoscaler: VerticalPodAutoscaler, pods: readonly Pod[]): void {
    const { updateMode, minReplicas } = autoscaler.spec;
    if (updateMode === 'Off' || updateMode === 'Initial' || autoscaler.status.recommendations.length === 0) return;
    const byController = new Map<string, Pod[]>();
    for (const pod of pods) {
      const owner = controllerOf(pod);
      if (owner === undefined || !isActive(pod)) continue;
      const alike = byController.get(owner.uid);
      if (alike === undefined) byController.set(owner.uid, [pod]);
      else alike.push(pod);
    }
    for (const [uid, alike] of byController) {
      if (alike.length < minReplicas) continue;
      this.updateSome(autoscaler, alike, this.configured(uid, alike));
    }
  }

  private updateSome(autoscaler: VerticalPodAutoscaler, pods: readonly Pod[], configured: number): void {
    const tolerated = Math.trunc(configured * EVICTION_TOLERANCE);
    const running = pods.filter(({ status }) => status.phase === 'Running').length;
    let disrupted = 0;
    for (const { pod, priority } of this.ranked(autoscaler, pods)) {
      const mayDisrupt =
        pod.status.phase === 'Pending' ||
        running - disrupted > configured - tolerated ||
        (running === configured && tolerated === 0 && disrupted === 0);
      if (!mayDisrupt) continue;
      const inPlace = autoscaler.spec.updateMode === 'InPlaceOrRecreate' && pod.status.phase === 'Running';
      if (inPlace ? this.resize(autoscaler, pod, priority) : this.recreate(autoscaler, pod, priority, '')) disrupted++;
    }
  }

  /** Pods worth a disruption, those that want to grow and then those that are furthest off first. */
  private ranked(autoscaler: VerticalPodAutoscaler, pods: readonly Pod[]): { pod: Pod; priority: UpdatePriority }[] {
    const { nowUs } = this.plane.clock;
    return pods
      .map((pod) => ({ pod, priority: updatePriority(autoscaler, pod.spec.containers) }))
      .filter(({ pod, priority }) => {
        if (priority.difference === 0) return false;
        if (priority.outsideRange || this.quickOutOfMemory.has(pod.id)) return true;
        const { startUs } = pod.status;
        return startUs !== undefined && nowUs >= startUs + SETTLED_US && priority.difference >= LEAST_DIFFERENCE;
      })
      .sort(
        (a, b) =>
          Number(b.priority.scaleUp) - Number(a.priority.scaleUp) ||
          b.priority.difference - a.priority.difference ||
          a.pod.id - b.pod.id,
      );
  }

  private recreate(autoscaler: VerticalPodAutoscaler, pod: Pod, priority: UpdatePriority, because: string): boolean {
    const { chronicle } = this.plane;
    const why = because + this.reasonOf(pod, priority);
    const about = aboutOf(pod);
    if (!this.evict(pod)) {
      chronicle.decision({ component: COMPONENT, about, what: 'not evicted', why, limitedBy: 'disruption budget' });
      return false;
    }
    this.forget(pod.id);
    const message = 'Pod was evicted by VPA Updater to apply resource recommendation.';
    chronicle.event(COMPONENT, 'Normal', 'EvictedByVPA', about, message);
    chronicle.decision({ component: COMPONENT, about, what: `evicted for ${aboutOf(autoscaler)}`, why });
    return true;
  }

  /** In place where the node has room; without it the resize is deferred, for five minutes at most. */
  private resize(autoscaler: VerticalPodAutoscaler, pod: Pod, priority: UpdatePriority): boolean {
    const { api, clock, chronicle } = this.plane;
    const containers = pod.spec.containers.map((container) => {
      const recommendation = recommendationFor(autoscaler, container.name);
      return recommendation === undefined
        ? container
        : resized(container, recommendation, policyOf(autoscaler, container.name));
    });
    const spec = { ...pod.spec, containers };
    const room = this.roomFor(pod, spec);
    if (room === 'never') return this.recreate(autoscaler, pod, priority, 'in-place resize is infeasible; ');
    if (room === 'not now') {
      const sinceUs = this.deferredUs.get(pod.id) ?? clock.nowUs;
      this.deferredUs.set(pod.id, sinceUs);
      if (clock.nowUs - sinceUs < DEFERRED_US) return false;
      return this.recreate(autoscaler, pod, priority, 'in-place resize was deferred for 5 minutes; ');
    }
    api.setPodSpec(pod.id, { containers });
    this.forget(pod.id);
    const about = aboutOf(pod);
    chronicle.event(COMPONENT, 'Normal', 'InPlaceResizedByVPA', about, 'Pod was resized in place by VPA Updater.');
    const why = this.reasonOf(pod, priority);
    chronicle.decision({ component: COMPONENT, about, what: `resized in place for ${aboutOf(autoscaler)}`, why });
    return true;
  }

  private roomFor(pod: Pod, spec: PodSpec): 'now' | 'not now' | 'never' {
    const { api } = this.plane;
    const node = pod.spec.nodeName === undefined ? undefined : api.nodes.named('', pod.spec.nodeName);
    if (node === undefined) return 'not now';
    const { cpuMilli, memBytes } = nodeResources(node);
    const wanted = podResources(spec);
    if (wanted.cpuMilli > cpuMilli || wanted.memBytes > memBytes) return 'never';
    let cpuFree = cpuMilli;
    let memFree = memBytes;
    for (const other of api.pods.all()) {
      if (other.spec.nodeName !== pod.spec.nodeName || other.id === pod.id) continue;
      if (hasEnded(other)) continue;
      const resources = podResources(other.spec);
      cpuFree -= resources.cpuMilli;
      memFree -= resources.memBytes;
    }
    return wanted.cpuMilli <= cpuFree && wanted.memBytes <= memFree ? 'now' : 'not now';
  }

  private reasonOf(pod: Pod, { outsideRange, difference }: UpdatePriority): string {
    const percent = `${Math.round(difference * 1000) / 10} %`;
    if (this.quickOutOfMemory.has(pod.id)) return `out of memory within 10 minutes of its start, ${percent} off`;
    return outsideRange ? `request outside of the recommended bounds, ${percent} off` : `${percent} off after 12 hours`;
  }

  /** How many replicas the controller is told to have. */
  private configured(uid: string, pods: readonly Pod[]): number {
    const owner = controllerOf(pods[0])!;
    if (owner.kind !== 'ReplicaSet' && owner.kind !== 'StatefulSet') return pods.length;
    const found = this.plane.api.store(owner.kind).named(pods[0].metadata.namespace, owner.name);
    return found?.metadata.uid === uid ? found.spec.replicas : pods.length;
  }
}
