import type { BuiltInPlacement } from './built-in.ts';

const name = 'next-fit';
const summary = 'the node used last if it has room, else the next one that has, going round';
const source = 'Johnson, Fast algorithms for bin packing, 1974';

/**
 * Next fit: stays on a node until a pod does not fit there, then goes on from it, and round at the end. Needs almost no
 * search; packs worse than first fit (at most twice the optimal number of equal bins in one dimension), since it
 * does not look back.
 */
export const nextFit: BuiltInPlacement = {
  name,
  summary,
  source,
  create: () => {
    let last = 0;
    return {
      name,
      summary,
      source,
      reads: 'cluster',
      choose(_pod, candidates) {
        let node = candidates.firstFittingFrom(last);
        if (node < 0 && last > 0) node = candidates.firstFittingFrom(0);
        if (node >= 0) last = candidates.placeOf(node);
        return node;
      },
    };
  },
};
