import type { Container, PodSpec } from '../objects/pod.ts';
import type { ResourceRequirements } from '../objects/pod.ts';
import { compareQuantities, quantityMilli, quantityValue } from '../objects/quantity.ts';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

/** Pods of this priority and above are critical (`pkg/apis/scheduling`, SystemCriticalPriority). */
export const CRITICAL_PRIORITY = 2_000_000_000;
/** `system-node-critical`. */
const NODE_CRITICAL_PRIORITY = 2_000_001_000;

/**
 * A pod's class of service (`pkg/apis/core/v1/helper/qos`): Guaranteed when every container has limits of CPU and memory
 * equal to its requests, BestEffort when none asks for either, else Burstable. Amounts of zero do not count; resources
 * of the pod as a whole count in place of its containers'. Remembered by the spec's identity.
 */
export function qosClass(spec: PodSpec): QosClass {
  let known = remembered.get(spec);
  if (known === undefined) remembered.set(spec, (known = classOf(spec)));
  return known;
}

/**
 * Adjustment of the kernel's OOM score for a container (`pkg/kubelet/qos/policy.go`): Guaranteed and node-critical -997,
 * BestEffort 1000, Burstable 1000 - 1000 x request / node capacity, within 3 to 999; the kubelet itself has -999.
 * Example: 4Gi of 16Gi: 1000 - 250 = 750.
 */
export function oomScoreAdjust(spec: PodSpec, container: Container, nodeMemBytes: number): number {
  if (spec.priority >= NODE_CRITICAL_PRIORITY) return -997;
  const qos = qosClass(spec);
  if (qos === 'Guaranteed') return -997;
  if (qos === 'BestEffort') return 1000;
  const requestBytes = quantityValue(container.resources.requests['memory'] ?? '0');
  const adjust = 1000 - Math.floor((1000 * requestBytes) / nodeMemBytes);
  return Math.min(999, Math.max(3, adjust));
}

/** CPU shares of a request (`pkg/kubelet/cm/helpers_linux.go`, MilliCPUToShares): 1024 a core, at least 2. */
export function cpuShares(requestMilli: number): number {
  return Math.min(262_144, Math.max(2, Math.floor((requestMilli * 1024) / 1000)));
}

/** Microseconds of CPU time per period of 100 ms that a limit allows (MilliCPUToQuota); at least 1 ms; 0: no limit. */
export function cpuQuotaUs(limitMilli: number): number {
  return limitMilli === 0 ? 0 : Math.max(1000, Math.floor((limitMilli * CPU_PERIOD_US) / 1000));
}

/** The period of the CPU bandwidth control. */
export const CPU_PERIOD_US = 100_000;

/**
 * When within each period `busyThreads` threads have used up the quota and wait for the next; the whole period when they
 * do not. Example: 500m and 4 threads: 50 ms / 4 = 12.5 ms.
 */
export function throttledAfterUs(limitMilli: number, busyThreads: number): number {
  const quotaUs = cpuQuotaUs(limitMilli);
  return quotaUs === 0 ? CPU_PERIOD_US : Math.min(CPU_PERIOD_US, quotaUs / busyThreads);
}

/** cgroup v2 weight of CPU shares by the original linear conversion (KEP-2254): 2 to 262144 become 1 to 10000. */
export function cpuWeight(shares: number): number {
  return 1 + Math.floor(((shares - 2) * 9999) / 262_142);
}

const COUNTED = ['cpu', 'memory'];
const remembered = new WeakMap<PodSpec, QosClass>();

function classOf(spec: PodSpec): QosClass {
  const whole = spec.resources;
  const parts: readonly ResourceRequirements[] =
    whole !== undefined && asksForAny(whole)
      ? [whole]
      : [...spec.initContainers, ...spec.containers].map(({ resources }) => resources);
  if (!parts.some(asksForAny)) return 'BestEffort';
  return parts.every(isFullyLimited) ? 'Guaranteed' : 'Burstable';
}

function asksForAny({ requests, limits }: ResourceRequirements): boolean {
  return COUNTED.some((name) => quantityMilli(requests[name] ?? '0') > 0 || quantityMilli(limits[name] ?? '0') > 0);
}

function isFullyLimited({ requests, limits }: ResourceRequirements): boolean {
  return COUNTED.every((name) => {
    const limit = limits[name];
    if (limit === undefined || quantityMilli(limit) === 0) return false;
    return compareQuantities(requests[name] ?? limit, limit) === 0;
  });
}
