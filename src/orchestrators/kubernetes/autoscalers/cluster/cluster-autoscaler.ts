import { spanText } from '../../../../policies/node-scaling/phrases.ts';
import { seconds } from '../../../../sim/time.ts';
import { aboutOf } from '../../api/about-of.ts';
import type { Component, ControlPlane } from '../../api/control-plane.ts';
import type { NodeGroupSpec } from '../../kubernetes-spec.ts';
import type { Node } from '../../objects/node.ts';
import type { Pod } from '../../objects/pod.ts';
import type { SchedulingCore } from '../../scheduler/scheduling-core.ts';
import { ClusterSnapshot } from '../shared/cluster-snapshot.ts';
import type { NodeBirth } from '../shared/node-birth.ts';
import { clusterAutoscalerSettings, type ClusterAutoscalerSettings } from './cluster-autoscaler-flags.ts';
import { Expander } from './expander.ts';
import { NodeGroups } from './node-groups.ts';
import { NodeRemoval, type EvictPod } from './node-removal.ts';
import { ScaleDownPlanner, type UnneededNode } from './scale-down-planner.ts';
import { ScaleUp } from './scale-up.ts';

const COMPONENT = 'cluster-autoscaler';
/** Soft taint of nodes that may go soon. */
const CANDIDATE = 'DeletionCandidateOfClusterAutoscaler';
/**
 * The least time that one loop takes, and from a pod's refusal until a loop sees it: by then the pods that were placed
 * just before it are bound, and do not look as if they left their room free. [model]
 */
const LOOP_US = seconds(0.1);

/** What the Cluster Autoscaler needs besides the control plane. */
export interface ClusterAutoscalerParts {
  readonly groups: readonly NodeGroupSpec[];
  /** By the names of the flags, with or without dashes; throws an InputError for those it does not know. */
  readonly flags: Readonly<Record<string, string | number | boolean>>;
  readonly core: SchedulingCore;
  readonly birth: NodeBirth;
  readonly evict: EvictPod;
  /** The group of a node by name; undefined: none. */
  readonly groupOf: (node: Node) => string | undefined;
}

/**
 * The Cluster Autoscaler: every 10 s, and at once after a change or when a pod finds no room, it orders nodes for pods
 * that fit nowhere; when there is nothing to order, it removes nodes that have been unneeded for ten minutes.
 *
 * Source: kubernetes-sigs/cluster-autoscaler (2026-08-21), pkg/core/static_autoscaler.go, pkg/loop/trigger.go.
 */
export class ClusterAutoscaler implements Component {
  private readonly plane: ControlPlane;
  private readonly settings: ClusterAutoscalerSettings;
  private readonly snapshot: ClusterSnapshot;
  private readonly groups: NodeGroups;
  private readonly scaleUp: ScaleUp;
  private readonly planner: ScaleDownPlanner;
  private readonly removal: NodeRemoval;
  private readonly kind: number;
  private nextUs = Infinity;
  private lastLoopUs = -Infinity;
  private lastAddUs = -Infinity;
  private lastDeleteUs = -Infinity;
  private lastFailureUs = -Infinity;
  private changed = false;
  /** Pods that found no room, in the order in which they said so. */
  private readonly unschedulable = new Set<number>();
  private cooldownTold = '';
  /** For which nodes the soft taints have been set. */
  private marked: readonly UnneededNode[] | undefined;

  constructor(plane: ControlPlane, parts: ClusterAutoscalerParts) {
    this.plane = plane;
    const settings = clusterAutoscalerSettings(parts.flags);
    this.settings = settings;
    const cutoff = settings['expendable-pods-priority-cutoff'];
    this.snapshot = new ClusterSnapshot(plane.api, parts.core, (pod) => pod.spec.priority >= cutoff);
    this.groups = new NodeGroups(plane, parts.groups, parts.birth, parts.groupOf, settings);
    const expander = new Expander(
      settings.expander,
      settings['expander-priorities'],
      plane.streams('cluster-autoscaler/expander'),
    );
    this.scaleUp = new ScaleUp(plane, this.snapshot, this.groups, expander, settings);
    this.planner = new ScaleDownPlanner(plane, this.snapshot, this.groups, settings);
    this.removal = new NodeRemoval(plane, parts.birth, parts.evict, settings, (node, failure) =>
      this.noteRemoval(node, failure),
    );
    this.kind = plane.clock.apiKind(() => this.wake());
  }

  begin(): void {
    this.plane.api.pods.watch((pod, before) => {
      if (pod?.status.unschedulable === undefined) {
        this.unschedulable.delete((pod ?? before!).id);
        return;
      }
      this.unschedulable.add(pod.id);
      if (before?.status.unschedulable === undefined && this.settings['frequent-loops-enabled'])
        this.wakeAt(this.plane.clock.nowUs + LOOP_US);
    });
    for (const { id, status } of this.plane.api.pods.all())
      if (status.unschedulable !== undefined) this.unschedulable.add(id);
    this.wakeAt(this.plane.clock.nowUs + this.settings['scan-interval']);
  }

  private wakeAt(timeUs: number): void {
    const atUs = Math.max(timeUs, this.lastLoopUs + LOOP_US);
    if (atUs >= this.nextUs) return;
    this.nextUs = atUs;
    this.plane.clock.at(atUs, this.kind, 0);
  }

  private wake(): void {
    const { nowUs } = this.plane.clock;
    if (this.nextUs > nowUs) return;
    this.nextUs = Infinity;
    this.lastLoopUs = nowUs;
    this.changed = false;
    this.loop();
    const again = this.changed && this.settings['frequent-loops-enabled'];
    this.wakeAt(nowUs + (again ? LOOP_US : this.settings['scan-interval']));
  }

  private loop(): void {
    const { nowUs } = this.plane.clock;
    this.snapshot.sync();
    this.groups.look();
    if (!this.isHealthy()) return;
    if (this.scaleUp.run(this.pendingPods())) {
      this.changed = true;
      this.lastAddUs = nowUs;
      const untilUs = nowUs + this.settings['scale-down-delay-after-add'];
      this.plane.chronicle.timer({
        fromUs: nowUs,
        toUs: untilUs,
        timer: 'scale-down-delay-after-add',
        about: COMPONENT,
      });
      return;
    }
    if (this.settings['scale-down-enabled']) this.scaleDown();
  }

  /** Pods that found no room: not expendable, old enough, and not about to get room by preemption. */
  private pendingPods(): Pod[] {
    const { api, clock } = this.plane;
    const cutoff = this.settings['expendable-pods-priority-cutoff'];
    const delayUs = this.settings['new-pod-scale-up-delay'];
    const pending: Pod[] = [];
    for (const id of this.unschedulable) {
      const pod = api.pods.get(id);
      if (pod === undefined || pod.spec.nodeName !== undefined) continue;
      const { nominatedNodeName } = pod.status;
      if (pod.metadata.deletionUs !== undefined || pod.spec.priority < cutoff) continue;
      if (clock.nowUs - pod.metadata.creationUs < delayUs) continue;
      if (nominatedNodeName !== undefined && api.nodes.named('', nominatedNodeName) !== undefined) continue;
      pending.push(pod);
    }
    return pending;
  }

  private scaleDown(): void {
    const unneeded = this.planner.look();
    const cooldown = this.cooldown();
    if (cooldown !== undefined) {
      if (this.cooldownTold !== cooldown.name && unneeded.some((one) => this.planner.isDue(one)))
        this.plane.chronicle.decision({
          component: COMPONENT,
          about: COMPONENT,
          what: 'no scale-down',
          why: `${unneeded.length} nodes are unneeded`,
          limitedBy: `${cooldown.name} for another ${spanText(cooldown.leftUs)}`,
        });
      this.cooldownTold = cooldown.name;
      return;
    }
    this.cooldownTold = '';
    if (this.remove(unneeded) === 0) this.markCandidates(unneeded);
  }

  /** Starts what may be removed now: empty nodes in bulk, others few at a time, no group below its minimum. */
  private remove(unneeded: readonly UnneededNode[]): number {
    const counts = this.removal.counts();
    let all = this.settings['max-scale-down-parallelism'] - counts.all;
    let drains = this.settings['max-drain-parallelism'] - counts.draining;
    const sizes = this.groups.specs.map((_, group) => {
      const leaving = this.groups.nodesOf(group).filter((node) => this.removal.has(node)).length;
      return this.groups.sizeOf(group) - leaving;
    });
    let started = 0;
    const emptyFirst = [...unneeded].sort((a, b) => Math.sign(a.pods.length) - Math.sign(b.pods.length));
    for (const one of emptyFirst) {
      const { node, group, pods } = one;
      const needsDrain = pods.length > 0;
      if (!this.planner.isDue(one) || all < 1 || (needsDrain && drains < 1)) continue;
      const { min, name } = this.groups.specs[group];
      if (sizes[group] <= min) {
        this.planner.noteKept(node, `${name} is at its minimum of ${min}`);
        continue;
      }
      sizes[group]--;
      all--;
      if (needsDrain) drains--;
      started++;
      this.plane.chronicle.decision({
        component: COMPONENT,
        about: aboutOf(node),
        what: needsDrain ? 'is drained and removed' : 'is removed',
        why: this.planner.why(one),
      });
      this.removal.start(node, pods);
    }
    if (started > 0) this.changed = true;
    return started;
  }

  /** Soft taints: the scheduler avoids nodes that may go soon, as far as it can. */
  private markCandidates(unneeded: readonly UnneededNode[]): void {
    const { api } = this.plane;
    // The planner gives the same list again while nothing changes.
    if (unneeded === this.marked) return;
    const wanted = new Set(unneeded.map(({ node }) => node.id));
    let left = this.settings['max-bulk-soft-taint-count'];
    for (const node of api.nodes.all()) {
      const marked = node.spec.taints.some(({ key }) => key === CANDIDATE);
      if (marked === wanted.has(node.id) || left < 1) continue;
      left--;
      const value = `${Math.floor(this.plane.clock.nowUs / 1e6)}`;
      const taints = marked
        ? node.spec.taints.filter(({ key }) => key !== CANDIDATE)
        : [...node.spec.taints, { key: CANDIDATE, value, effect: 'PreferNoSchedule' as const }];
      api.update('Node', node.id, { spec: { ...node.spec, taints } });
    }
    if (left > 0) this.marked = unneeded;
  }

  private cooldown(): { readonly name: string; readonly leftUs: number } | undefined {
    const { settings } = this;
    const waits = [
      { name: 'scale-down-delay-after-add', sinceUs: this.lastAddUs },
      { name: 'scale-down-delay-after-delete', sinceUs: this.lastDeleteUs },
      { name: 'scale-down-delay-after-failure', sinceUs: this.lastFailureUs },
    ] as const;
    for (const { name, sinceUs } of waits) {
      const leftUs = sinceUs + settings[name] - this.plane.clock.nowUs;
      if (leftUs > 0) return { name, leftUs };
    }
    return undefined;
  }

  private noteRemoval(node: Node, failure: string | undefined): void {
    const { clock } = this.plane;
    if (failure === undefined) this.lastDeleteUs = clock.nowUs;
    else {
      this.lastFailureUs = clock.nowUs;
      this.planner.noteUnremovable(node, failure);
      const untilUs = clock.nowUs + this.settings['scale-down-delay-after-failure'];
      const timer = 'scale-down-delay-after-failure';
      this.plane.chronicle.timer({ fromUs: clock.nowUs, toUs: untilUs, timer, about: COMPONENT });
    }
    if (this.settings['frequent-loops-enabled']) this.wakeAt(clock.nowUs);
  }

  /** With too many nodes that are not ready it is more likely that it sees wrongly than that they are all broken. */
  private isHealthy(): boolean {
    const most = Math.max(
      this.settings['ok-total-unready-count'],
      (this.settings['max-total-unready-percentage'] / 100) * this.plane.api.nodes.size,
    );
    if (this.groups.unready().length <= most) return true;
    this.planner.forget();
    return false;
  }
}
