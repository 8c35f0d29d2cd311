import type { LivingResult } from '../../sim/monitoring/living-result.ts';

/** A line of the run's timeline, to be read by stretches of time. */
export interface TimelinePart {
  /** Mean of what was recorded within a stretch of simulated time; undefined: nothing was. */
  mean(fromUs: number, toUs: number): number | undefined;
}

/** The line of this name about a service; undefined: the run has none. A point stands for the time since the one before. */
export function timelinePart(
  living: Pick<LivingResult, 'timeline'> | undefined,
  name: string,
  service: string,
): TimelinePart | undefined {
  const series = living?.timeline.series.find((one) => one.name === name && one.labels['service'] === service);
  if (living === undefined || series === undefined) return undefined;
  const { timeUs } = living.timeline;
  return {
    mean: (fromUs, toUs) => {
      let sum = 0;
      let weight = 0;
      for (let k = 0; k < timeUs.length; k++) {
        const value = series.values[k];
        const overlap = Math.min(toUs, timeUs[k]) - Math.max(fromUs, k === 0 ? 0 : timeUs[k - 1]);
        if (overlap <= 0 || !Number.isFinite(value)) continue;
        sum += value * overlap;
        weight += overlap;
      }
      return weight === 0 ? undefined : sum / weight;
    },
  };
}
