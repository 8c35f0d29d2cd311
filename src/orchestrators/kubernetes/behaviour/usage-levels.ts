import { hours } from '../../../sim/time.ts';
import type { KubernetesSpec } from '../kubernetes-spec.ts';
import type { Container, Pod } from '../objects/pod.ts';
import { quantityMilli, quantityValue } from '../objects/quantity.ts';
import { ofContainer, podAnnotations, type UsageLevel } from './annotations.ts';

const HOUR_US = hours(1);

/** CPU that a running container uses besides its work on modelled requests; `serves`: it is the one that answers them. */
export function ownCpuMilli(
  pod: Pod,
  container: Container,
  serves: boolean,
  defaults: KubernetesSpec['defaults'],
): number {
  const said = ofContainer(podAnnotations(pod.metadata.annotations).cpuUsage, container.name);
  const requestMilli = quantityMilli(container.resources.requests['cpu'] ?? '0');
  // What serves modelled requests is idle without them.
  return levelAt(said ?? { share: serves ? 0 : defaults.cpuUsageShare }, requestMilli, 0);
}

/** Memory that a container uses so long after the start of its process. */
export function ownMemBytes(
  pod: Pod,
  container: Container,
  ranUs: number,
  defaults: KubernetesSpec['defaults'],
): number {
  const said = ofContainer(podAnnotations(pod.metadata.annotations).memUsage, container.name);
  const requestBytes = quantityValue(container.resources.requests['memory'] ?? '0');
  return Math.round(levelAt(said ?? { share: defaults.memUsageShare }, requestBytes, ranUs));
}

/** Disk that a container has written so long after the start of its process. */
export function ownDiskBytes(pod: Pod, container: Container, ranUs: number): number {
  const said = ofContainer(podAnnotations(pod.metadata.annotations).diskUsage, container.name);
  return said === undefined ? 0 : Math.round(levelAt(said, 0, ranUs));
}

function levelAt(level: UsageLevel, request: number, ranUs: number): number {
  const { share = 0, amount = 0, sharePerHour = 0, amountPerHour = 0 } = level;
  return amount + share * request + (amountPerHour + sharePerHour * request) * (Math.max(0, ranUs) / HOUR_US);
}
