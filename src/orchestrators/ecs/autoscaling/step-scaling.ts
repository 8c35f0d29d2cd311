import type { MetricAlarm, StepScalingPolicy } from '../files/ecs-files.ts';

type Steps = Pick<StepScalingPolicy, 'adjustment' | 'steps' | 'minMagnitude'>;

/** The capacity that a step scaling policy answers to a metric; `capacity` where no step holds it. Not within any limits yet. */
export function steppedCapacity(
  { adjustment, steps, minMagnitude }: Steps,
  threshold: number,
  metric: number,
  capacity: number,
): number {
  const over = metric - threshold;
  // Above the threshold the lower bound is part of a step, below it the upper one.
  const step = steps.find(({ lower, upper }) =>
    over >= 0 ? over >= lower && over < upper : over > lower && over <= upper,
  );
  if (step === undefined) return capacity;
  switch (adjustment) {
    case 'ExactCapacity':
      return Math.max(0, step.adjustment);
    case 'ChangeInCapacity':
      return Math.max(0, capacity + step.adjustment);
    case 'PercentChangeInCapacity': {
      const change = roundedChange((capacity * step.adjustment) / 100);
      const least = Math.sign(change) * Math.max(Math.abs(change), minMagnitude);
      return Math.max(0, capacity + least);
    }
    default:
      return adjustment satisfies never;
  }
}

/** Toward zero, but never to it: 3.3 is 3, 0.4 is 1, -0.4 is -1, -3.9 is -3. */
export function roundedChange(change: number): number {
  if (change === 0) return 0;
  if (Math.abs(change) < 1) return Math.sign(change);
  return Math.trunc(change);
}

/** Whether the newest points all are beyond the alarm's threshold. */
export function isAlarmed({ above, inclusive, threshold, points }: MetricAlarm, metric: readonly number[]): boolean {
  return (
    metric.length >= points &&
    metric
      .slice(metric.length - points)
      .every((point) => (point === threshold ? inclusive : above ? point > threshold : point < threshold))
  );
}
