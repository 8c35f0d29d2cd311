import type { VerticalPodAutoscaler } from '../../objects/autoscaling.ts';
import type { ResourceList } from '../../objects/meta.ts';
import type { Container } from '../../objects/pod.ts';
import { amountIn, quantityOf } from '../shared/resource-amounts.ts';
import type { ContainerRecommendation, ContainerSize } from './container-history.ts';

type ContainerPolicy = VerticalPodAutoscaler['spec']['containerPolicies'][number];
type StatusRecommendation = VerticalPodAutoscaler['status']['recommendations'][number];

/** The policy that holds for a container: its own, else that of `*`. */
export function policyOf(autoscaler: VerticalPodAutoscaler, container: string): ContainerPolicy | undefined {
  const { containerPolicies } = autoscaler.spec;
  return (
    containerPolicies.find((policy) => policy.containerName === container) ??
    containerPolicies.find((policy) => policy.containerName === '*')
  );
}

/** A recommendation within what the policy allows, and which bounds bit. */
export function withinPolicy(
  recommendation: ContainerRecommendation,
  policy: ContainerPolicy | undefined,
): ContainerRecommendation & { readonly limitedBy: string } {
  if (policy === undefined) return { ...recommendation, limitedBy: '' };
  const limits: string[] = [];
  const capped = (size: ContainerSize, name: 'cpu' | 'memory', amount: number): number => {
    const least = amountIn(policy.minAllowed, name) ?? 0;
    const most = amountIn(policy.maxAllowed, name) ?? Infinity;
    if (size === recommendation.target && amount < least) limits.push(`minAllowed ${name} ${policy.minAllowed[name]}`);
    if (size === recommendation.target && amount > most) limits.push(`maxAllowed ${name} ${policy.maxAllowed[name]}`);
    return Math.min(Math.max(amount, least), most);
  };
  const cap = (size: ContainerSize): ContainerSize => ({
    cpuMilli: capped(size, 'cpu', size.cpuMilli),
    memBytes: capped(size, 'memory', size.memBytes),
  });
  const { target, lower, upper, why } = recommendation;
  return { target: cap(target), lower: cap(lower), upper: cap(upper), why, limitedBy: limits.join(', ') };
}

/** Resources that are the autoscaler's business. */
export function controlledOf(policy: ContainerPolicy | undefined): readonly ('cpu' | 'memory')[] {
  if (policy === undefined || policy.controlledResources.length === 0) return ['cpu', 'memory'];
  return (['cpu', 'memory'] as const).filter((name) => policy.controlledResources.includes(name));
}

/**
 * The container with the recommended requests. Limits keep their proportion to the requests, unless the policy says
 * RequestsOnly: a limit equal to the request stays equal, a limit without a request becomes the new request.
 *
 * Source: kubernetes/autoscaler, vertical-pod-autoscaler/pkg/utils/vpa/limit_and_request_scaling.go.
 */
export function resized(
  container: Container,
  recommendation: StatusRecommendation,
  policy: ContainerPolicy | undefined,
): Container {
  const requests: Record<string, string> = { ...container.resources.requests };
  const limits: Record<string, string> = { ...container.resources.limits };
  for (const name of controlledOf(policy)) {
    const amount = amountOf(recommendation.target, name);
    const before = amountIn(container.resources.requests, name);
    const limit = amountIn(container.resources.limits, name);
    requests[name] = quantityOf(name, amount);
    if (policy?.controlledValues === 'RequestsOnly' || limit === undefined || limit === 0) continue;
    const proportional =
      before === undefined || before === 0 || before === limit ? amount : Math.trunc((limit * amount) / before);
    limits[name] = quantityOf(name, proportional);
  }
  const resources = { requests: sorted(requests), limits: sorted(limits) };
  return { ...container, resources };
}

/** How far a pod's requests are from what is recommended, as the updater ranks pods by it. */
export interface UpdatePriority {
  readonly outsideRange: boolean;
  readonly scaleUp: boolean;
  /** Sum over resources of |request - recommended| / request. */
  readonly difference: number;
}

/** Source: kubernetes/autoscaler, vertical-pod-autoscaler/pkg/updater/priority/priority_processor.go. */
export function updatePriority(autoscaler: VerticalPodAutoscaler, containers: readonly Container[]): UpdatePriority {
  const requested = { cpu: 0, memory: 0 };
  const recommended = { cpu: 0, memory: 0 };
  let outsideRange = false;
  let scaleUp = false;
  for (const { name, resources } of containers) {
    const recommendation = recommendationFor(autoscaler, name);
    if (recommendation === undefined) continue;
    for (const resource of controlledOf(policyOf(autoscaler, name))) {
      const target = amountOf(recommendation.target, resource);
      recommended[resource] += target;
      const request = amountIn(resources.requests, resource);
      if (request === undefined) {
        scaleUp = true;
        outsideRange = true;
        continue;
      }
      requested[resource] += request;
      if (target > request) scaleUp = true;
      if (request < amountOf(recommendation.lower, resource) || request > amountOf(recommendation.upper, resource))
        outsideRange = true;
    }
  }
  let difference = 0;
  for (const resource of ['cpu', 'memory'] as const) {
    if (recommended[resource] === 0) continue;
    const total = Math.max(requested[resource], 1);
    difference += Math.abs(total - recommended[resource]) / total;
  }
  return { outsideRange, scaleUp, difference };
}

/** The recommendation for a container, unless the policy leaves it alone. */
export function recommendationFor(
  autoscaler: VerticalPodAutoscaler,
  container: string,
): StatusRecommendation | undefined {
  if (policyOf(autoscaler, container)?.mode === 'Off') return undefined;
  return autoscaler.status.recommendations.find(({ containerName }) => containerName === container);
}

function amountOf(size: ContainerSize, name: 'cpu' | 'memory'): number {
  return name === 'cpu' ? size.cpuMilli : size.memBytes;
}

/** Same content, same bytes. */
function sorted(list: Record<string, string>): ResourceList {
  return Object.fromEntries(Object.entries(list).sort(([a], [b]) => (a < b ? -1 : 1)));
}
