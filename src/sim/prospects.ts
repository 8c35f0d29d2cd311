import type { Cluster } from './cluster.ts';
import type { Pods } from './pods.ts';
import type { ShapeTable } from './shapes.ts';

/** Knows whether a pod could ever be placed, were the whole cluster empty: if not, it need not wait. */
export class Prospects {
  private readonly cluster: Cluster;
  private readonly shapes: ShapeTable;
  /** Per shape, how many of its pods an empty cluster holds, up to the most ever asked for; -1: not computed. */
  private readonly room: number[] = [];
  private readonly generation: number[] = [];
  private most = 1;

  constructor(cluster: Cluster, shapes: ShapeTable) {
    this.cluster = cluster;
    this.shapes = shapes;
  }

  /** Whether one pod of this shape could. */
  couldFit(shape: number): boolean {
    return this.roomFor(shape, 1) >= 1;
  }

  /** Whether these pods, a single one or a gang, could all run at once on the empty cluster. */
  couldEverFit(slots: readonly number[], pods: Pods): boolean {
    if (slots.length === 1) return this.couldFit(pods.shape[slots[0]]);
    const wanted = new Map<number, number>();
    for (const slot of slots) wanted.set(pods.shape[slot], (wanted.get(pods.shape[slot]) ?? 0) + 1);
    let cpuMilli = 0;
    let memBytes = 0;
    for (const [shape, count] of wanted) {
      if (this.roomFor(shape, count) < count) return false;
      cpuMilli += count * this.shapes.cpuMilli[shape];
      memBytes += count * this.shapes.memBytes[shape];
    }
    return cpuMilli <= this.cluster.totalCpuMilli && memBytes <= this.cluster.totalMemBytes;
  }

  private roomFor(shape: number, count: number): number {
    if (count > this.most) {
      this.most = count;
      this.room.length = 0;
    }
    if (this.room[shape] === undefined || this.generation[shape] !== this.shapes.generation[shape]) {
      this.room[shape] = this.countRoom(shape);
      this.generation[shape] = this.shapes.generation[shape]!;
    }
    return this.room[shape];
  }

  private countRoom(shape: number): number {
    let room = 0;
    for (let node = 0; node < this.cluster.count && room < this.most; node++) room += this.roomOn(node, shape);
    return room;
  }

  /** How many pods of the shape the empty node holds, at most `most`. */
  private roomOn(node: number, shape: number): number {
    const { cluster, shapes } = this;
    const allowed = shapes.allowed[shape];
    if (allowed && allowed[node] === 0) return 0;
    let room = Math.min(this.most, cluster.specs[node].podLimit ?? this.most);
    const limit = (capacity: number, ask: number): void => {
      if (ask > 0) room = Math.min(room, Math.floor(capacity / ask));
    };
    limit(cluster.cpuMilli[node], shapes.cpuMilli[shape]);
    limit(cluster.memBytes[node], shapes.memBytes[shape]);
    limit(cluster.storageBytes[node], shapes.storageBytes[shape]);
    const gpus = shapes.gpuCount[shape];
    if (gpus > 0) limit(cluster.gpuCount[node] * Math.floor(1000 / shapes.gpuMilli[shape]), gpus);
    if (gpus > cluster.gpuCount[node]) return 0;
    shapes.extended[shape]?.forEach((ask, k) => limit(cluster.extended[k][node], ask));
    return room;
  }
}
