import { controllerOf, type ApiServer } from '../../api/api-server.ts';
import { resolveIntOrPercent } from '../../objects/int-or-percent.ts';
import type { Pod } from '../../objects/pod.ts';
import type { PodDisruptionBudget } from '../../objects/policy.ts';

/** How many pods a budget counts on, and how many of them must be healthy. */
export interface Expectation {
  readonly expected: number;
  readonly desired: number;
  /** The arithmetic, in words. */
  readonly why: string;
}

/**
 * What a budget demands (`getExpectedPodCount` in `pkg/controller/disruption/disruption.go`). A number for minAvailable is
 * taken as it is; everything else is a share of what the pods' controllers ask for, rounded up. A text: a pod's controller
 * has no scale, and the budget cannot be worked out. One pod of each controller is enough, with how many there are.
 */
export function expectation(
  api: ApiServer,
  budget: PodDisruptionBudget,
  pods: readonly Pod[],
  count = pods.length,
): Expectation | string {
  const { minAvailable, maxUnavailable } = budget.spec;
  if (typeof minAvailable === 'number' && maxUnavailable === undefined)
    return { expected: count, desired: minAvailable, why: `minAvailable ${minAvailable}` };
  const expected = expectedScale(api, pods);
  if (typeof expected === 'string') return expected;
  if (maxUnavailable !== undefined) {
    const most = resolveIntOrPercent(maxUnavailable, expected, 'up');
    const desired = Math.max(0, expected - most);
    return { expected, desired, why: `${expected} expected - maxUnavailable ${maxUnavailable} = ${desired}` };
  }
  if (minAvailable === undefined) return { expected, desired: 0, why: 'neither minAvailable nor maxUnavailable' };
  const desired = resolveIntOrPercent(minAvailable, expected, 'up');
  return { expected, desired, why: `minAvailable ${minAvailable} of ${expected} expected = ${desired}` };
}

/** The replicas that the controllers of these pods ask for; each counts once, pods without a controller not at all. */
function expectedScale(api: ApiServer, pods: readonly Pod[]): number | string {
  const scales = new Map<string, number>();
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (owner === undefined || scales.has(owner.uid)) continue;
    const scale = scaleOfOwner(api, pod, owner.kind, owner.name);
    if (scale === undefined)
      return `${owner.kind} "${owner.name}" of pod "${pod.metadata.name}" does not implement the scale subresource`;
    scales.set(scale.uid, scale.replicas);
    // Pods of one ReplicaSet share the answer.
    if (scale.uid !== owner.uid) scales.set(owner.uid, 0);
  }
  let sum = 0;
  for (const replicas of scales.values()) sum += replicas;
  return sum;
}

function scaleOfOwner(
  api: ApiServer,
  pod: Pod,
  kind: string,
  name: string,
): { readonly uid: string; readonly replicas: number } | undefined {
  const { namespace } = pod.metadata;
  if (kind === 'StatefulSet') {
    const set = api.store('StatefulSet').named(namespace, name);
    return set && { uid: set.metadata.uid, replicas: set.spec.replicas };
  }
  if (kind !== 'ReplicaSet') return undefined;
  const set = api.store('ReplicaSet').named(namespace, name);
  const above = set && controllerOf(set);
  const deployment = above?.kind === 'Deployment' ? api.store('Deployment').named(namespace, above.name) : undefined;
  if (deployment !== undefined) return { uid: deployment.metadata.uid, replicas: deployment.spec.replicas };
  return set && { uid: set.metadata.uid, replicas: set.spec.replicas };
}
