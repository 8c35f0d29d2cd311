import type { ServicePoint } from '../../sim/scaling/horizontal-policy.ts';

/** What an alarm may look at. Shares are told in percent, so that thresholds read as they do at the provider. */
export const METRICS = ['cpu', 'memory', 'requestsPerMinute', 'inFlight'] as const;
export type Metric = (typeof METRICS)[number];

/** The metric at one point: percent of the request, or requests per minute or in flight for each ready replica; NaN: none. */
export function metricAt(metric: Metric, point: ServicePoint): number {
  switch (metric) {
    case 'cpu':
      return point.cpuShare * 100;
    case 'memory':
      return point.memShare * 100;
    case 'requestsPerMinute':
      return point.ready > 0 ? (point.requestsPerSecond * 60) / point.ready : NaN;
    case 'inFlight':
      return point.ready > 0 ? point.inFlight / point.ready : NaN;
    default:
      return metric satisfies never;
  }
}

/**
 * The last `count` points of `lengthUs` each, oldest first: means over whole minutes (say) of the scrapes that ended in
 * them, NaN where there were none. The minute that the newest scrape lies in counts once that scrape ends it. Rounded to
 * a billionth, so that a mean of equal numbers is that number and does not breach a threshold by a rounding error.
 */
export function metricPoints(
  points: readonly ServicePoint[],
  metric: Metric,
  lengthUs: number,
  count: number,
): number[] {
  const means = new Array<number>(count).fill(NaN);
  if (points.length === 0) return means;
  const end = Math.floor(points[points.length - 1].timeUs / lengthUs);
  const sums = new Array<number>(count).fill(0);
  const weights = new Array<number>(count).fill(0);
  for (let k = points.length - 1; k >= 0; k--) {
    const { timeUs, spanUs } = points[k];
    const at = Math.ceil(timeUs / lengthUs) - 1 - (end - count);
    if (at >= count) continue;
    if (at < 0) break;
    const value = metricAt(metric, points[k]);
    if (!Number.isFinite(value)) continue;
    sums[at] += value * spanUs;
    weights[at] += spanUs;
  }
  for (let at = 0; at < count; at++) if (weights[at] > 0) means[at] = Math.round((sums[at] / weights[at]) * 1e9) / 1e9;
  return means;
}
