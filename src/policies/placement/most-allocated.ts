import { memoryless } from './built-in.ts';
import { dimensions, share } from './shares.ts';

/**
 * Most allocated: the node with the highest mean allocated share after placement, 0 to 1: Kubernetes' packing strategy
 * without its rounding to whole points. Among nodes of any size it ranks as best fit does, up to the last bit.
 */
export const mostAllocated = memoryless({
  name: 'most-allocated',
  summary: 'the node with the highest mean allocated share after placement',
  source: 'Kubernetes NodeResourcesFit, strategy MostAllocated, in real numbers',
  prefers: 'less-free',
  score(pod, node) {
    let sum =
      share(node.cpuMilli - node.cpuFreeMilli + pod.cpuMilli, node.cpuMilli) +
      share(node.memBytes - node.memFreeBytes + pod.memBytes, node.memBytes);
    if (pod.gpuCount > 0) {
      const gpuMilli = node.gpuCount * 1000;
      sum += share(gpuMilli - node.gpuFreeMilli + pod.gpuCount * pod.gpuMilli, gpuMilli);
    }
    return sum / dimensions(pod.gpuCount);
  },
  columns(cluster, shapes) {
    const { cpuMilli, cpuFreeMilli, memBytes, memFreeBytes, gpuCount, gpuFreeMilli } = cluster;
    return (shape, node) => {
      const cpu = cpuMilli[node];
      const mem = memBytes[node];
      let sum =
        share(cpu - cpuFreeMilli[node] + shapes.cpuMilli[shape], cpu) +
        share(mem - memFreeBytes[node] + shapes.memBytes[shape], mem);
      const gpus = shapes.gpuCount[shape];
      if (gpus > 0) {
        const gpuMilli = gpuCount[node] * 1000;
        sum += share(gpuMilli - gpuFreeMilli[node] + gpus * shapes.gpuMilli[shape], gpuMilli);
      }
      return sum / dimensions(gpus);
    };
  },
});
