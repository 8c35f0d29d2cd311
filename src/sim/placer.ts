import type { ChoiceProblem, Chooser, TieOrder, WorkCounters } from './choice/chooser.ts';
import { type ChooserKind, makeChooser } from './choice/choose-index.ts';
import { scan } from './choice/scan.ts';
import type { Cluster } from './cluster.ts';
import { InputError } from './input-error.ts';
import type { Pods } from './pods.ts';
import type { Candidates, ColumnScore, DeviceChoice, PlacementPolicy } from './policy.ts';
import type { RandomStream } from './random.ts';
import type { ShapeTable } from './shapes.ts';
import { NodeView, PodView } from './views.ts';

export interface PlacerOptions {
  readonly policy: PlacementPolicy;
  readonly cluster: Cluster;
  readonly shapes: ShapeTable;
  readonly pods: Pods;
  readonly order: TieOrder;
  readonly index: ChooserKind;
  /** For policies that draw their GPU devices. */
  readonly deviceStream: RandomStream;
  readonly counters: WorkCounters;
}

/**
 * Asks a placement policy for decisions, through an index wherever what the policy declares allows one. A policy
 * that turns out to read more of the pod than its shape is scanned from that moment on.
 */
export class Placer {
  readonly policy: PlacementPolicy;
  private readonly options: PlacerOptions;
  private readonly pod: PodView;
  private readonly node: NodeView;
  private readonly problem: ChoiceProblem;
  private readonly candidates: Candidates | undefined;
  private readonly pickDevices: DeviceChoice;
  private chooser: Chooser;
  private slot = -1;
  private shape = -1;
  private indexed: boolean;
  /** While choosing among some nodes only: which. */
  private allowed: ((node: number) => boolean) | undefined;

  constructor(options: PlacerOptions) {
    const { policy, cluster, shapes, pods, order, index, deviceStream, counters } = options;
    this.policy = policy;
    this.options = options;
    this.pod = new PodView(shapes, pods);
    this.node = new NodeView(cluster);
    const filter = policy.filter && ((shape: number, node: number) => this.allows(shape, node) === true);
    this.problem = {
      cluster,
      shapes,
      score: policy.columns?.(cluster, shapes) ?? this.scoreByViews(),
      filter,
      prefers: filter === undefined ? policy.prefers : undefined,
      order,
      counters,
    };
    this.indexed = policy.reads !== 'cluster' && policy.choose === undefined;
    this.chooser = this.indexed ? makeChooser(this.problem, index) : scan(this.problem);
    this.candidates = policy.choose && this.candidatesFor();
    this.pickDevices =
      policy.devices?.(cluster, shapes, deviceStream) ?? ((shape, node) => cluster.bestFitDevices(node, shape, shapes));
  }

  /** Whether the policy has read anything of a pod that others of its shape need not share. */
  get hasReadBeyondShape(): boolean {
    return this.pod.readBeyondShape;
  }

  /** The policy's node for this pod, or -1 when none fits. */
  choose(shape: number, slot: number): number {
    this.shape = shape;
    this.slot = slot;
    if (this.policy.choose !== undefined) return this.chooseFreely(shape, slot);
    const node = this.chooser.choose(shape);
    if (this.indexed && this.pod.readBeyondShape) {
      this.indexed = false;
      this.chooser = scan(this.problem);
      return this.chooser.choose(shape);
    }
    return node;
  }

  /** The best of the allowed nodes, by a scan; for decisions under a reservation. */
  chooseAmong(shape: number, slot: number, allowed: (node: number) => boolean): number {
    this.shape = shape;
    this.slot = slot;
    if (this.policy.choose !== undefined) {
      this.allowed = allowed;
      const node = this.chooseFreely(shape, slot);
      this.allowed = undefined;
      return node;
    }
    const { filter } = this.problem;
    const narrowed = {
      ...this.problem,
      filter: (one: number, node: number) => allowed(node) && (filter === undefined || filter(one, node)),
    };
    return scan(narrowed).choose(shape);
  }

  devices(shape: number, node: number): number {
    return this.options.shapes.gpuCount[shape] === 0 ? 0 : this.pickDevices(shape, node);
  }

  changed(node: number): void {
    this.chooser.changed(node);
  }

  /** The score of one node that fits, and the policy's own objection to it, for explanations. */
  opinion(shape: number, slot: number, node: number): { score: number | undefined; objection: string | undefined } {
    this.shape = shape;
    this.slot = slot;
    const objection = this.policy.filter === undefined ? true : this.allows(shape, node);
    const score = this.policy.choose === undefined ? this.problem.score(shape, node) : undefined;
    return { score, objection: objection === true ? undefined : objection };
  }

  private scoreByViews(): ColumnScore {
    const { policy, pod, node } = this;
    const score = policy.score?.bind(policy);
    if (score === undefined) return () => 0;
    return (shape, id) => {
      const value: unknown = score(pod.moveTo(shape, this.slot), node.moveTo(id));
      if (typeof value !== 'number' || Number.isNaN(value))
        throw new InputError(
          `policy "${policy.name}": score(pod, node) gave ${String(value)} for node "${node.name}"; it must return a number, higher for a better node`,
        );
      return value;
    };
  }

  private allows(shape: number, node: number): true | string {
    const verdict: unknown = this.policy.filter!(this.pod.moveTo(shape, this.slot), this.node.moveTo(node));
    if (verdict === true || typeof verdict === 'string') return verdict;
    throw new InputError(
      `policy "${this.policy.name}": filter(pod, node) gave ${String(verdict)}; it must return true, or a phrase that says why not`,
    );
  }

  private chooseFreely(shape: number, slot: number): number {
    const { policy } = this;
    const node: unknown = policy.choose!(this.pod.moveTo(shape, slot), this.candidates!);
    if (node === -1) return -1;
    const { cluster, pods } = this.options;
    if (typeof node !== 'number' || !Number.isInteger(node) || node < 0 || node >= cluster.count)
      throw new InputError(
        `policy "${policy.name}": choose(pod, candidates) gave ${String(node)}; it must return a node id from 0 to ${cluster.count - 1}, or -1 when none fits`,
      );
    if (!this.candidates!.fits(node))
      throw new InputError(
        `policy "${policy.name}": choose(pod, candidates) gave node "${cluster.specs[node].name}", on which pod "${pods.nameOf(slot)}" does not fit; ask candidates.fits(node) first`,
      );
    return node;
  }

  private candidatesFor(): Candidates {
    const { cluster, shapes, order, counters } = this.options;
    const { filter } = this.problem;
    const fits = (node: number): boolean => {
      counters.nodeEvaluations++;
      return (
        cluster.fits(node, this.shape, shapes) &&
        (this.allowed === undefined || this.allowed(node)) &&
        (filter === undefined || filter(this.shape, node))
      );
    };
    const { nodeAt, placeOf } = order;
    return {
      nodeCount: cluster.count,
      cluster,
      shapes,
      nodeAt: (place) => nodeAt[place],
      placeOf: (node) => placeOf[node],
      fits,
      countFitting() {
        let count = 0;
        for (let node = 0; node < cluster.count; node++) if (fits(node)) count++;
        return count;
      },
      nthFitting(index) {
        let left = index;
        for (const node of nodeAt) if (fits(node) && left-- === 0) return node;
        return -1;
      },
      firstFittingFrom(place) {
        for (let at = place; at < nodeAt.length; at++) if (fits(nodeAt[at])) return nodeAt[at];
        return -1;
      },
    };
  }
}
