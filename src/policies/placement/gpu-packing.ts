import type { Cluster } from '../../sim/cluster.ts';
import { memoryless } from './built-in.ts';

/**
 * GPU packing: first nodes that are in use, on devices that are in use; then whole devices of nodes in use; idle nodes
 * last, those with few GPUs first. Pods without GPUs see no difference between nodes. As in the FGD experiment.
 */
export const gpuPacking = memoryless({
  name: 'gpu-packing',
  summary: 'shared GPUs that are in use first, then whole GPUs of nodes in use, idle nodes last',
  source: 'hkust-adsl/kubernetes-scheduler-simulator, 04-GpuPacking (Weng et al., USENIX ATC 2023)',
  score(pod, node) {
    if (pod.gpuCount === 0) return 0;
    if (node.gpuWholeFree === node.gpuCount) return idleNodeScore(node.gpuCount);
    const fitting: number[] = [];
    for (let device = 0; device < node.gpuCount; device++)
      if (node.deviceFreeMilli(device) >= pod.gpuMilli) fitting.push(node.deviceFreeMilli(device));
    const chosen = fitting.sort((a, b) => a - b).slice(0, pod.gpuCount);
    const whole = chosen.filter((left) => left === 1000).length;
    return usedNodeScore(
      whole,
      chosen.reduce((sum, left) => sum + Math.trunc(left / 10), 0),
    );
  },
  columns(cluster, shapes) {
    const { gpuCount, gpuWholeFree } = cluster;
    return (shape, node) => {
      const gpus = shapes.gpuCount[shape];
      if (gpus === 0) return 0;
      const here = gpuCount[node];
      if (gpuWholeFree[node] === here) return idleNodeScore(here);
      if (shapes.gpuMilli[shape] === 1000) return usedNodeScore(gpus, 0);
      return sharedScore(cluster, node, cluster.bestFitDevices(node, shape, shapes));
    };
  },
});

function sharedScore({ deviceFirst, deviceFreeMilli }: Readonly<Cluster>, node: number, devices: number): number {
  let whole = 0;
  let hundredths = 0;
  for (let device = 0, rest = devices; rest !== 0; device++, rest >>>= 1) {
    if ((rest & 1) === 0) continue;
    const left = deviceFreeMilli[deviceFirst[node] + device];
    if (left === 1000) whole++;
    hundredths += Math.trunc(left / 10);
  }
  return usedNodeScore(whole, hundredths);
}

function idleNodeScore(gpus: number): number {
  return Math.max(33 - gpus, gpus);
}

/** `whole`: idle devices it would take; `hundredths`: what is left on the devices it would take, in 1/100 device each. */
function usedNodeScore(whole: number, hundredths: number): number {
  return whole > 0 ? Math.max(50 - whole, 33) : Math.max(100 - Math.trunc(hundredths / 10), 50);
}
