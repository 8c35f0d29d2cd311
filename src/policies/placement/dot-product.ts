import { memoryless } from './built-in.ts';
import { share } from './shares.ts';

/**
 * Dot product: the node whose free resources point the way the pod's request does, in units of the cluster's largest
 * node (the paper's bins are equal; on equal nodes this is Tetris alignment). Large empty nodes come first: it spreads,
 * but keeps the resources of a node in proportion.
 */
export const dotProduct = memoryless({
  name: 'dot-product',
  summary: 'the node whose free resources match the request best, in units of the largest node',
  source: 'Panigrahy, Talwar, Uyeda, Wieder, Heuristics for vector bin packing, 2011',
  prefers: 'more-free',
  score(pod, node) {
    const plain =
      share(pod.cpuMilli, node.largestCpuMilli) * share(node.cpuFreeMilli, node.largestCpuMilli) +
      share(pod.memBytes, node.largestMemBytes) * share(node.memFreeBytes, node.largestMemBytes);
    if (pod.gpuCount === 0) return plain;
    const asked = share(pod.gpuCount * pod.gpuMilli, node.largestGpuMilli);
    return plain + asked * share(node.gpuFreeMilli, node.largestGpuMilli);
  },
  columns(cluster, shapes) {
    const { cpuFreeMilli, memFreeBytes, gpuFreeMilli, largestCpuMilli, largestMemBytes, largestGpuMilli } = cluster;
    return (shape, node) => {
      const plain =
        share(shapes.cpuMilli[shape], largestCpuMilli) * share(cpuFreeMilli[node], largestCpuMilli) +
        share(shapes.memBytes[shape], largestMemBytes) * share(memFreeBytes[node], largestMemBytes);
      const gpus = shapes.gpuCount[shape];
      if (gpus === 0) return plain;
      const asked = share(gpus * shapes.gpuMilli[shape], largestGpuMilli);
      return plain + asked * share(gpuFreeMilli[node], largestGpuMilli);
    };
  },
});
