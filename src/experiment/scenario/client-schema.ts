import { z } from 'zod';
import { durationOrForeverUs } from '../../sim/quantity.ts';
import { count, duration, share, someDuration, unitField } from './fields.ts';

/** When a caller gives up; `never` is null, since plain data has no Infinity. */
const timeout = unitField((text): number | null => {
  const us = durationOrForeverUs(text);
  return us === Infinity || us === 0 ? null : us;
}, 'The caller gives up an attempt after so long, such as 2s; or never');

/** How a caller, a user or another service, behaves. What is not written comes from `policies.clients`, then a default. */
export const clientSchema = z
  .strictObject({
    timeout: timeout.optional(),
    retries: count('Attempts after the first; default 0', 0, 100).optional(),
    backoff: duration('Wait before the first retry, doubled for each next one; default 100ms').optional(),
    backoffCap: duration('The longest wait before a retry; default 10s').optional(),
    jitter: z
      .enum(['none', 'full', 'equal', 'decorrelated'])
      .optional()
      .describe('How waits before retries are spread; default full'),
    retryBudget: share('Retries at most this share of requests, such as 20%').optional(),
    hedgeAfter: someDuration('A second copy of a request that has no answer after so long').optional(),
    breaker: z
      .union([
        z.boolean(),
        z.strictObject({
          failures: share('Opens when this share of calls failed').default(0.5),
          calls: count('... of at least so many', 1).default(20),
          window: someDuration('... that ended within this time').default(10e6),
          open: someDuration('Stays open for so long').default(30e6),
          probes: count('Calls let through after that; all must succeed', 1, 1000).default(3),
        }),
      ])
      .optional()
      .describe('Stops calling a service that fails; true for the defaults'),
  })
  .describe('How callers behave: timeouts, retries, budgets, breakers, hedging');

/** How a caller behaves, with units read. */
export type ClientPlan = z.output<typeof clientSchema>;
