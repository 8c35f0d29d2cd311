import type { BuiltInPlacement } from './built-in.ts';
import { randomFitting } from './random-fitting.ts';

const name = 'random';
const summary = 'any node that has room, all equally likely';
const source = 'the usual baseline';

/** Random: every node that fits is equally likely. Spreads without looking; what every other policy must beat. */
export const random: BuiltInPlacement = {
  name,
  summary,
  source,
  create: (context) => ({
    name,
    summary,
    source,
    reads: 'cluster',
    choose: (_pod, candidates) => randomFitting(candidates, context.random),
  }),
};
