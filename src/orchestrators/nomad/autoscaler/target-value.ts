/**
 * The strategy "target-value" of the Nomad Autoscaler (plugins/builtin/strategy/target-value): the count in the same
 * measure as the metric is to its target, rounded up; none as long as the two differ by no more than the threshold.
 */
export function targetValueCount(count: number, metric: number, target: number, threshold: number): number {
  const factor = metric / target;
  if (Math.abs(factor - 1) <= threshold) return count;
  // Nothing can be scaled by a factor from 0: any need asks for one to begin with.
  if (count === 0) return metric > 0 ? Math.ceil(factor) : 0;
  return Math.ceil(count * factor);
}
