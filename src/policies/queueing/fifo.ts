import type { QueuePolicy } from '../../sim/policy.ts';

/** First come, first served. Nobody is overtaken by queue order; a large pod at the head holds up all behind it. */
export const fifo: QueuePolicy = {
  name: 'fifo',
  summary: 'first come, first served',
  source: 'the usual baseline',
  key: () => 0,
};
