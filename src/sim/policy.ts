import type { Cluster } from './cluster.ts';
import type { OwnerCounts } from './owner-counts.ts';
import type { RandomStream } from './random.ts';
import type { ShapeTable } from './shapes.ts';
import type { TypicalPod } from './typical-pod.ts';
import type { NodeView, PodView } from './views.ts';

/** Scores a node for a shape from columns: `(shape, node) => score`. The fast form of `score`. */
export type ColumnScore = (shape: number, node: number) => number;

/** Picks GPU devices on a node that fits, as bits; bit 0 is the node's first device. */
export type DeviceChoice = (shape: number, node: number) => number;

/** What a policy that chooses for itself may ask about the cluster. Nodes come in the order of the tie rule. */
export interface Candidates {
  readonly nodeCount: number;
  readonly cluster: Readonly<Cluster>;
  readonly shapes: ShapeTable;
  /** The node at this place of the tie order. */
  nodeAt(place: number): number;
  /** The place of a node in the tie order. */
  placeOf(node: number): number;
  /** Whether the pod being placed could be bound to the node (resources, taints, and the policy's own filter). */
  fits(node: number): boolean;
  /** How many nodes fit; scans all. */
  countFitting(): number;
  /** The fitting node with so many fitting nodes before it in the tie order, or -1; scans. */
  nthFitting(index: number): number;
  /** The first fitting node at this place of the tie order or after it, without going round; -1 when there is none. */
  firstFittingFrom(place: number): number;
}

/**
 * Where to put a pod. The smallest one is a name and a `score`: of the nodes that fit, the highest score wins, and
 * ties go to the lowest node id unless the run names another order.
 *
 * Unless it says `reads: 'cluster'`, a policy promises that its score and filter depend on nothing but the node's
 * own state and the pod's shape (its request). Then decisions are indexed. Reading more of the pod than its shape
 * is noticed and costs the index, never the answer.
 */
export interface PlacementPolicy {
  readonly name: string;
  /** One line for `baton policies`. */
  readonly summary?: string;
  /** The paper or upstream file it comes from. */
  readonly source?: string;
  readonly reads?: 'node' | 'cluster';
  /** Higher is better; must be a number, not NaN. */
  score?(pod: PodView, node: NodeView): number;
  /** A second opinion on nodes that fit: true to allow, or a phrase that says why not ("is in the wrong zone"). */
  filter?(pod: PodView, node: NodeView): true | string;
  /** The same score from columns, for hot paths; called once per run. Its test proves it equal to `score`. */
  columns?(cluster: Readonly<Cluster>, shapes: ShapeTable): ColumnScore;
  /**
   * How the score moves when a node that fits has less CPU or memory left and all else is the same: never down
   * ('less-free'), or never up ('more-free'). A promise about shapes that ask for no GPUs: for those the score depends,
   * besides capacities and the shape, on free CPU and free memory only. Buys a tree search for them.
   */
  readonly prefers?: 'less-free' | 'more-free';
  /** Instead of scoring: choose one of the candidates that fit, or -1 only when none does. */
  choose?(pod: PodView, candidates: Candidates): number;
  /** Which GPU devices to take; default: least left that fits, lowest index on ties. Called once per run. */
  devices?(cluster: Readonly<Cluster>, shapes: ShapeTable, random: RandomStream): DeviceChoice;
}

/** What a policy made for one run is given. */
export interface PolicyContext {
  /** The policy's own stream; equal for equal seeds. */
  readonly random: RandomStream;
  /** What the workload's pods ask for, where that is known before the run (a trace); some policies need it. */
  readonly typicalPods?: readonly TypicalPod[];
  /** Counts of each user's pods by node and zone, kept from this call on; a policy that reads them says `reads: 'cluster'`. */
  readonly owners?: () => OwnerCounts;
}

/** A policy with memory is made anew for each run. */
export type PlacementFactory = (context: PolicyContext) => PlacementPolicy;

/** In which order waiting pods are tried. */
export interface QueuePolicy {
  readonly name: string;
  readonly summary?: string;
  readonly source?: string;
  /** Lower is tried first; ties by arrival. Read once, when the pod (or its whole gang) starts to wait. */
  key?(pod: PodView): number;
  /**
   * Instead of `key`: the user to serve next, the one with the lowest share; ties by the longest waiting pod. Read
   * before every attempt. `allocated` and `total` are [cpuMilli, memBytes, gpuMilli].
   */
  userShare?(allocated: Readonly<Float64Array>, total: Readonly<Float64Array>): number;
}

/** Who may start before pods that have waited longer in the queue's order. */
export interface BackfillPolicy {
  readonly name: string;
  readonly summary?: string;
  readonly source?: string;
  /**
   * 'none': nobody passes the head of the queue; 'any': whoever fits may pass; 'head': only who cannot delay the
   * head, which holds a reservation at the earliest time its estimate-based prospects allow (EASY); 'all': every
   * waiting pod holds a reservation that no later one may delay (conservative).
   */
  readonly reservations: 'none' | 'any' | 'head' | 'all';
  /** In which order those behind the head are tried under 'head': as queued, or shortest estimate first. */
  readonly order?: 'queue' | 'shortest-first';
  /** What is believed about run times: the user's estimate times a factor (default 1), or the truth (an oracle). */
  readonly estimate?: { readonly times: number } | 'actual';
  /** Whether an arriving pod that does not fit now still causes a scheduling pass. Default 'always'. */
  readonly passOnArrival?: 'always' | 'if-it-fits';
}
