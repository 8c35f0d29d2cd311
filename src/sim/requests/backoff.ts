import type { RandomStream } from '../random.ts';
import type { ClientSpec } from './traffic.ts';

/** Beyond so many doublings every base is at its cap; keeps 2^i finite. */
const MOST_DOUBLINGS = 60;

/**
 * The wait before retry `retry` (from 0), in microseconds; `previousUs` is the wait before the one before it, 0 for the
 * first. Formulas: M. Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.
 */
export function backoffUs(
  spec: ClientSpec['backoff'],
  retry: number,
  previousUs: number,
  random: RandomStream,
): number {
  const { baseUs, capUs, jitter } = spec;
  let topUs = baseUs;
  for (let k = 0; k < retry && k < MOST_DOUBLINGS && topUs < capUs; k++) topUs *= 2;
  topUs = Math.min(capUs, topUs);
  switch (jitter) {
    case 'none':
      return topUs;
    case 'full':
      return random.next() * topUs;
    case 'equal':
      return topUs / 2 + random.next() * (topUs / 2);
    case 'decorrelated': {
      const highUs = Math.max(baseUs, 3 * (previousUs === 0 ? baseUs : previousUs));
      return Math.min(capUs, baseUs + random.next() * (highUs - baseUs));
    }
    default:
      return jitter satisfies never;
  }
}
