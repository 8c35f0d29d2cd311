import type { ServiceObservation } from '../../sim/scaling/horizontal-policy.ts';

/** Replicas that run: started and not ending, whether or not they pass their checks. ECS scales from these, not from those asked for. */
export function runningReplicas(seen: ServiceObservation): number {
  let running = 0;
  for (const { state } of seen.replicas) if (state === 'ready' || state === 'unready') running++;
  return running;
}
