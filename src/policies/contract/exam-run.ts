import type { WorkCounters } from '../../sim/choice/chooser.ts';
import { byRank } from '../../sim/choice/chooser.ts';
import { Cluster } from '../../sim/cluster.ts';
import { Placer, type PlacerOptions } from '../../sim/placer.ts';
import { blankRow } from '../../sim/pod-source.ts';
import type { PodRequest } from '../../sim/pod-request.ts';
import { Pods } from '../../sim/pods.ts';
import type { ColumnScore, PlacementFactory, PlacementPolicy } from '../../sim/policy.ts';
import { stream } from '../../sim/random.ts';
import { ShapeTable } from '../../sim/shapes.ts';
import { NodeView, PodView } from '../../sim/views.ts';
import type { ExamWorld } from './exam-world.ts';
import { Snapshot } from './snapshot.ts';

/** A pod that one history placed: what is needed to take it away again. */
export interface PlacedPod {
  readonly slot: number;
  readonly shape: number;
  readonly node: number;
  readonly devices: number;
}

/** One policy, made anew, living through one history on a cluster of its own; several of them walk in step. */
export class ExamRun {
  readonly policy: PlacementPolicy;
  /** Whether the policy scores from views and from columns. */
  readonly hasBothForms: boolean;
  readonly cluster: Cluster;
  readonly shapes: ShapeTable;
  readonly pods = new Pods();
  readonly pod: PodView;
  readonly node: NodeView;
  readonly placer: Placer;
  readonly snapshot: Snapshot;
  /** What the policy says of a node for a shape: the form that this run asks. Undefined when it chooses for itself. */
  readonly score: ColumnScore | undefined;
  private slot = -1;
  private arrived = 0;
  private readonly row = blankRow();

  /** `withColumns: false` hides the policy's column form, so that `score`, the definition, is asked. */
  constructor(
    factory: PlacementFactory,
    world: ExamWorld,
    seed: number,
    index: PlacerOptions['index'],
    withColumns: boolean,
  ) {
    const made = factory({ random: stream(seed, 'exam/policy'), typicalPods: world.typicalPods });
    this.hasBothForms = made.columns !== undefined && made.score !== undefined;
    this.policy = withColumns || !this.hasBothForms ? made : withoutColumns(made);
    this.cluster = new Cluster(world.nodes);
    this.shapes = new ShapeTable(this.cluster);
    this.snapshot = new Snapshot(this.cluster, this.shapes);
    this.pod = new PodView(this.shapes, this.pods);
    this.node = new NodeView(this.cluster);
    this.score =
      this.policy.columns?.(this.cluster, this.shapes) ??
      (this.policy.score &&
        ((shape, node) => this.policy.score!(this.pod.moveTo(shape, this.slot), this.node.moveTo(node))));
    const ranks = world.nodes.map((_, node) => node);
    const shuffle = stream(seed, 'exam/order');
    for (let last = ranks.length - 1; last > 0; last--) {
      const other = shuffle.below(last + 1);
      [ranks[last], ranks[other]] = [ranks[other], ranks[last]];
    }
    const counters: WorkCounters = { nodeEvaluations: 0, scoreCalls: 0 };
    this.placer = new Placer({
      policy: this.policy,
      cluster: this.cluster,
      shapes: this.shapes,
      pods: this.pods,
      order: byRank(ranks),
      index,
      deviceStream: stream(seed, 'exam/devices'),
      counters,
    });
  }

  arrive(request: PodRequest): { slot: number; shape: number } {
    const shape = this.shapes.acquire(request);
    this.row.request = request;
    this.row.arrivesUs = this.arrived * 1e6;
    this.row.estimateUs = 1e6 * (1 + (this.arrived % 7));
    this.row.priority = this.arrived % 3;
    this.row.user = `user-${this.arrived % 4}`;
    this.slot = this.pods.add(this.row, this.arrived++, shape);
    return { slot: this.slot, shape };
  }

  bind(pod: PlacedPod): void {
    this.cluster.bind(pod.node, pod.shape, pod.devices, this.shapes);
    this.placer.changed(pod.node);
  }

  leave(pod: PlacedPod): void {
    this.cluster.release(pod.node, pod.shape, pod.devices, this.shapes);
    this.placer.changed(pod.node);
    this.forget(pod);
  }

  /** The pod goes without having been placed. */
  forget(pod: { slot: number; shape: number }): void {
    this.pods.remove(pod.slot);
    this.shapes.release(pod.shape);
  }

  setReady(node: number, ready: boolean): void {
    this.cluster.setReady(node, ready);
    this.placer.changed(node);
  }

  /** Whether the pod could be placed there, the policy's own filter included. */
  fits(pod: { slot: number; shape: number }, node: number): boolean {
    if (!this.cluster.fits(node, pod.shape, this.shapes)) return false;
    const { policy } = this;
    return (
      policy.filter === undefined ||
      policy.filter(this.pod.moveTo(pod.shape, pod.slot), this.node.moveTo(node)) === true
    );
  }
}

/** The same policy, asked through `score`. */
function withoutColumns(policy: PlacementPolicy): PlacementPolicy {
  return new Proxy(policy, {
    get(target, key) {
      const value: unknown = key === 'columns' ? undefined : Reflect.get(target, key);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
