import type { NodeSpec } from '../node-spec.ts';
import type { PodRequest } from '../pod-request.ts';
import type { RandomStream } from '../random.ts';

/** A group of equal machines that can be bought and given back. */
export interface NodeGroupView {
  readonly name: string;
  readonly template: NodeSpec;
  readonly zone: string;
  readonly min: number;
  readonly max: number;
  /** Machines asked for: running, and on their way. */
  readonly size: number;
  /** Of those, not ready yet. */
  readonly upcoming: number;
  readonly usdPerHour: number;
  readonly spot: boolean;
  /** Machines the cloud would still give: its quota, or 0 while the group is out of capacity. */
  readonly available: number;
  /** Mean time from order to ready. */
  readonly bootMeanUs: number;
}

/** A pod as the node policy sees it. */
export interface FleetPod {
  readonly id: number;
  readonly request: PodRequest;
  /** Pods of one service (or one user of jobs) and request are alike. */
  readonly owner: string;
  readonly priority: number;
  /** Since when it has been pending, or running. */
  readonly sinceUs: number;
  /** Whether it may be evicted now: disruption budgets allow it, and its kind can be started again elsewhere. */
  readonly movable: boolean;
}

export interface FleetNode {
  readonly id: number;
  readonly name: string;
  /** Index into `groups`. */
  readonly group: number;
  readonly spec: NodeSpec;
  readonly cpuFreeMilli: number;
  readonly memFreeBytes: number;
  /** `coming`: ordered, not ready yet; `leaving`: being drained. */
  readonly state: 'coming' | 'ready' | 'unready' | 'leaving';
  /** When it became ready (or was ordered, while it is coming). */
  readonly sinceUs: number;
  readonly pods: readonly FleetPod[];
}

/** All that a node policy may look at. */
export interface FleetView {
  readonly nowUs: number;
  readonly groups: readonly NodeGroupView[];
  /** In the order of their ids. */
  readonly nodes: readonly FleetNode[];
  /** Pods no node has room for, in order of arrival. */
  readonly pending: readonly FleetPod[];
  /** Whether the constraints of the pod (labels, taints, zone, GPU model, extended resources) allow such a node at all, and its empty form has room. */
  fitsTemplate(pod: FleetPod, group: number): boolean;
  /** The same for a node that is there, with the resources it has free now. */
  fitsNode(pod: FleetPod, node: FleetNode): boolean;
}

export type NodeDecision =
  | { readonly kind: 'add'; readonly group: number; readonly count: number; readonly why: string }
  /** Drained (pods evicted within their budgets), then given back. */
  | { readonly kind: 'remove'; readonly node: number; readonly why: string }
  /** New machines are ordered first; when they are ready the old ones are drained and given back. */
  | {
      readonly kind: 'replace';
      readonly nodes: readonly number[];
      readonly group: number;
      readonly count: number;
      readonly why: string;
    };

/** Which machines to buy and to give back. One is made for each run. */
export interface NodeScaler {
  decide(view: FleetView): readonly NodeDecision[];
  /** When it wants to be asked next, if that is sooner than its period ends; read after each `decide`. Absent or Infinity: at its period. */
  wakeUs?(): number;
}

export interface NodePolicy {
  readonly name: string;
  readonly summary?: string;
  readonly source?: string;
  readonly periodUs: number;
  /** Whether it is also asked as soon as a pod finds no room (then at most once in so long). */
  readonly onPendingUs?: number;
  make(context: { readonly random: RandomStream }): NodeScaler;
}
