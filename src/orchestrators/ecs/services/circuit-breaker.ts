import type { EcsValues } from '../constants.ts';
import type { CircuitBreaker } from '../files/ecs-files.ts';

type Bounds = Pick<EcsValues, 'circuitBreakerLeast' | 'circuitBreakerMost'>;

/**
 * Failed tasks that make a deployment FAILED: COUNT as it is; the percentages times the desired count, rounded up, and
 * within bounds unless it is unbounded (API Reference, ThresholdConfiguration).
 */
export function failureThreshold(
  { type, value }: CircuitBreaker['threshold'],
  desired: number,
  bounds: Bounds,
): number {
  if (type === 'COUNT') return value;
  const share = Math.ceil((value * desired) / 100);
  if (type === 'UNBOUNDED_PERCENT') return Math.max(1, share);
  return Math.min(bounds.circuitBreakerMost, Math.max(bounds.circuitBreakerLeast, share));
}
