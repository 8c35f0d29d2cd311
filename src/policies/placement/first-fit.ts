import { memoryless } from './built-in.ts';

/**
 * First fit: the first node, in the order in which ties are settled, that has room. Fills nodes one after another,
 * which leaves the last ones empty, and looks at nothing else. At most 1.7 times the optimal number of equal bins
 * in one dimension, d + 0.7 times in d.
 */
export const firstFit = memoryless({
  name: 'first-fit',
  summary: 'the first node that has room',
  source: 'Garey, Graham, Ullman, STOC 1972',
  prefers: 'less-free',
  score: () => 0,
  columns: () => () => 0,
});
