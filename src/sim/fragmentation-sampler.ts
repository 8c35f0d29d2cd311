import type { Cluster } from './cluster.ts';
import type { ShapeTable } from './shapes.ts';

/** The most frequent shapes looked at; the rest of the workload is taken to be like them. */
const MOST_SHAPES = 16;

/**
 * Measures now and then how much free capacity is of no use to a random pod of this workload: free GPU (CPU when
 * there are no GPUs) on nodes where it would not fit, of all free capacity. This is FGD's measure (Weng et al.,
 * ATC 2023) carried over to any resource; the pods seen so far stand for the workload, counted anew whenever twice as
 * many have come. Between two samples only the nodes that changed are looked at again.
 */
export class FragmentationSampler {
  private readonly cluster: Cluster;
  private readonly shapes: ShapeTable;
  private seen = new Float64Array(64);
  private generation = new Uint32Array(64);
  private readonly samples: number[] = [];
  private arrivals = 0;
  private countedArrivals = 0;
  private typical: readonly { shape: number; share: number }[] = [];
  /** By node: free capacity, and how much of it a random pod could not use. */
  private readonly free: Float64Array;
  private readonly wasted: Float64Array;
  private readonly isStale: Uint8Array;
  private readonly stale: number[] = [];

  constructor(cluster: Cluster, shapes: ShapeTable) {
    this.cluster = cluster;
    this.shapes = shapes;
    this.free = new Float64Array(cluster.count);
    this.wasted = new Float64Array(cluster.count);
    this.isStale = new Uint8Array(cluster.count);
  }

  /** The node's pods have changed. */
  change(node: number): void {
    if (this.isStale[node] === 1) return;
    this.isStale[node] = 1;
    this.stale.push(node);
  }

  arrive(shape: number): void {
    this.arrivals++;
    if (shape >= this.seen.length) {
      const seen = new Float64Array(Math.max(shape + 1, this.seen.length * 2));
      seen.set(this.seen);
      const generation = new Uint32Array(seen.length);
      generation.set(this.generation);
      this.seen = seen;
      this.generation = generation;
    }
    if (this.generation[shape] !== this.shapes.generation[shape]) {
      this.generation[shape] = this.shapes.generation[shape]!;
      this.seen[shape] = 0;
    }
    this.seen[shape]++;
  }

  /** Called at the end of each span of the curves. */
  sample(): void {
    this.samples.push(this.now());
  }

  /** Two neighbouring spans became one. */
  merge(): void {
    const half = this.samples.length / 2;
    for (let span = 0; span < half; span++)
      this.samples[span] = (this.samples[2 * span] + this.samples[2 * span + 1]) / 2;
    this.samples.length = half;
  }

  /** One value a span; the last one is of this moment. */
  result(spans: number): number[] {
    const values = this.samples.slice(0, spans);
    while (values.length < spans) values.push(this.now());
    return values;
  }

  private now(): number {
    const isRecycled = this.typical.some(({ shape }) => this.generation[shape] !== this.shapes.generation[shape]);
    if (isRecycled || this.arrivals >= 2 * this.countedArrivals) {
      this.countedArrivals = this.arrivals;
      this.typical = this.typicalShapes();
      for (let node = 0; node < this.cluster.count; node++) this.measure(node);
    } else for (const node of this.stale) this.measure(node);
    for (const node of this.stale) this.isStale[node] = 0;
    this.stale.length = 0;
    let free = 0;
    let wasted = 0;
    for (let node = 0; node < this.cluster.count; node++) {
      free += this.free[node];
      wasted += this.wasted[node];
    }
    return free > 0 ? wasted / free : 0;
  }

  private measure(node: number): void {
    const { cluster, shapes } = this;
    const left = cluster.totalGpuMilli > 0 ? cluster.gpuFreeMilli[node] : cluster.cpuFreeMilli[node];
    let unfit = 0;
    if (left > 0) for (const { shape, share } of this.typical) if (!cluster.fits(node, shape, shapes)) unfit += share;
    this.free[node] = Math.max(0, left);
    this.wasted[node] = left * unfit;
  }

  private typicalShapes(): { shape: number; share: number }[] {
    const counted: { shape: number; count: number }[] = [];
    for (let shape = 0; shape < this.shapes.count && shape < this.seen.length; shape++)
      if (this.seen[shape] > 0 && this.generation[shape] === this.shapes.generation[shape])
        counted.push({ shape, count: this.seen[shape] });
    counted.sort((one, other) => other.count - one.count || one.shape - other.shape);
    counted.length = Math.min(counted.length, MOST_SHAPES);
    const total = counted.reduce((sum, { count }) => sum + count, 0);
    return counted.map(({ shape, count }) => ({ shape, share: count / total }));
  }
}
