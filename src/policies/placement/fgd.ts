import { InputError } from '../../sim/input-error.ts';
import type { TypicalPod } from '../../sim/typical-pod.ts';
import type { NodeView, PodView } from '../../sim/views.ts';
import type { BuiltInPlacement } from './built-in.ts';
import { fragmentation } from './fragmentation.ts';
import { FragmentationMemo } from './fragmentation-memo.ts';
import { sigmoidPoints } from './sigmoid-points.ts';

const name = 'fgd';
const summary = 'the node and GPU where free GPUs are fragmented least, for the pods this workload is made of';
const source = 'Weng et al., Beware of fragmentation: scheduling GPU-sharing workloads with FGD, USENIX ATC 2023';

/**
 * Fragmentation gradient descent: places the pod where the expected amount of free GPU that a pod of this workload could
 * not use grows least (or falls most). Allocates more of a GPU cluster than any packing rule before it; needs to
 * know what pods ask for in general, and sees no difference between nodes without GPUs.
 */
export const fgd: BuiltInPlacement = {
  name,
  summary,
  source,
  create: ({ typicalPods }) => {
    if (typicalPods === undefined || typicalPods.length === 0)
      throw new InputError(
        'policy "fgd" needs a workload whose pods are known beforehand, such as a trace file; ' +
          'without one, choose another policy, for example "gpu-packing"',
      );
    let memo: FragmentationMemo | undefined;
    return {
      name,
      summary,
      source,
      score: (pod, node) => sigmoidPoints(largestFall(typicalPods, pod, node)),
      columns(cluster, shapes) {
        const known = (memo ??= new FragmentationMemo(cluster, typicalPods));
        return (shape, node) => sigmoidPoints(known.fall(shape, node, shapes));
      },
      devices(cluster, shapes) {
        const known = (memo ??= new FragmentationMemo(cluster, typicalPods));
        const { deviceFirst, deviceFreeMilli, gpuCount } = cluster;
        return (shape, node) => {
          const milli = shapes.gpuMilli[shape];
          if (shapes.gpuCount[shape] !== 1 || milli === 1000) return cluster.bestFitDevices(node, shape, shapes);
          let best = -1;
          let mostPoints = -1;
          for (let device = 0; device < gpuCount[node]; device++) {
            const left = deviceFreeMilli[deviceFirst[node] + device];
            if (left < milli) continue;
            const points = sigmoidPoints(known.fallOnDevice(shape, node, left, shapes));
            if (points > mostPoints) [best, mostPoints] = [device, points];
          }
          return 1 << best;
        };
      },
    };
  },
};

/** The definition: F of the node now, less F with the pod on it, on the best device if it shares one. */
function largestFall(typical: readonly TypicalPod[], pod: PodView, node: NodeView): number {
  const devices = Array.from({ length: node.gpuCount }, (_, device) => node.deviceFreeMilli(device));
  devices.sort((a, b) => a - b);
  const before = fragmentation(typical, node.cpuFreeMilli, devices, node.gpuModel);
  const fallIfTaken = (taken: readonly number[]): number => {
    const after = devices.map((left, device) => (taken.includes(device) ? left - pod.gpuMilli : left));
    return before - fragmentation(typical, node.cpuFreeMilli - pod.cpuMilli, after, node.gpuModel);
  };
  const fitting = [...devices.keys()].filter((device) => devices[device] >= pod.gpuMilli);
  if (pod.gpuCount === 1 && pod.gpuMilli < 1000) return Math.max(...fitting.map((device) => fallIfTaken([device])));
  return fallIfTaken(fitting.slice(0, pod.gpuCount));
}
