import type { PodSource } from '../../sim/pod-source.ts';
import { scaledTime } from './scaled-time.ts';

/** Pods arrive `rate` times as often: arrival times are divided by it, run times stay. */
export function scaleArrivals(source: PodSource, rate: number): PodSource {
  return {
    next(row) {
      if (!source.next(row)) return false;
      row.arrivesUs = scaledTime(row.arrivesUs, 1, rate);
      return true;
    },
  };
}

/** Everything happens `factor` times as fast: arrivals, run times and estimates are divided by it. */
export function compressTime(source: PodSource, factor: number): PodSource {
  return {
    next(row) {
      if (!source.next(row)) return false;
      row.arrivesUs = scaledTime(row.arrivesUs, 1, factor);
      row.runsUs = scaledTime(row.runsUs, 1, factor);
      row.estimateUs = scaledTime(row.estimateUs, 1, factor);
      return true;
    },
  };
}
