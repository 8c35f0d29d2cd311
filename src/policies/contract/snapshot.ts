import type { Cluster } from '../../sim/cluster.ts';
import type { ShapeTable } from '../../sim/shapes.ts';

/** A copy of all numbers that a policy could reach, to tell whether asking it has changed one. */
export class Snapshot {
  private readonly columns: readonly (() => ArrayLike<number>)[];
  private readonly copies: Float64Array[] = [];

  constructor(cluster: Cluster, shapes: ShapeTable) {
    const { count } = cluster;
    // The probe, row `count`, may change: indexes write it.
    const ofNodes = [
      cluster.cpuMilli,
      cluster.memBytes,
      cluster.storageBytes,
      cluster.gpuCount,
      cluster.gpuModel,
      cluster.cpuFreeMilli,
      cluster.memFreeBytes,
      cluster.storageFreeBytes,
      cluster.gpuFreeMilli,
      cluster.gpuMostFreeMilli,
      cluster.gpuWholeFree,
      cluster.gpuClasses,
      cluster.deviceFirst,
      cluster.ready,
      cluster.podCount,
      cluster.podRoom,
      cluster.zone,
      ...cluster.extended,
      ...cluster.extendedFree,
    ].map((column) => column.subarray(0, count));
    this.columns = [
      ...ofNodes.map((column) => () => column),
      () => cluster.deviceFreeMilli,
      () => shapes.cpuMilli,
      () => shapes.memBytes,
      () => shapes.storageBytes,
      () => shapes.gpuCount,
      () => shapes.gpuMilli,
    ];
  }

  take(): void {
    this.columns.forEach((column, k) => {
      const now = column();
      if (this.copies[k]?.length !== now.length) this.copies[k] = new Float64Array(now.length);
      this.copies[k].set(now);
    });
  }

  /** Whether everything is as it was when last taken. */
  holds(): boolean {
    return this.columns.every((column, k) => {
      const now = column();
      const then = this.copies[k];
      for (let at = 0; at < then.length; at++) if (now[at] !== then[at]) return false;
      return true;
    });
  }
}
