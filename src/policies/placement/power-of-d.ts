import { NodeView } from '../../sim/views.ts';
import type { BuiltInPlacement } from './built-in.ts';
import { randomFitting } from './random-fitting.ts';
import { freeShareAfter } from './shares.ts';

const source = 'Mitzenmacher, The power of two choices in randomized load balancing, 1996';

/**
 * Power of d choices: of d nodes drawn at random from those that fit (a node may be drawn twice), the one that would be
 * left with the most free shares, the first drawn on ties. Nearly as even as worst fit, at the price of d looks instead
 * of a search.
 */
export function powerOf(choices: number): BuiltInPlacement {
  const name = `power-of-${choices}`;
  const summary = `the emptiest of ${choices} nodes drawn at random from those that have room`;
  return {
    name,
    summary,
    source,
    create: ({ random }) => {
      let view: NodeView | undefined;
      return {
        name,
        summary,
        source,
        reads: 'cluster',
        choose(pod, candidates) {
          view ??= new NodeView(candidates.cluster);
          let best = randomFitting(candidates, random);
          if (best < 0) return best;
          let mostFree = freeShareAfter(pod, view.moveTo(best));
          for (let drawn = 1; drawn < choices; drawn++) {
            const node = randomFitting(candidates, random);
            const left = freeShareAfter(pod, view.moveTo(node));
            if (left > mostFree) [best, mostFree] = [node, left];
          }
          return best;
        },
      };
    },
  };
}
