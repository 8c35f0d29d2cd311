import type { RandomStream } from '../../sim/random.ts';
import type { TrafficSource } from '../../sim/requests/traffic.ts';
import { unitExponential } from '../../sim/ziggurat.ts';

/**
 * The times at which an open source's requests come, whole microseconds in order, up to `untilUs`: those of a batch at
 * the same time. For descriptions and tests; a request model draws its own. `sizes` draws batches (absent: `gaps` does).
 */
export function* openArrivals(
  source: Extract<TrafficSource, { kind: 'open' }>,
  untilUs: number,
  gaps: RandomStream,
  sizes: RandomStream = gaps,
): Generator<number> {
  const { curve, spacing, batch } = source;
  // In operational time batches come at rate 1: this much is left until the next.
  const gap = spacing === 'poisson' ? () => unitExponential(gaps) : () => 1;
  let left = gap();
  for (let timeUs = 0; timeUs < untilUs;) {
    const perUs = curve.at(timeUs) / 1e6;
    const changeUs = Math.min(untilUs, curve.untilUs(timeUs));
    let atUs = timeUs;
    while (left <= (changeUs - atUs) * perUs) {
      atUs += left / perUs;
      const wholeUs = Math.min(Math.floor(atUs), changeUs - 1);
      for (let count = batch === undefined ? 1 : batch.sample(sizes); count > 0; count--) yield wholeUs;
      left = gap();
    }
    left -= (changeUs - atUs) * perUs;
    timeUs = changeUs;
  }
}
