import type { BalancingPolicy } from '../../sim/requests/balancing-policy.ts';
import type { PolicyFamily } from '../policy-family.ts';
import { drawable } from './drawable.ts';

/**
 * Draws a few endpoints at random and takes the one with the fewest requests for its weight; ties go to the one drawn
 * first. Two choices already do most of what asking everybody would, and stale loads mislead them less.
 */
export const powerOfChoices: PolicyFamily<BalancingPolicy> = {
  name: 'power-of-choices',
  summary: 'the least loaded of a few endpoints drawn at random',
  source: 'M. Mitzenmacher, The Power of Two Choices in Randomized Load Balancing, 2001; Envoy least_request',
  options: [
    { name: 'choices', kind: 'count', default: 2, meaning: 'How many endpoints are drawn.', minimum: 1, maximum: 100 },
  ],
  make: (options, name) => {
    const choices = Number(options['choices']);
    return {
      name,
      reads: 'probes',
      fluid: { kind: 'choices', choices },
      make: ({ random }) => {
        let positions = drawable.none;
        return {
          changed: (table) => {
            positions = drawable.of(table);
          },
          pick: (table) => {
            const { length } = positions;
            if (length === 0) return -1;
            let best = positions[random.below(length)];
            if (choices === 1 || length === 1) return best;
            let least = (table.probe(best) + 1) / table.weight[best];
            for (let choice = 1; choice < choices; choice++) {
              const other = positions[random.below(length)];
              const load = (table.probe(other) + 1) / table.weight[other];
              if (load < least) {
                least = load;
                best = other;
              }
            }
            return best;
          },
        };
      },
    };
  },
};
