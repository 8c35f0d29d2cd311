import type { HorizontalPolicy } from '../../sim/scaling/horizontal-policy.ts';
import { seconds } from '../../sim/time.ts';
import { numberOf } from '../option-values.ts';
import type { PolicyFamily } from '../policy-family.ts';
import { withinBounds } from './within-bounds.ts';

/** Always the same number of replicas: the baseline that shows what scaling is worth, and what it costs. */
export const fixed: PolicyFamily<HorizontalPolicy> = {
  name: 'fixed',
  summary: 'always the same number of replicas',
  source: 'the usual baseline',
  options: [
    {
      name: 'replicas',
      kind: 'count',
      default: 0,
      minimum: 0,
      meaning: 'How many; 0 keeps as many as the service began with.',
    },
  ],
  make(options, name) {
    const replicas = numberOf(options, 'replicas');
    return {
      name,
      summary: fixed.summary,
      source: fixed.source,
      periodUs: seconds(60),
      make() {
        let kept = replicas > 0 ? replicas : -1;
        return {
          decide(seen) {
            if (kept < 0) kept = seen.current;
            return withinBounds(seen, kept, `fixed at ${kept}`);
          },
        };
      },
    };
  },
};
