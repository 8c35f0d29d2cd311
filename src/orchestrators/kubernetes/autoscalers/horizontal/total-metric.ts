import { short } from '../../../../policies/autoscaling/numbers-in-words.ts';
import type { Proposal, Tolerance } from '../../../../policies/autoscaling/replica-calculator.ts';
import { isWithin } from './pod-metric.ts';

/** The proposals of metrics that belong to no pod in particular: Object and External. Amounts in thousandths. */

/**
 * Against one value for all: the ready and running pods times the ratio. Without replicas the ratio itself, and no
 * tolerance, so that one can scale up from nothing.
 *
 * Source: kubernetes v1.36.2, replica_calculator.go: getUsageRatioReplicaCount.
 */
export function proposeByValue(
  name: string,
  usageMilli: number,
  targetMilli: number,
  current: number,
  readyRunning: number,
  tolerance: Tolerance,
): Proposal {
  const ratio = usageMilli / targetMilli;
  const observed = `${name} ${short(usageMilli / 1000)} of ${short(targetMilli / 1000)}`;
  if (current === 0) {
    const wanted = Math.ceil(ratio);
    return { replicas: wanted, why: `${observed}: ceil(${short(ratio)}) = ${wanted} from none` };
  }
  if (isWithin(ratio, tolerance)) return { replicas: current, why: `${observed}: within tolerance, keep ${current}` };
  const wanted = Math.ceil(ratio * readyRunning);
  return { replicas: wanted, why: `${observed}: ceil(${readyRunning} ready x ${short(ratio)}) = ${wanted}` };
}

/**
 * Against so much for each replica there is (`averageValue`).
 *
 * Source: replica_calculator.go: GetObjectPerPodMetricReplicas, GetExternalPerPodMetricReplicas.
 */
export function proposeByShare(
  name: string,
  usageMilli: number,
  targetMilli: number,
  statusReplicas: number,
  tolerance: Tolerance,
): Proposal {
  const ratio = usageMilli / (targetMilli * statusReplicas);
  const observed = `${name} ${short(usageMilli / 1000)} of ${short(targetMilli / 1000)} x ${statusReplicas}`;
  if (isWithin(ratio, tolerance))
    return { replicas: statusReplicas, why: `${observed}: within tolerance, keep ${statusReplicas}` };
  const wanted = Math.ceil(usageMilli / targetMilli);
  return {
    replicas: wanted,
    why: `${observed}: ceil(${short(usageMilli / 1000)}/${short(targetMilli / 1000)}) = ${wanted}`,
  };
}
