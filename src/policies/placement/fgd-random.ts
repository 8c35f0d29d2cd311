import type { BuiltInPlacement } from './built-in.ts';
import { randomFitting } from './random-fitting.ts';

const name = 'fgd-random';
const summary = 'any node that has room, and on it any GPU that has: the random policy FGD was compared with';
const source = 'hkust-adsl/kubernetes-scheduler-simulator, 01-Random (Weng et al., USENIX ATC 2023)';

/**
 * The FGD experiment's random policy: a node drawn from those that fit, and for a pod that shares a GPU a device drawn
 * from those of the node that fit. Upstream's draws are not repeatable (sixteen threads race), so only its means are.
 */
export const fgdRandom: BuiltInPlacement = {
  name,
  summary,
  source,
  create: (context) => ({
    name,
    summary,
    source,
    reads: 'cluster',
    choose: (_pod, candidates) => randomFitting(candidates, context.random),
    devices(cluster, shapes, stream) {
      const { deviceFirst, deviceFreeMilli, gpuCount } = cluster;
      return (shape, node) => {
        const milli = shapes.gpuMilli[shape];
        if (shapes.gpuCount[shape] !== 1 || milli === 1000) return cluster.bestFitDevices(node, shape, shapes);
        let chosen = -1;
        let fitting = 0;
        for (let device = 0; device < gpuCount[node]; device++) {
          if (deviceFreeMilli[deviceFirst[node] + device] < milli) continue;
          // Reservoir sampling: the k-th that fits takes the place of the one before with probability 1/k.
          if (stream.below(++fitting) === 0) chosen = device;
        }
        return 1 << chosen;
      };
    },
  }),
};
