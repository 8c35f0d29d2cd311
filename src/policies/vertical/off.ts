import type { VerticalPolicy } from '../../sim/scaling/vertical-policy.ts';
import { hours } from '../../sim/time.ts';
import type { PolicyFamily } from '../policy-family.ts';

/** Replicas keep the size that the service says. */
export const off: PolicyFamily<VerticalPolicy> = {
  name: 'off',
  summary: 'replicas keep the size that the service says',
  source: 'the usual baseline',
  options: [],
  make: (_options, name) => ({
    name,
    summary: off.summary,
    source: off.source,
    periodUs: hours(1),
    mode: 'off',
    make: () => ({
      observe() {
        // Usage does not matter here.
      },
      recommend: () => undefined,
      shouldUpdate: () => false,
    }),
  }),
};
