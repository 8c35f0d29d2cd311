import { percent, spanText } from '../../../../policies/node-scaling/phrases.ts';
import type { ControlPlane } from '../../api/control-plane.ts';
import { aboutOf } from '../../api/about-of.ts';
import { controllerOf } from '../../api/api-server.ts';
import { fullName } from '../../objects/full-name.ts';
import { nodeResources } from '../../objects/node-resources.ts';
import type { Node } from '../../objects/node.ts';
import { podResources } from '../../objects/pod-resources.ts';
import type { Pod } from '../../objects/pod.ts';
import type { ClusterSnapshot } from '../shared/cluster-snapshot.ts';
import type { ClusterAutoscalerSettings } from './cluster-autoscaler-flags.ts';
import { BudgetTracker, drainVerdict } from './drain-rules.ts';
import { isReady, type NodeGroups } from './node-groups.ts';

const COMPONENT = 'cluster-autoscaler';
export const TO_BE_DELETED = 'ToBeDeletedByClusterAutoscaler';
const SCALE_DOWN_DISABLED = 'cluster-autoscaler.kubernetes.io/scale-down-disabled';
const GPU = 'nvidia.com/gpu';

/** A node that is not needed, and for how long. */
export interface UnneededNode {
  readonly node: Node;
  readonly group: number;
  /** Pods that must be moved; none: the node is empty. */
  readonly pods: readonly Pod[];
  readonly sinceUs: number;
  /** Share of the node that is used. */
  readonly use: number;
}

/**
 * Which nodes are not needed: little used, every pod of theirs may go, and each has a place elsewhere that is kept free
 * for it while the next node is looked at.
 *
 * Source: cluster-autoscaler, pkg/core/scaledown/{planner,eligibility,unneeded}, pkg/simulator/cluster.go.
 */
export class ScaleDownPlanner {
  private readonly plane: ControlPlane;
  private readonly snapshot: ClusterSnapshot;
  private readonly groups: NodeGroups;
  private readonly settings: ClusterAutoscalerSettings;
  /** Since when each node has been unneeded, by its number. */
  private since = new Map<number, number>();
  /** Until when each node that could not be removed is not looked at. */
  private readonly unremovable = new Map<number, number>();
  /** What was told of each node that is kept, so that it is told once. */
  private readonly told = new Map<number, string>();
  private cursor = 0;
  private budgetChanges = 0;
  /** What was found last, and how long that holds if nothing changes. */
  private last: { readonly version: number; readonly untilUs: number; readonly found: UnneededNode[] } | undefined;

  constructor(plane: ControlPlane, snapshot: ClusterSnapshot, groups: NodeGroups, settings: ClusterAutoscalerSettings) {
    this.plane = plane;
    this.snapshot = snapshot;
    this.groups = groups;
    this.settings = settings;
    plane.api.store('PodDisruptionBudget').watch(() => void this.budgetChanges++);
    plane.api.nodes.watch((node, before) => {
      if (node !== undefined) return;
      this.unremovable.delete(before!.id);
      this.told.delete(before!.id);
    });
  }

  /** Forgets since when nodes are unneeded. */
  forget(): void {
    this.since.clear();
    this.last = undefined;
  }

  /** Leaves a node alone for a while. */
  noteUnremovable(node: Node, why: string): void {
    this.unremovable.set(node.id, this.plane.clock.nowUs + this.settings['unremovable-node-recheck-timeout']);
    this.last = undefined;
    this.noteKept(node, why);
  }

  /** Says why a node that is little used stays, once for each reason. */
  noteKept(node: Node, why: string): void {
    if (this.told.get(node.id) === why) return;
    this.told.set(node.id, why);
    this.plane.chronicle.decision({ component: COMPONENT, about: aboutOf(node), what: 'is kept', why });
  }

  /** The nodes that are unneeded now, those that were so before first. */
  look(): UnneededNode[] {
    const { snapshot } = this;
    const { nowUs } = this.plane.clock;
    const version = snapshot.version + this.budgetChanges;
    if (this.last?.version === version && nowUs < this.last.untilUs) return this.last.found;
    const mark = snapshot.mark();
    const budgets = new BudgetTracker(this.plane.api);
    const found: UnneededNode[] = [];
    const leaving = new Set<string>();
    const since = new Map<number, number>();
    let withPods = 0;
    for (const { node, group, use } of this.candidates()) {
      const pods = this.podsToMove(node, budgets);
      if (pods === undefined) continue;
      if (pods.length > 0 && withPods++ >= this.settings['scale-down-non-empty-candidates-count']) continue;
      if (!this.move(node, pods, leaving)) continue;
      budgets.take(pods);
      leaving.add(node.metadata.name);
      const sinceUs = this.since.get(node.id) ?? nowUs;
      if (!this.since.has(node.id)) this.noteTimer(node);
      this.told.delete(node.id);
      since.set(node.id, sinceUs);
      found.push({ node, group, pods, sinceUs, use });
    }
    snapshot.revert(mark);
    this.since = since;
    this.last = { version, untilUs: this.nextChangeUs(), found };
    return found;
  }

  /** Why it is not needed, and for how long it has been so. */
  why({ node, pods, use, sinceUs }: UnneededNode): string {
    const load = pods.length === 0 ? 'it is empty' : `its ${pods.length} pods fit elsewhere`;
    const forUs = this.plane.clock.nowUs - sinceUs;
    return `${load}, used ${percent(use)} of at most ${percent(this.thresholdOf(node))}, unneeded for ${spanText(forUs)}`;
  }

  /** Whether it has been unneeded for long enough. */
  isDue({ node, sinceUs }: UnneededNode): boolean {
    const name = isReady(node) ? 'scale-down-unneeded-time' : 'scale-down-unready-time';
    return this.plane.clock.nowUs - sinceUs >= this.settings[name];
  }

  private candidates(): { node: Node; group: number; use: number }[] {
    const { nowUs } = this.plane.clock;
    const candidates: { node: Node; group: number; use: number }[] = [];
    this.groups.specs.forEach(({ min, name }, group) => {
      const nodes = this.groups.nodesOf(group);
      const leaving = nodes.filter(isLeaving).length;
      // Nodes of a group at its minimum are no candidates at all, so pods of other nodes may come to them.
      const atMinimum = this.groups.sizeOf(group) - leaving <= min;
      for (const node of nodes) {
        if (isLeaving(node)) continue;
        if (this.groups.isStarting(node)) continue;
        if (!isReady(node) && !this.settings['scale-down-unready-enabled']) continue;
        if (nowUs < (this.unremovable.get(node.id) ?? -Infinity)) continue;
        const use = this.useOf(node);
        if (use > this.thresholdOf(node)) {
          if (this.since.has(node.id))
            this.noteKept(node, `used ${percent(use)}, more than ${percent(this.thresholdOf(node))}`);
        } else if (atMinimum) this.noteKept(node, `${name} is at its minimum of ${min}`);
        else if (node.metadata.annotations[SCALE_DOWN_DISABLED] === 'true')
          this.noteKept(node, 'annotated scale-down-disabled');
        else candidates.push({ node, group, use });
      }
    });
    const ranks = new Map<number, number>();
    for (const { node } of candidates)
      ranks.set(node.id, (this.since.has(node.id) ? 0 : 2) + (this.isEmpty(node) ? 0 : 1));
    return candidates.sort((a, b) => ranks.get(a.node.id)! - ranks.get(b.node.id)! || a.node.id - b.node.id);
  }

  /** When a look would find something else though nothing has changed. */
  private nextChangeUs(): number {
    const { nowUs } = this.plane.clock;
    let nextUs = Infinity;
    for (const untilUs of this.unremovable.values()) if (untilUs > nowUs) nextUs = Math.min(nextUs, untilUs);
    this.groups.specs.forEach((_, group) => {
      for (const node of this.groups.nodesOf(group))
        if (this.groups.isStarting(node))
          nextUs = Math.min(nextUs, node.metadata.creationUs + this.settings['max-node-startup-time']);
    });
    return nextUs;
  }

  /** Requests over allocatable: the larger of CPU and memory; on nodes with GPUs that of the GPUs. */
  useOf(node: Node): number {
    const { cpuMilli, memBytes, scalars } = nodeResources(node);
    const gpus = scalars.get(GPU) ?? 0;
    if (gpus === 0 && !this.settings['ignore-daemonsets-utilization']) {
      const free = this.snapshot.freeOn(node.metadata.name);
      return Math.max(
        cpuMilli > 0 ? (cpuMilli - free.cpuMilli) / cpuMilli : 0,
        memBytes > 0 ? (memBytes - free.memBytes) / memBytes : 0,
      );
    }
    let cpu = 0;
    let mem = 0;
    let gpu = 0;
    for (const pod of this.snapshot.podsOn(node.metadata.name)) {
      if (this.settings['ignore-daemonsets-utilization'] && controllerOf(pod)?.kind === 'DaemonSet') continue;
      const requests = podResources(pod.spec);
      cpu += requests.cpuMilli;
      mem += requests.memBytes;
      gpu += requests.scalars.find(({ name }) => name === GPU)?.amount ?? 0;
    }
    if (gpus > 0) return gpu / gpus;
    return Math.max(cpuMilli > 0 ? cpu / cpuMilli : 0, memBytes > 0 ? mem / memBytes : 0);
  }

  private thresholdOf(node: Node): number {
    const hasGpus = (nodeResources(node).scalars.get(GPU) ?? 0) > 0;
    return this.settings[hasGpus ? 'scale-down-gpu-utilization-threshold' : 'scale-down-utilization-threshold'];
  }

  private isEmpty(node: Node): boolean {
    return this.snapshot.podsOn(node.metadata.name).every((pod) => controllerOf(pod)?.kind === 'DaemonSet');
  }

  /** Pods that need another place; undefined: one of them may not go, which is noted. */
  private podsToMove(node: Node, budgets: BudgetTracker): Pod[] | undefined {
    const pods: Pod[] = [];
    for (const pod of this.snapshot.podsOn(node.metadata.name)) {
      const verdict = drainVerdict(pod, this.plane.api, budgets, this.settings);
      if (verdict.kind === 'block') {
        this.noteUnremovable(node, verdict.why);
        return undefined;
      }
      if (verdict.kind === 'move') pods.push(pod);
    }
    return pods;
  }

  /** Moves the pods to other nodes in thought; undone when one finds no place. */
  private move(node: Node, pods: readonly Pod[], leaving: ReadonlySet<string>): boolean {
    const { snapshot } = this;
    const mark = snapshot.mark();
    for (const pod of pods) snapshot.take(pod);
    for (const pod of pods) {
      const place = this.placeFor(pod, node.metadata.name, leaving);
      if (place === undefined) {
        snapshot.revert(mark);
        this.noteUnremovable(node, `no place elsewhere for ${fullName(pod)}`);
        return false;
      }
      snapshot.place(homelessCopy(pod), place);
    }
    return true;
  }

  private placeFor(pod: Pod, from: string, leaving: ReadonlySet<string>): string | undefined {
    const names = this.snapshot.names();
    const free = homelessCopy(pod);
    for (let k = 0; k < names.length; k++) {
      const at = (this.cursor + k) % names.length;
      const name = names[at];
      if (name === from || leaving.has(name) || !this.snapshot.fits(free, name)) continue;
      this.cursor = at;
      return name;
    }
    return undefined;
  }

  private noteTimer(node: Node): void {
    const { nowUs } = this.plane.clock;
    const timer = isReady(node) ? 'scale-down-unneeded-time' : 'scale-down-unready-time';
    this.plane.chronicle.timer({ fromUs: nowUs, toUs: nowUs + this.settings[timer], timer, about: aboutOf(node) });
  }
}

function isLeaving({ spec }: Node): boolean {
  return spec.taints.some(({ key }) => key === TO_BE_DELETED);
}

const copies = new WeakMap<Pod, Pod>();

/** The pod as the scheduler would see its successor: without a node. */
function homelessCopy(pod: Pod): Pod {
  let copy = copies.get(pod);
  if (copy === undefined) {
    const { nodeName: _, ...spec } = pod.spec;
    copies.set(pod, (copy = { ...pod, spec }));
  }
  return copy;
}
