import { memoryless } from './built-in.ts';

/** The largest node of the experiment. */
const LARGEST_CPU_MILLI = 128_000;
const LARGEST_GPU_MILLI = 8000;

/**
 * The FGD experiment's best fit: the node left with the least CPU and GPU, in units of the experiment's largest node,
 * in whole points of 100. Memory does not count.
 */
export const fgdBestFit = memoryless({
  name: 'fgd-best-fit',
  summary: 'the node left with the least CPU and GPU, in whole points: the best fit FGD was compared with',
  source: 'hkust-adsl/kubernetes-scheduler-simulator, 05-BestFit (Weng et al., USENIX ATC 2023)',
  score: (pod, node) => points(node.cpuFreeMilli - pod.cpuMilli, node.gpuFreeMilli - pod.gpuCount * pod.gpuMilli),
  columns({ cpuFreeMilli, gpuFreeMilli }, shapes) {
    return (shape, node) =>
      points(
        cpuFreeMilli[node] - shapes.cpuMilli[shape],
        gpuFreeMilli[node] - shapes.gpuCount[shape] * shapes.gpuMilli[shape],
      );
  },
});

/** Upstream then stretches the points to 0..100 over the nodes that fit; that keeps their order, so it is left out. */
function points(cpuLeftMilli: number, gpuLeftMilli: number): number {
  return Math.trunc(100 * (1 - ((0.5 * cpuLeftMilli) / LARGEST_CPU_MILLI + (0.5 * gpuLeftMilli) / LARGEST_GPU_MILLI)));
}
