import type { Chooser, ChoiceProblem } from './chooser.ts';

/** The definition of a decision, and the oracle of every index: look at all nodes in the order of the tie rule. */
export function scan(problem: ChoiceProblem): Chooser {
  const { cluster, shapes, score, filter, order, counters } = problem;
  const { nodeAt } = order;
  return {
    kind: 'scan',
    choose(shape) {
      let best = -1;
      let bestScore = -Infinity;
      counters.nodeEvaluations += nodeAt.length;
      for (let place = 0; place < nodeAt.length; place++) {
        const node = nodeAt[place];
        if (!cluster.fits(node, shape, shapes)) continue;
        if (filter !== undefined && !filter(shape, node)) continue;
        const value = score(shape, node);
        counters.scoreCalls++;
        if (value > bestScore || best < 0) {
          best = node;
          bestScore = value;
        }
      }
      return best;
    },
    changed() {},
  };
}
