import { lastingContainers } from '../objects/lasting-containers.ts';
import type { Container, ContainerStatus, Pod, PodSpec } from '../objects/pod.ts';
import { quantityMilli } from '../objects/quantity.ts';

/** The container that answers a pod's requests: the first that has a port, else the first. */
export function servingContainer(spec: PodSpec): Container {
  return spec.containers.find(({ ports }) => ports.length > 0) ?? spec.containers[0];
}

export function statusOf(pod: Pod, container: string): ContainerStatus | undefined {
  return pod.status.containers.find((one) => one.name === container);
}

/** What all of a pod's containers together may use by their CFS quotas; Infinity when one of them has none. */
export function cpuLimitMilli(spec: PodSpec): number {
  const whole = spec.resources?.limits['cpu'];
  if (whole !== undefined) return quantityMilli(whole);
  let sum = 0;
  for (const { resources } of lastingContainers(spec)) {
    const limit = resources.limits['cpu'];
    if (limit === undefined) return Infinity;
    sum += quantityMilli(limit);
  }
  return sum;
}
