import { memoryless } from './built-in.ts';

/** The largest node of the experiment: 8 devices. */
const EIGHT_DEVICES_MILLI = 8000;

/**
 * GPU clustering: keeps pods of one GPU class (sharing a device, taking 1, 2, 4, 8 whole ones) together, so that the
 * gaps they leave have the size of the pods that will come; then the node with the least GPU left. Pods without
 * GPUs see no difference between nodes. As in the FGD experiment (after Xiao et al., Gandiva, OSDI 2018).
 */
export const gpuClustering = memoryless({
  name: 'gpu-clustering',
  summary: 'nodes that host GPU pods of the same class, then the least GPU left',
  source: 'hkust-adsl/kubernetes-scheduler-simulator, 03-GpuClustering (Weng et al., USENIX ATC 2023)',
  score: (pod, node) => clusteringScore(pod.gpuCount, pod.gpuMilli, node.gpuFreeMilli, node.gpuClasses),
  columns({ gpuFreeMilli, gpuClasses }, shapes) {
    return (shape, node) =>
      clusteringScore(shapes.gpuCount[shape], shapes.gpuMilli[shape], gpuFreeMilli[node], gpuClasses[node]);
  },
});

function clusteringScore(gpus: number, milli: number, freeMilli: number, classes: number): number {
  if (gpus === 0) return 0;
  const base = Math.trunc((25 * (EIGHT_DEVICES_MILLI - freeMilli)) / EIGHT_DEVICES_MILLI);
  if (classes === 0) return base + 25;
  const own = 1 << (milli < 1000 ? 0 : gpus);
  if (classes === own) return base + 75;
  return (classes & own) !== 0 ? base + 50 : base;
}
