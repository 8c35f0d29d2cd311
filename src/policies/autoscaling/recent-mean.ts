import type { ServicePoint } from '../../sim/scaling/horizontal-policy.ts';

/**
 * The mean of a measurement over the points of the last `windowUs` before the newest one, weighted by their spans; at
 * least the newest point counts. Points without a number are left out; NaN when nothing is left.
 */
export function recentMean(
  points: readonly ServicePoint[],
  windowUs: number,
  pick: (point: ServicePoint) => number,
): number {
  let sum = 0;
  let weight = 0;
  const newest = points.length - 1;
  for (let k = newest; k >= 0; k--) {
    const point = points[k];
    if (k !== newest && point.timeUs <= points[newest].timeUs - windowUs) break;
    const value = pick(point);
    if (!Number.isFinite(value)) continue;
    sum += value * point.spanUs;
    weight += point.spanUs;
  }
  return weight > 0 ? sum / weight : NaN;
}
