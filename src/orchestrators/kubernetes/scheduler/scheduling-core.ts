import type { LabelSelector, Labels } from '../objects/meta.ts';
import type { Node } from '../objects/node.ts';
import type { Pod } from '../objects/pod.ts';
import type { SchedulerProfile } from './scheduler-profile.ts';

/**
 * Where one pod goes, in the cluster as it stands: filters, scores, sampling and ties of kube-scheduler, without queue,
 * clock and preemption. Two implementations decide the same: `ReferenceCore`, plugin by plugin as upstream does and the
 * definition of the answer, and `IndexedCore`, which remembers per class of pods and mends what changed.
 *
 * Nodes are numbered in the order in which they are added and keep their number; a number is used again only after
 * `removeNode`. The rotating start and the zone order of nodes belong to the core.
 */
export interface SchedulingCore {
  readonly profile: SchedulerProfile;
  /** Where in the order of nodes the next search starts. */
  start: number;
  addNode(node: Node): void;
  /** Another state of a node that is there. */
  updateNode(node: Node): void;
  removeNode(name: string): void;
  /** A pod that has a node (`spec.nodeName`, or assumed there); the node must be there. It may overfill it. */
  addPod(pod: Pod, nodeName: string): void;
  /** The pod as it was added, found by its number; nothing happens when it is not there. */
  removePod(pod: Pod): void;
  /** A pod that waits for victims to go keeps its room on this node against pods of lower priority; undefined: no more. */
  nominate(pod: Pod, nodeName: string | undefined): void;
  /** Labels of a namespace, for selectors of namespaces. */
  setNamespace(name: string, labels: Labels): void;
  /** Selectors of services and controllers, which the default spreading goes by; undefined: it is gone. */
  setSelector(source: SelectorSource): void;
  /** Decides; nothing but the rotating start changes. */
  decide(pod: Pod): CoreDecision;
  /** Whether the pod passes every filter on that node once these pods are gone from it (nominated ones of at least its priority counted in). */
  fitsWithout(pod: Pod, nodeName: string, gone: readonly Pod[]): boolean;
  /** Why it does not, then: the reasons of the first plugin that rejects the node, as in a refusal; none when it fits. For messages. */
  reasonsWithout(pod: Pod, nodeName: string, gone: readonly Pod[]): readonly string[];
  /** Pods on the node, in the order in which they were added. */
  podsOn(nodeName: string): readonly Pod[];
  readonly nodeCount: number;
}

/** A Service, ReplicationController, ReplicaSet or StatefulSet, whose pods are spread by default. */
export interface SelectorSource {
  readonly kind: 'Service' | 'ReplicaSet' | 'StatefulSet' | 'ReplicationController';
  readonly namespace: string;
  readonly name: string;
  /** Its labels as `key=value` requirements; undefined: it is gone, or has none. */
  readonly selector: LabelSelector | undefined;
}

export interface CoreDecision {
  /** The node; undefined: refused. */
  readonly nodeName: string | undefined;
  /** Nodes that passed the filters (of those looked at). */
  readonly feasible: number;
  /** Nodes looked at. */
  readonly examined: number;
  /** Why not; only with a refusal, and worked out when it is asked for. */
  readonly refusal?: Refusal;
}

/** A refusal of all nodes. Its methods answer for the moment of the decision: ask before anything else changes. */
export interface Refusal {
  /** As kube-scheduler writes it, when no node would be helped by preemption. */
  message(): string;
  /** Its first sentence alone, which is all there is when a preemption is under way: `0/3 nodes are available: 3 Insufficient cpu.` */
  filterMessage(): string;
  /** Plugins that rejected at least one node, in the profile's order: what queueing hints go by. */
  readonly plugins: readonly string[];
  /** Nodes where removing pods might help (status Unschedulable, not UnschedulableAndUnresolvable), in the core's node order. */
  candidates(): readonly string[];
}
