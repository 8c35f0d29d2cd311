import type { ApiServer } from '../api/api-server.ts';
import { aboutOf } from '../api/about-of.ts';
import type { Component, ControlPlane } from '../api/control-plane.ts';
import type { Node } from '../objects/node.ts';
import { hasEnded } from '../objects/pod-state.ts';
import type { Pod } from '../objects/pod.ts';
import { watchAll } from './shared/watch-all.ts';

const COMPONENT = 'pod-garbage-collector';
/** It looks every so often (`gcCheckPeriod`). */
const PERIOD_US = 20_000_000;
/** A node must have been missing for so long (`quarantineTime`). */
const QUARANTINE_US = 40_000_000;
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

/**
 * Takes away pods that nobody else will (`pkg/controller/podgc/gc_controller.go`): those of nodes that are gone, those that
 * are going on nodes declared out of service, and the oldest of the ended ones beyond a threshold. It looks only when
 * there is something to find, at the times at which it would.
 */
export class PodGarbageCollector implements Component {
  private readonly plane: ControlPlane;
  private readonly api: ApiServer;
  private readonly threshold: number;
  private readonly kind: number;
  private dueUs = Infinity;
  private endedCount = 0;
  /** Since when nodes with pods are missing. */
  private readonly missing = new Map<string, number>();
  private readonly outOfService = new Set<string>();

  /** `terminatedPodThreshold`: `--terminated-pod-gc-threshold`; 0: ended pods stay. */
  constructor(plane: ControlPlane, terminatedPodThreshold = 12_500) {
    this.plane = plane;
    this.api = plane.api;
    this.threshold = terminatedPodThreshold;
    this.kind = plane.clock.apiKind(() => this.look());
    watchAll(plane.api.pods, (pod, before) => this.podChanged(pod, before));
    watchAll(plane.api.nodes, (node, before) => this.nodeChanged(node, before));
  }

  begin(): void {
    for (const pod of this.api.pods.all()) this.noteMissing(pod);
  }

  private podChanged(pod: Pod | undefined, before: Pod | undefined): void {
    const was = before !== undefined && hasEnded(before);
    const is = pod !== undefined && hasEnded(pod);
    if (was !== is) this.endedCount += is ? 1 : -1;
    if (is && this.threshold > 0 && this.endedCount > this.threshold) this.lookSoon();
    if (pod === undefined) return;
    if (pod.spec.nodeName !== before?.spec.nodeName && before !== undefined) this.noteMissing(pod);
    const isGoing = pod.metadata.deletionUs !== undefined;
    if (isGoing && this.outOfService.size > 0 && this.outOfService.has(pod.spec.nodeName ?? '')) this.lookSoon();
  }

  private nodeChanged(node: Node | undefined, before: Node | undefined): void {
    if (node === undefined) {
      const { name } = before!.metadata;
      this.outOfService.delete(name);
      this.missing.set(name, this.plane.clock.nowUs);
      this.lookSoon();
      return;
    }
    const { name } = node.metadata;
    if (before === undefined) this.missing.delete(name);
    if (isOutOfService(node) === this.outOfService.has(name)) return;
    if (this.outOfService.delete(name)) return;
    this.outOfService.add(name);
    this.lookSoon();
  }

  private noteMissing(pod: Pod): void {
    const { nodeName } = pod.spec;
    if (nodeName === undefined || this.missing.has(nodeName)) return;
    if (this.api.nodes.named('', nodeName) !== undefined) return;
    this.missing.set(nodeName, this.plane.clock.nowUs);
    this.lookSoon();
  }

  private lookSoon(): void {
    const { nowUs } = this.plane.clock;
    if (this.dueUs >= nowUs && this.dueUs < Infinity) return;
    this.dueUs = (Math.floor(nowUs / PERIOD_US) + 1) * PERIOD_US;
    this.plane.clock.at(this.dueUs, this.kind, 0);
  }

  private look(): void {
    this.dueUs = Infinity;
    this.collectEnded();
    const { nowUs } = this.plane.clock;
    const lost = new Set<string>();
    for (const [name, sinceUs] of this.missing) {
      // Discovered at the first look after it went, and then in quarantine.
      const discoveredUs = Math.ceil(sinceUs / PERIOD_US) * PERIOD_US;
      if (nowUs >= discoveredUs + QUARANTINE_US) lost.add(name);
    }
    if (lost.size > 0 || this.outOfService.size > 0) for (const pod of this.api.pods.all()) this.collect(pod, lost);
    for (const name of lost) this.missing.delete(name);
    if (this.missing.size > 0) this.lookSoon();
  }

  private collect(pod: Pod, lost: ReadonlySet<string>): void {
    const { nodeName } = pod.spec;
    if (nodeName === undefined) return;
    if (lost.has(nodeName)) this.delete(pod, 'PodGC: node no longer exists');
    else if (this.outOfService.has(nodeName) && pod.metadata.deletionUs !== undefined)
      this.delete(pod, 'PodGC: node is out of service');
  }

  /** The oldest go, those that were evicted before the others (`byEvictionAndCreationTimestamp`). */
  private collectEnded(): void {
    const excess = this.endedCount - this.threshold;
    if (this.threshold <= 0 || excess <= 0) return;
    const rank = (pod: Pod): number => (pod.status.reason === 'Evicted' ? 0 : 1);
    const ended = [...this.api.pods.all()]
      .filter(hasEnded)
      .sort(
        (left, right) =>
          rank(left) - rank(right) || left.metadata.creationUs - right.metadata.creationUs || left.id - right.id,
      );
    for (const pod of ended.slice(0, excess)) this.api.deletePod(pod.id, { graceSeconds: 0 });
    const text = `${excess} ended pods over the threshold of ${this.threshold} deleted, the oldest first`;
    this.plane.chronicle.event(COMPONENT, 'Normal', 'TerminatedPodsDeleted', 'cluster', text);
  }

  /** At once, and as a failure if it had not ended: nobody is there who could end it. */
  private delete(pod: Pod, message: string): void {
    const about = aboutOf(pod);
    this.plane.chronicle.event(COMPONENT, 'Normal', 'PodDeleted', about, message);
    if (!hasEnded(pod))
      this.api.setPodStatus(pod.id, { phase: 'Failed', message, disruptionTarget: 'DeletionByPodGC' });
    this.api.deletePod(pod.id, { graceSeconds: 0 });
  }
}

function isOutOfService({ spec, status }: Node): boolean {
  return (
    spec.taints.some(({ key }) => key === OUT_OF_SERVICE) &&
    status.conditions.some((condition) => condition.type === 'Ready' && condition.status !== 'True')
  );
}
