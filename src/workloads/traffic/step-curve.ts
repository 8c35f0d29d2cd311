import type { LevelCurve } from '../../sim/requests/traffic.ts';

/**
 * Level `levels[k]` from `timesUs[k]` until `timesUs[k + 1]`; the last holds for ever, and before the first time the
 * level is `before` (absent: the first level). Times are whole microseconds that rise. Neighbours of equal level are
 * joined, so `untilUs` tells the next real change. Finding a level costs O(1) going forward and O(log n) elsewhere.
 */
export function stepCurve(timesUs: ArrayLike<number>, levels: ArrayLike<number>, before = levels[0]): LevelCurve {
  const starts = new Float64Array(timesUs.length + 1);
  const heights = new Float64Array(timesUs.length + 1);
  starts[0] = -Infinity;
  heights[0] = before;
  let count = 1;
  for (let k = 0; k < timesUs.length; k++) {
    if (levels[k] === heights[count - 1]) continue;
    starts[count] = timesUs[k];
    heights[count++] = levels[k];
  }
  let last = 0;
  const find = (timeUs: number): number => {
    if (!(starts[last] <= timeUs)) last = search(starts, 0, last, timeUs);
    else if (last + 1 < count && starts[last + 1] <= timeUs) {
      last++;
      if (last + 1 < count && starts[last + 1] <= timeUs) last = search(starts, last, count, timeUs);
    }
    return last;
  };
  return {
    at: (timeUs) => heights[find(timeUs)],
    untilUs(timeUs) {
      const next = find(timeUs) + 1;
      return next < count ? starts[next] : Infinity;
    },
  };
}

/** The last index in [low, high) whose start is at or before the time; `starts[low]` is. */
function search(starts: Float64Array, low: number, high: number, timeUs: number): number {
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (starts[middle] <= timeUs) low = middle;
    else high = middle;
  }
  return low;
}
