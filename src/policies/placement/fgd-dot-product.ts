import { memoryless } from './built-in.ts';

/** The largest node of the experiment. */
const LARGEST_CPU_MILLI = 128_000;
const LARGEST_GPU_MILLI = 8000;

/**
 * The FGD experiment's dot product of request and free resources (CPU and all GPUs of the node), in units of the
 * experiment's largest node and in whole points of 100. There the *smaller* product is better: it packs.
 */
export const fgdDotProduct = memoryless({
  name: 'fgd-dot-product',
  summary: 'the smallest product of request and free CPU and GPU: the dot product FGD was compared with',
  source: 'hkust-adsl/kubernetes-scheduler-simulator, 02-DotProd (Weng et al., USENIX ATC 2023)',
  score: (pod, node) => points(node.cpuFreeMilli, pod.cpuMilli, node.gpuFreeMilli, pod.gpuCount * pod.gpuMilli),
  columns({ cpuFreeMilli, gpuFreeMilli }, shapes) {
    return (shape, node) =>
      points(
        cpuFreeMilli[node],
        shapes.cpuMilli[shape],
        gpuFreeMilli[node],
        shapes.gpuCount[shape] * shapes.gpuMilli[shape],
      );
  },
});

function points(cpuFreeMilli: number, cpuMilli: number, gpuFreeMilli: number, gpuMilli: number): number {
  const product =
    (cpuFreeMilli / LARGEST_CPU_MILLI) * (cpuMilli / LARGEST_CPU_MILLI) +
    (gpuFreeMilli / LARGEST_GPU_MILLI) * (gpuMilli / LARGEST_GPU_MILLI);
  return Math.trunc(100 * (1 - product / 2));
}
