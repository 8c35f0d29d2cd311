import type { Cluster } from '../../sim/cluster.ts';
import type { ColumnScore } from '../../sim/policy.ts';
import type { ShapeTable } from '../../sim/shapes.ts';
import type { NodeView, PodView } from '../../sim/views.ts';

/**
 * What general policies measure a node by: the share of its CPU, of its memory and, for a pod that asks for GPUs, of
 * its GPUs. A pod without GPUs is placed by CPU and memory alone, on GPU nodes too, so that the score of a node stays
 * a function of those two (see `prefers` in policy.ts).
 */
export function freeShareAfter(pod: PodView, node: NodeView): number {
  const plain =
    share(node.cpuFreeMilli - pod.cpuMilli, node.cpuMilli) + share(node.memFreeBytes - pod.memBytes, node.memBytes);
  if (pod.gpuCount === 0) return plain;
  return plain + share(node.gpuFreeMilli - pod.gpuCount * pod.gpuMilli, node.gpuCount * 1000);
}

/** `freeShareAfter` from columns. */
export function freeShareAfterColumns(cluster: Readonly<Cluster>, shapes: ShapeTable): ColumnScore {
  const { cpuMilli, cpuFreeMilli, memBytes, memFreeBytes, gpuCount, gpuFreeMilli } = cluster;
  return (shape, node) => {
    const plain =
      share(cpuFreeMilli[node] - shapes.cpuMilli[shape], cpuMilli[node]) +
      share(memFreeBytes[node] - shapes.memBytes[shape], memBytes[node]);
    const gpus = shapes.gpuCount[shape];
    if (gpus === 0) return plain;
    return plain + share(gpuFreeMilli[node] - gpus * shapes.gpuMilli[shape], gpuCount[node] * 1000);
  };
}

/** How many resources a score for this pod looks at. */
export function dimensions(gpuCount: number): number {
  return gpuCount === 0 ? 2 : 3;
}

/** A part of a whole; 0 where there is none to have. Monotone in `part`, also after rounding. */
export function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
