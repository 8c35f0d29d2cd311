import { memoryless } from './built-in.ts';
import { freeShareAfter, freeShareAfterColumns } from './shares.ts';

/**
 * Worst fit: the node left with the most, summed over the shares of its CPU, memory and (for pods that ask for them)
 * GPUs. Spreads load and leaves every pod headroom; leaves no node empty, so large pods soon find no place.
 */
export const worstFit = memoryless({
  name: 'worst-fit',
  summary: 'the node left with the largest sum of free shares',
  source: 'Johnson, Fast algorithms for bin packing, 1974; sum over dimensions as in Panigrahy et al., 2011',
  prefers: 'more-free',
  score: freeShareAfter,
  columns: freeShareAfterColumns,
});
