import type { RandomStream } from '../../../../sim/random.ts';
import { isEmptySelector } from '../../objects/label-selector.ts';
import type { Labels } from '../../objects/meta.ts';
import type { Node } from '../../objects/node.ts';
import type { Pod } from '../../objects/pod.ts';
import { NodeOrder } from '../node-order.ts';
import { type SpreadConstraint, spreadConstraints } from '../pod-info.ts';
import type { SchedulerProfile } from '../scheduler-profile.ts';
import type { CoreDecision, SchedulingCore, SelectorSource } from '../scheduling-core.ts';
import { SYSTEM_CONSTRAINTS } from '../system-constraints.ts';
import { winner } from '../tie-break.ts';
import { NO_VOLUMES, type VolumeObjects } from '../volume-objects.ts';
import { SelectorSources } from './default-selector.ts';
import { type Filtering, findFeasible, judgeNode, prepareFilters } from './filtering.ts';
import { ImageStates } from './image-states.ts';
import type { ReferenceCluster, Rejection } from './plugin.ts';
import { type PlacedPod, placedPod, type ReferenceNode, referenceNode, withPods } from './reference-node.ts';
import { referenceRefusal } from './reference-refusal.ts';
import { type Scoring, scoreNodes } from './scoring.ts';

/** What a core may need besides its profile. */
export interface CoreOptions {
  /** For ties up to version 1.34; from 1.35 on nothing is drawn. */
  readonly random?: RandomStream;
  /** Claims and volumes of the cluster; absent: none is described. */
  readonly volumes?: VolumeObjects;
}

/** One pod's decision with everything that led to it. */
export interface Consideration {
  readonly pod: PlacedPod;
  readonly cluster: ReferenceCluster;
  /** Where the search starts in the order of nodes. */
  readonly start: number;
  readonly filtering: Filtering;
  /** Only with two feasible nodes or more: one alone is taken without being scored. */
  readonly scoring?: Scoring;
  /** Place of the winner among the feasible nodes; absent: there is none. */
  readonly winner?: number;
}

/**
 * kube-scheduler's decision as it is defined: every plugin is asked about every node, nothing is remembered from one
 * pod to the next but the cluster itself and where the search starts. Slow and plain: it is what faster ways of
 * deciding are compared with, and what explains a decision.
 */
export class ReferenceCore implements SchedulingCore {
  readonly profile: SchedulerProfile;
  private readonly random: RandomStream | undefined;
  private readonly volumes: VolumeObjects;
  private readonly states = new Map<number, NodeState>();
  private readonly numbers = new Map<string, number>();
  private readonly freeNumbers: number[] = [];
  /** Nodes that have changed since the last decision. */
  private readonly changed = new Set<NodeState>();
  private readonly order = new NodeOrder();
  private readonly images = new ImageStates();
  private readonly namespaces = new Map<string, Labels>();
  private readonly selectors = new SelectorSources();
  private readonly nodeOfPod = new Map<number, NodeState>();
  private readonly nominations = new Map<number, { readonly placed: PlacedPod; readonly node: string }>();
  start = 0;

  constructor(profile: SchedulerProfile, options: CoreOptions = {}) {
    this.profile = profile;
    this.random = options.random;
    this.volumes = options.volumes ?? NO_VOLUMES;
  }

  get nodeCount(): number {
    return this.numbers.size;
  }

  addNode(node: Node): void {
    const number = this.freeNumbers.pop() ?? this.numbers.size;
    this.numbers.set(node.metadata.name, number);
    const state = { node, pods: [], seen: undefined };
    this.states.set(number, state);
    this.changed.add(state);
    this.order.add(number, node.metadata.labels);
    this.images.add(node);
  }

  updateNode(node: Node): void {
    const state = this.stateOf(node.metadata.name);
    this.order.relabel(this.numberOf(node.metadata.name), state.node.metadata.labels, node.metadata.labels);
    this.images.remove(state.node);
    this.images.add(node);
    state.node = node;
    this.changed.add(state);
  }

  removeNode(name: string): void {
    const number = this.numberOf(name);
    const state = this.stateOf(name);
    for (const { pod } of state.pods) this.nodeOfPod.delete(pod.id);
    this.order.remove(number, state.node.metadata.labels);
    this.images.remove(state.node);
    this.numbers.delete(name);
    this.states.delete(number);
    this.changed.delete(state);
    this.freeNumbers.push(number);
  }

  addPod(pod: Pod, nodeName: string): void {
    const state = this.stateOf(nodeName);
    state.pods.push(placedPod(pod));
    this.changed.add(state);
    this.nodeOfPod.set(pod.id, state);
  }

  removePod(pod: Pod): void {
    const state = this.nodeOfPod.get(pod.id);
    if (state === undefined) return;
    state.pods = state.pods.filter((placed) => placed.pod.id !== pod.id);
    this.changed.add(state);
    this.nodeOfPod.delete(pod.id);
  }

  nominate(pod: Pod, nodeName: string | undefined): void {
    if (nodeName === undefined) this.nominations.delete(pod.id);
    else this.nominations.set(pod.id, { placed: placedPod(pod), node: nodeName });
  }

  setNamespace(name: string, labels: Labels): void {
    this.namespaces.set(name, labels);
  }

  setSelector(source: SelectorSource): void {
    this.selectors.set(source);
  }

  decide(pod: Pod): CoreDecision {
    const considered = this.consider(pod, true);
    const { filtering, cluster } = considered;
    if (cluster.nodes.length > 0) this.start = (this.start + filtering.movesBy) % cluster.nodes.length;
    const counts = {
      feasible: filtering.feasible.length,
      examined: filtering.feasible.length + filtering.rejected.size,
    };
    if (considered.winner !== undefined) return { nodeName: filtering.feasible[considered.winner].name, ...counts };
    return { nodeName: undefined, ...counts, refusal: referenceRefusal(considered) };
  }

  /**
   * The decision that the pod would get now, with all that leads to it; nothing changes. With ties drawn by chance (up
   * to 1.34) it names no winner unless told to draw.
   */
  consider(pod: Pod, draws = false): Consideration {
    const placed = placedPod(pod);
    const cluster = this.cluster();
    const { start } = this;
    const filtering = findFeasible(placed, cluster, start, (node) => this.nominatedTo(node, placed));
    const { feasible } = filtering;
    const considered = { pod: placed, cluster, start, filtering };
    if (feasible.length === 0) return considered;
    if (feasible.length === 1) return { ...considered, winner: 0 };
    const scoring = scoreNodes(placed, feasible, cluster);
    if (this.profile.version === '1.34' && !draws) return { ...considered, scoring };
    return { ...considered, scoring, winner: winner(scoring.totals, this.profile.version, this.random) };
  }

  fitsWithout(pod: Pod, nodeName: string, gone: readonly Pod[]): boolean {
    return this.rejectionWithout(pod, nodeName, gone) === undefined;
  }

  reasonsWithout(pod: Pod, nodeName: string, gone: readonly Pod[]): readonly string[] {
    return this.rejectionWithout(pod, nodeName, gone)?.reasons ?? [];
  }

  podsOn(nodeName: string): readonly Pod[] {
    return this.stateOf(nodeName).pods.map(({ pod }) => pod);
  }

  /**
   * Takes note of the nodes that have changed, as each decision does. Nodes keep what was known of images when they last
   * changed; a core that explains decisions which another one takes calls this for each of them.
   */
  refresh(): void {
    for (const state of this.changed) state.seen = referenceNode(state.node, state.pods, this.images.of(state.node));
    this.changed.clear();
  }

  /** The cluster as it stands, nodes in the order in which they are looked at. */
  cluster(): ReferenceCluster {
    this.refresh();
    const nodes = this.order.list().map((number) => this.seen(number));
    return {
      profile: this.profile,
      nodes,
      namespaces: this.namespaces,
      volumes: this.volumes,
      node: (name) => {
        const number = this.numbers.get(name);
        return number === undefined ? undefined : this.seen(number);
      },
      defaultSpread: (pod, action) => this.defaultSpread(pod, action),
    };
  }

  private rejectionWithout(pod: Pod, nodeName: string, gone: readonly Pod[]): Rejection | undefined {
    const placed = placedPod(pod);
    const cluster = this.cluster();
    const node = cluster.node(nodeName);
    if (node === undefined) throw new Error(`there is no node ${nodeName}`);
    const prepared = prepareFilters(placed, cluster);
    if (prepared.rejection !== undefined) return prepared.rejection;
    const ids = new Set(gone.map(({ id }) => id));
    for (const other of node.pods)
      if (ids.has(other.pod.id)) for (const { filter } of prepared.filters) filter.count?.(other, node, -1);
    const rest = withPods(
      node,
      node.pods.filter((other) => !ids.has(other.pod.id)),
    );
    return judgeNode(prepared, rest, this.nominatedTo(node, placed));
  }

  /** Constraints for a pod without its own: those of the profile, for the pods that its services and owner select. */
  private defaultSpread(pod: Pod, action: 'DoNotSchedule' | 'ScheduleAnyway'): readonly SpreadConstraint[] {
    const { defaultConstraints } = this.profile;
    const list = defaultConstraints === 'System' ? SYSTEM_CONSTRAINTS : defaultConstraints;
    if (list.every((constraint) => constraint.whenUnsatisfiable !== action)) return [];
    const labelSelector = this.selectors.selectorOf(pod);
    if (isEmptySelector(labelSelector)) return [];
    return spreadConstraints(
      list.map((constraint) => ({ ...constraint, labelSelector, matchLabelKeys: [] })),
      action,
      pod.metadata.labels,
    );
  }

  /** Other pods that keep room on the node against this one: nominated there, of at least its priority. */
  nominatedTo(node: ReferenceNode, { pod }: PlacedPod): PlacedPod[] {
    const pods: PlacedPod[] = [];
    for (const { placed, node: name } of this.nominations.values())
      if (name === node.name && placed.pod.id !== pod.id && placed.info.spec.priority >= pod.spec.priority)
        pods.push(placed);
    return pods;
  }

  /** The node as decisions see it. */
  private seen(number: number): ReferenceNode {
    const seen = this.states.get(number)?.seen;
    if (seen === undefined) throw new Error(`there is no node ${number}`);
    return seen;
  }

  private stateOf(name: string): NodeState {
    const state = this.states.get(this.numberOf(name));
    if (state === undefined) throw new Error(`there is no node ${name}`);
    return state;
  }

  private numberOf(name: string): number {
    const number = this.numbers.get(name);
    if (number === undefined) throw new Error(`there is no node ${name}`);
    return number;
  }
}

interface NodeState {
  node: Node;
  pods: PlacedPod[];
  /** What the last decision saw; undefined: it has come since. */
  seen: ReferenceNode | undefined;
}
