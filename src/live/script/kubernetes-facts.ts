import { controllerOf, type ApiServer } from '../../orchestrators/kubernetes/api/api-server.ts';
import { cpuLimitMilli, servingContainer } from '../../orchestrators/kubernetes/behaviour/serving-container.ts';
import { ownCpuMilli, ownMemBytes } from '../../orchestrators/kubernetes/behaviour/usage-levels.ts';
import type { KubernetesSpec } from '../../orchestrators/kubernetes/kubernetes-spec.ts';
import { matchesLabels } from '../../orchestrators/kubernetes/objects/label-selector.ts';
import { lastingContainers } from '../../orchestrators/kubernetes/objects/lasting-containers.ts';
import { KINDS } from '../../orchestrators/kubernetes/objects/kinds.ts';
import { ZONE_LABEL } from '../../orchestrators/kubernetes/objects/node-labels.ts';
import { nodeResources } from '../../orchestrators/kubernetes/objects/node-resources.ts';
import type { Node } from '../../orchestrators/kubernetes/objects/node.ts';
import { podResources } from '../../orchestrators/kubernetes/objects/pod-resources.ts';
import type { Pod, PodSpec } from '../../orchestrators/kubernetes/objects/pod.ts';
import { quantityMilli, quantityValue } from '../../orchestrators/kubernetes/objects/quantity.ts';
import { durationMeanUs } from '../../sim/duration-spec.ts';
import type { ScriptNode, ScriptService } from './replay-script.ts';
import type { PodDraft } from './script-builder.ts';

/** Steps from a pod to whoever made it in the end: pod, ReplicaSet, Deployment. */
const MOST_OWNERS = 4;

export function kubernetesNode(node: Node, isThereAtStart: boolean): ScriptNode {
  const { cpuMilli, memBytes } = nodeResources(node);
  const zone = node.metadata.labels[ZONE_LABEL];
  return { name: node.metadata.name, ...(zone !== undefined && { zone }), cpuMilli, memBytes, isThereAtStart };
}

/** The services that have requests in the model. CPU that follows from pods is not known yet: 0. */
export function kubernetesServices({ services }: KubernetesSpec): ScriptService[] {
  return services.map(({ namespace, name, requests, cpuPerRequestMilli }) => {
    const workMeanUs = durationMeanUs(requests.work);
    return {
      name: `${namespace}/${name}`,
      concurrency: requests.concurrency,
      queueLimit: requests.queueLimit === Infinity ? null : requests.queueLimit,
      workMeanUs: Number.isFinite(workMeanUs) ? workMeanUs : null,
      cpuPerRequestMilli: cpuPerRequestMilli ?? 0,
      balancing: requests.balancing.name,
    };
  });
}

/** The modelled services that select the pod, by their places. */
export function servicesOf(api: ApiServer, { services }: KubernetesSpec, { metadata }: Pod): number[] {
  return services.flatMap(({ namespace, name }, k) => {
    const selector = api.store('Service').named(namespace, name)?.spec.selector;
    const selects =
      namespace === metadata.namespace && selector !== undefined && matchesLabels(selector, metadata.labels);
    return selects ? [k] : [];
  });
}

/** A pod that its kubelet has just taken; how long it boots and runs is not known yet. */
export function kubernetesDraft(
  api: ApiServer,
  { defaults }: KubernetesSpec,
  pod: Pod,
  service: number | undefined,
): PodDraft {
  const { namespace, name } = pod.metadata;
  const containers = lastingContainers(pod.spec);
  const serving = servingContainer(pod.spec);
  const own = (of: (container: (typeof containers)[number]) => number): number =>
    Math.round(containers.reduce((sum, container) => sum + of(container), 0));
  const { restartPolicy } = pod.spec;
  return {
    name: namespace === 'default' ? name : `${namespace}.${name}`,
    workload: makerOf(api, pod),
    ...(service !== undefined && { service }),
    image: serving.image,
    ...sizeOf(pod.spec),
    cpuUseMilli: own((one) => ownCpuMilli(pod, one, service !== undefined && one === serving, defaults)),
    memUseBytes: own((one) => ownMemBytes(pod, one, 0, defaults)),
    bootUs: 0,
    restart: restartPolicy === 'Always' ? 'always' : restartPolicy === 'OnFailure' ? 'on-failure' : 'never',
  };
}

/** What the pod requests, and its hard limits where all its containers have some. */
export function sizeOf(spec: PodSpec): Pick<PodDraft, 'cpuMilli' | 'memBytes' | 'cpuLimitMilli' | 'memLimitBytes'> {
  const { cpuMilli, memBytes } = podResources(spec);
  const cpuLimit = cpuLimitMilli(spec);
  const memLimit = memLimitBytes(spec);
  return {
    cpuMilli,
    memBytes,
    ...(cpuLimit !== Infinity && { cpuLimitMilli: cpuLimit }),
    ...(memLimit !== Infinity && { memLimitBytes: memLimit }),
  };
}

/** CPU of a busy place where the manifests do not say it: what the serving container requests, over its places. */
export function cpuPerPlaceMilli({ spec }: Pod, concurrency: number): number {
  const requestMilli = quantityMilli(servingContainer(spec).resources.requests['cpu'] ?? '0');
  return Math.round(requestMilli / Math.max(1, concurrency));
}

function memLimitBytes(spec: PodSpec): number {
  const whole = spec.resources?.limits['memory'];
  if (whole !== undefined) return quantityValue(whole);
  let sum = 0;
  for (const { resources } of lastingContainers(spec)) {
    const limit = resources.limits['memory'];
    if (limit === undefined) return Infinity;
    sum += quantityValue(limit);
  }
  return sum;
}

/** `shop/web`: the object that made the pod in the end, or the pod itself. */
function makerOf(api: ApiServer, pod: Pod): string {
  const { namespace } = pod.metadata;
  let name = pod.metadata.name;
  let owner = controllerOf(pod);
  for (let step = 0; owner !== undefined && step < MOST_OWNERS; step++) {
    ({ name } = owner);
    const kind = KINDS.find((one) => one === owner?.kind);
    const object = kind === undefined ? undefined : api.store(kind).named(namespace, name);
    owner = object === undefined ? undefined : controllerOf(object);
  }
  return `${namespace}/${name}`;
}
