import { memoryless } from './built-in.ts';
import { share } from './shares.ts';

/**
 * Tetris alignment: the dot product of request and free resources, each as a share of the node's own capacity. The
 * part of Tetris that chooses a machine for a task; its other parts (remote input, remaining work of the job) need what
 * a pod here does not say.
 */
export const tetris = memoryless({
  name: 'tetris',
  summary: "the node whose free resources match the request best, in shares of the node's capacity",
  source: 'Grandl et al., Multi-resource packing for cluster schedulers, SIGCOMM 2014 (alignment score)',
  prefers: 'more-free',
  score(pod, node) {
    const plain =
      share(pod.cpuMilli, node.cpuMilli) * share(node.cpuFreeMilli, node.cpuMilli) +
      share(pod.memBytes, node.memBytes) * share(node.memFreeBytes, node.memBytes);
    if (pod.gpuCount === 0) return plain;
    const gpuMilli = node.gpuCount * 1000;
    return plain + share(pod.gpuCount * pod.gpuMilli, gpuMilli) * share(node.gpuFreeMilli, gpuMilli);
  },
  columns(cluster, shapes) {
    const { cpuMilli, cpuFreeMilli, memBytes, memFreeBytes, gpuCount, gpuFreeMilli } = cluster;
    return (shape, node) => {
      const cpu = cpuMilli[node];
      const mem = memBytes[node];
      const plain =
        share(shapes.cpuMilli[shape], cpu) * share(cpuFreeMilli[node], cpu) +
        share(shapes.memBytes[shape], mem) * share(memFreeBytes[node], mem);
      const gpus = shapes.gpuCount[shape];
      if (gpus === 0) return plain;
      const gpuMilli = gpuCount[node] * 1000;
      return plain + share(gpus * shapes.gpuMilli[shape], gpuMilli) * share(gpuFreeMilli[node], gpuMilli);
    };
  },
});
