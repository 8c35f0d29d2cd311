import { memoryless } from './built-in.ts';
import { dimensions, freeShareAfter, freeShareAfterColumns } from './shares.ts';

/**
 * Least allocated: the node with the highest mean free share after placement, 0 to 1: Kubernetes' spreading strategy
 * without its rounding to whole points. It ranks nodes as worst fit does.
 */
export const leastAllocated = memoryless({
  name: 'least-allocated',
  summary: 'the node with the highest mean free share after placement',
  source: 'Kubernetes NodeResourcesFit, strategy LeastAllocated, in real numbers',
  prefers: 'more-free',
  score: (pod, node) => freeShareAfter(pod, node) / dimensions(pod.gpuCount),
  columns(cluster, shapes) {
    const free = freeShareAfterColumns(cluster, shapes);
    return (shape, node) => free(shape, node) / dimensions(shapes.gpuCount[shape]);
  },
});
