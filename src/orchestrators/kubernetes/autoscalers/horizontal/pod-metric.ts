import {
  proposeByUtilisation,
  type Proposal,
  type Tolerance,
} from '../../../../policies/autoscaling/replica-calculator.ts';
import { short } from '../../../../policies/autoscaling/numbers-in-words.ts';
import type { MetricsServer, PodSample } from '../../behaviour/workload-behaviour.ts';
import { lastingContainers } from '../../objects/lasting-containers.ts';
import type { Pod } from '../../objects/pod.ts';
import { amountIn } from '../shared/resource-amounts.ts';
import { groupPods, type PodGroups } from './pod-groups.ts';

/** The proposals of metrics that each pod has its own value of: Resource, ContainerResource and Pods. */

/** A resource metric: of all containers of a pod, or of one. */
export interface ResourceMetric {
  readonly resource: string;
  readonly container?: string;
}

/** By utilisation: whole percent of what the pods request. */
export function proposeByResourceUtilisation(
  metric: ResourceMetric,
  targetPercent: number,
  pods: readonly Pod[],
  metrics: MetricsServer,
  current: number,
  tolerance: Tolerance,
  nowUs: number,
): Proposal {
  const { resource } = metric;
  const name = nameOf(metric);
  if (pods.length === 0) return lacking('no pods returned by selector while calculating replica count');
  const requests = new Map<number, number>();
  for (const pod of pods) {
    const request = requestOf(pod, metric);
    if (typeof request === 'string') return lacking(request);
    requests.set(pod.id, request);
  }
  const groups = groupPods(pods, (pod) => usableSample(metrics.sample(pod.id), metric), resource === 'cpu', nowUs);
  if (groups.ready.length === 0) return lacking('did not receive metrics for targeted pods (pods might be unready)');
  const sum = (some: readonly Pod[]): number => some.reduce((total, pod) => total + (requests.get(pod.id) ?? 0), 0);
  const usage = groups.ready.reduce((total, pod) => total + (usageOf(metrics.sample(pod.id), metric) ?? 0), 0);
  const request = sum(groups.ready);
  if (request === 0) return lacking('no metrics returned matched known pods');
  return proposeByUtilisation(
    name,
    {
      ready: groups.ready.length,
      usage,
      request,
      missing: groups.missing.length,
      missingRequest: sum(groups.missing),
      unready: groups.unready.length,
      unreadyRequest: sum(groups.unready),
      requestless: 0,
    },
    current,
    targetPercent,
    tolerance,
  );
}

/** By average value of a resource; the target in thousandths of the resource's unit. */
export function proposeByResourceValue(
  metric: ResourceMetric,
  targetMilli: number,
  pods: readonly Pod[],
  metrics: MetricsServer,
  current: number,
  tolerance: Tolerance,
  nowUs: number,
): Proposal {
  const toMilli = metric.resource === 'cpu' ? 1 : 1000;
  const sampleOf = (pod: Pod): PodSample | undefined => usableSample(metrics.sample(pod.id), metric);
  const groups = groupPods(pods, sampleOf, metric.resource === 'cpu', nowUs);
  const values = groups.ready.map((pod) => (usageOf(metrics.sample(pod.id), metric) ?? 0) * toMilli);
  return proposeByAverage(nameOf(metric), pods.length, groups, values, targetMilli, current, tolerance);
}

/** By average of a custom metric of pods; only pods that have not started are unready then. */
export function proposeByPodMetric(
  name: string,
  targetMilli: number,
  pods: readonly Pod[],
  metrics: MetricsServer,
  current: number,
  tolerance: Tolerance,
  nowUs: number,
): Proposal {
  const taken = { timeUs: nowUs, windowUs: 0 };
  const sampleOf = (pod: Pod): typeof taken | undefined =>
    metrics.podMetric(pod.id, name) === undefined ? undefined : taken;
  const groups = groupPods(pods, sampleOf, false, nowUs);
  const values = groups.ready.map((pod) => metrics.podMetric(pod.id, name) ?? 0);
  return proposeByAverage(name, pods.length, groups, values, targetMilli, current, tolerance);
}

/**
 * By the average of plain values in thousandths.
 *
 * Source: kubernetes v1.36.2, replica_calculator.go: calcPlainMetricReplicas.
 */
export function proposeByAverage(
  name: string,
  podCount: number,
  groups: Pick<PodGroups, 'missing' | 'unready'>,
  values: readonly number[],
  targetMilli: number,
  current: number,
  tolerance: Tolerance,
): Proposal {
  if (podCount === 0) return lacking('no pods returned by selector while calculating replica count');
  if (values.length === 0) return lacking('did not receive metrics for targeted pods (pods might be unready)');
  let total = values.reduce((sum, value) => sum + value, 0);
  let count = values.length;
  const average = Math.trunc(total / count);
  const ratio = average / targetMilli;
  const missing = groups.missing.length;
  const addUnready = groups.unready.length > 0 && ratio > 1;
  const observed = `${name} ${short(average / 1000)} of ${short(targetMilli / 1000)}`;
  const keep = (text: string): Proposal => ({ replicas: current, why: `${text}, keep ${current}` });
  if (missing === 0 && !addUnready) {
    if (isWithin(ratio, tolerance)) return keep(`${observed}: within tolerance`);
    const wanted = Math.ceil(ratio * count);
    return { replicas: wanted, why: `${observed}: ceil(${count} x ${short(ratio)}) = ${wanted}` };
  }
  count += missing;
  if (ratio < 1) total += missing * targetMilli;
  if (addUnready) count += groups.unready.length;
  const damped = Math.trunc(total / count);
  const ratio2 = damped / targetMilli;
  const assumed = `${observed}, ${short(damped / 1000)} with ${count - values.length} assumed ${ratio < 1 ? 'at the target' : 'idle'}`;
  if (isWithin(ratio2, tolerance)) return keep(`${assumed}: within tolerance`);
  if ((ratio < 1 && ratio2 > 1) || (ratio > 1 && ratio2 < 1))
    return keep(`${assumed}: on the other side of the target`);
  const wanted = Math.ceil(ratio2 * count);
  const text = `${assumed}: ceil(${count} x ${short(ratio2)}) = ${wanted}`;
  if ((ratio2 < 1 && wanted > current) || (ratio2 > 1 && wanted < current)) return keep(`${text}, the wrong way`);
  return { replicas: wanted, why: text };
}

/** Whether a ratio of usage to target is too near to 1 to act upon. */
export function isWithin(ratio: number, { up, down }: Tolerance): boolean {
  return 1 - down <= ratio && ratio <= 1 + up;
}

function lacking(why: string): Proposal {
  return { replicas: undefined, why };
}

function nameOf({ resource, container }: ResourceMetric): string {
  return container === undefined ? resource : `${resource} of container ${container}`;
}

/** What the pod requests of the resource, or which container does not say. */
function requestOf(pod: Pod, { resource, container }: ResourceMetric): number | string {
  const whole = container === undefined ? pod.spec.resources?.requests : undefined;
  const ofPod = whole === undefined ? undefined : amountIn(whole, resource);
  if (ofPod !== undefined) return ofPod;
  let sum = 0;
  let found = false;
  for (const { name, resources } of lastingContainers(pod.spec)) {
    if (container !== undefined && name !== container) continue;
    const request = amountIn(resources.requests, resource);
    if (request === undefined)
      return `missing request for ${resource} in container ${name} of Pod ${pod.metadata.name}`;
    sum += request;
    found = true;
  }
  return found ? sum : `container ${container} not present in Pod ${pod.metadata.name}`;
}

/** The sample, if it says anything about the metric. */
function usableSample(sample: PodSample | undefined, metric: ResourceMetric): PodSample | undefined {
  return usageOf(sample, metric) === undefined ? undefined : sample;
}

/** Usage in millicores or bytes; undefined: there is no sample, or not of that container. */
function usageOf(sample: PodSample | undefined, { resource, container }: ResourceMetric): number | undefined {
  if (sample === undefined || sample.containers.length === 0) return undefined;
  let sum = 0;
  let found = false;
  for (const one of sample.containers) {
    if (container !== undefined && one.name !== container) continue;
    sum += resource === 'cpu' ? one.cpuMilli : one.memBytes;
    found = true;
  }
  // Whole units, as the metrics API reports millicores and bytes.
  return found ? Math.ceil(sum) : undefined;
}
