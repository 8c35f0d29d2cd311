import { memoryless } from './built-in.ts';
import { share } from './shares.ts';

/**
 * Balanced allocation: the node whose resources would be used most evenly, 1 minus the standard deviation of the
 * allocated shares after placement. Keeps CPU from running out beside idle memory (stranding); says nothing about how
 * full a node is, so on its own it neither packs nor spreads.
 */
export const balancedAllocation = memoryless({
  name: 'balanced-allocation',
  summary: 'the node whose CPU, memory and GPU shares would be most alike',
  source: 'Kubernetes NodeResourcesBalancedAllocation, in real numbers',
  score: (pod, node) =>
    evenness(
      share(node.cpuMilli - node.cpuFreeMilli + pod.cpuMilli, node.cpuMilli),
      share(node.memBytes - node.memFreeBytes + pod.memBytes, node.memBytes),
      pod.gpuCount > 0,
      share(node.gpuCount * 1000 - node.gpuFreeMilli + pod.gpuCount * pod.gpuMilli, node.gpuCount * 1000),
    ),
  columns(cluster, shapes) {
    const { cpuMilli, cpuFreeMilli, memBytes, memFreeBytes, gpuCount, gpuFreeMilli } = cluster;
    return (shape, node) => {
      const gpus = shapes.gpuCount[shape];
      const gpuMilli = gpuCount[node] * 1000;
      return evenness(
        share(cpuMilli[node] - cpuFreeMilli[node] + shapes.cpuMilli[shape], cpuMilli[node]),
        share(memBytes[node] - memFreeBytes[node] + shapes.memBytes[shape], memBytes[node]),
        gpus > 0,
        share(gpuMilli - gpuFreeMilli[node] + gpus * shapes.gpuMilli[shape], gpuMilli),
      );
    };
  },
});

/** 1 minus the standard deviation of two shares, or of three when GPUs are asked for. */
function evenness(cpu: number, mem: number, withGpu: boolean, gpu: number): number {
  if (!withGpu) return 1 - Math.abs(cpu - mem) / 2;
  const mean = (cpu + mem + gpu) / 3;
  const squares = (cpu - mean) * (cpu - mean) + (mem - mean) * (mem - mean) + (gpu - mean) * (gpu - mean);
  return 1 - Math.sqrt(squares / 3);
}
