import { memoryless } from './built-in.ts';
import { share } from './shares.ts';

/**
 * L2 norm: the node left with the shortest vector of free resources, in units of the cluster's largest node. Packs as
 * best fit does, but one large remainder weighs more than several small ones, so it also evens the remainders out.
 */
export const l2Norm = memoryless({
  name: 'l2-norm',
  summary: 'the node left with the shortest vector of free resources, in units of the largest node',
  source: 'Panigrahy, Talwar, Uyeda, Wieder, Heuristics for vector bin packing, 2011',
  prefers: 'less-free',
  score(pod, node) {
    const plain =
      squareOfRest(node.cpuFreeMilli - pod.cpuMilli, node.largestCpuMilli) +
      squareOfRest(node.memFreeBytes - pod.memBytes, node.largestMemBytes);
    if (pod.gpuCount === 0) return -plain;
    return -(plain + squareOfRest(node.gpuFreeMilli - pod.gpuCount * pod.gpuMilli, node.largestGpuMilli));
  },
  columns(cluster, shapes) {
    const { cpuFreeMilli, memFreeBytes, gpuFreeMilli, largestCpuMilli, largestMemBytes, largestGpuMilli } = cluster;
    return (shape, node) => {
      const plain =
        squareOfRest(cpuFreeMilli[node] - shapes.cpuMilli[shape], largestCpuMilli) +
        squareOfRest(memFreeBytes[node] - shapes.memBytes[shape], largestMemBytes);
      const gpus = shapes.gpuCount[shape];
      if (gpus === 0) return -plain;
      return -(plain + squareOfRest(gpuFreeMilli[node] - gpus * shapes.gpuMilli[shape], largestGpuMilli));
    };
  },
});

/** A rest below zero counts as none: an index may ask about nodes that are too small, and expects no turn there. */
function squareOfRest(rest: number, whole: number): number {
  const part = rest > 0 ? share(rest, whole) : 0;
  return part * part;
}
