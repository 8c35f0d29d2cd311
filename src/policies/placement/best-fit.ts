import { memoryless } from './built-in.ts';
import { freeShareAfter, freeShareAfterColumns } from './shares.ts';

/**
 * Best fit: the node left with the least, summed over the shares of its CPU, memory and (for pods that ask for them)
 * GPUs. Packs tightly, so whole nodes stay empty for large pods or can be switched off; a node's failure then hits
 * more pods at once.
 */
export const bestFit = memoryless({
  name: 'best-fit',
  summary: 'the node left with the smallest sum of free shares',
  source: 'Garey, Graham, Ullman, STOC 1972; sum over dimensions as in Panigrahy et al., 2011',
  prefers: 'less-free',
  score: (pod, node) => -freeShareAfter(pod, node),
  columns(cluster, shapes) {
    const free = freeShareAfterColumns(cluster, shapes);
    return (shape, node) => -free(shape, node);
  },
});
