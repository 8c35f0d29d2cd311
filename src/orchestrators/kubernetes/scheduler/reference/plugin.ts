import type { Labels } from '../../objects/meta.ts';
import type { Pod } from '../../objects/pod.ts';
import type { SpreadConstraint } from '../pod-info.ts';
import type { SchedulerProfile } from '../scheduler-profile.ts';
import type { VolumeObjects } from '../volume-objects.ts';
import type { PlacedPod, ReferenceNode } from './reference-node.ts';

/** The cluster as one decision sees it. */
export interface ReferenceCluster {
  readonly profile: SchedulerProfile;
  /** In the order in which the scheduler looks at them, before the rotating start. */
  readonly nodes: readonly ReferenceNode[];
  /** Labels of the namespaces that are known. */
  readonly namespaces: ReadonlyMap<string, Labels>;
  readonly volumes: VolumeObjects;
  /** The spreading constraints that stand in for those of a pod that has none of its own. */
  defaultSpread(pod: Pod, action: 'DoNotSchedule' | 'ScheduleAnyway'): readonly SpreadConstraint[];
  /** A node by its name. */
  node(name: string): ReferenceNode | undefined;
}

/** Why a plugin does not let a pod onto a node. */
export interface Rejection {
  readonly plugin: string;
  /** Usually one; the resources plugin gives one for each resource that is short. */
  readonly reasons: readonly string[];
  /** Whether it might help if pods went away from the node (Unschedulable, not UnschedulableAndUnresolvable). */
  readonly resolvable: boolean;
}

/** One plugin at the extension points PreFilter and Filter. */
export interface FilterPlugin {
  readonly name: string;
  /**
   * Looks at the pod and the whole cluster once (PreFilter). `skip`: the pod asks for nothing that this plugin judges,
   * so it is asked about no node. A rejection holds for every node at once.
   */
  prepare(pod: PlacedPod, cluster: ReferenceCluster): NodeFilter | Rejection | 'skip';
}

/** What a plugin prepared for one pod. */
export interface NodeFilter {
  /** The only nodes that can be meant (PreFilterResult); absent: all. */
  readonly onlyNodes?: ReadonlySet<string> | undefined;
  /** Undefined: the pod may be placed there. */
  judge(node: ReferenceNode): Rejection | undefined;
  /** Counts a pod in (1) or out (-1) that is thought to be on the node or gone from it (PreFilterExtensions). */
  count?(placed: PlacedPod, node: ReferenceNode, by: 1 | -1): void;
}

/** One plugin at the extension points PreScore, Score and NormalizeScore. */
export interface ScorePlugin {
  readonly name: string;
  /** Looks at the pod and the feasible nodes once; undefined (Skip): every node gets 0 from this plugin. */
  prepare(pod: PlacedPod, feasible: readonly ReferenceNode[], cluster: ReferenceCluster): NodeScorer | undefined;
}

/** What a plugin prepared for one pod. */
export interface NodeScorer {
  score(node: ReferenceNode): number;
  /** Brings the scores of all feasible nodes to 0 to 100; absent: they are already. */
  normalise?(scores: readonly number[], nodes: readonly ReferenceNode[]): readonly number[];
}

/** A rejection that removing pods might help. */
export function resolvable(plugin: string, ...reasons: readonly string[]): Rejection {
  return { plugin, reasons, resolvable: true };
}

/** A rejection that removing pods does not help. */
export function unresolvable(plugin: string, ...reasons: readonly string[]): Rejection {
  return { plugin, reasons, resolvable: false };
}
