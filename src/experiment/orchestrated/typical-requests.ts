import { typicalPods } from '../../policies/placement/typical-pods.ts';
import type { PodRequest } from '../../sim/pod-request.ts';
import type { TypicalPod } from '../../sim/typical-pod.ts';

/** What replicas of these services ask for, for policies that must know the workload beforehand. */
export function typicalRequests(
  services: readonly { readonly request: PodRequest; readonly replicas: number }[],
): TypicalPod[] {
  const each = services.flatMap(({ request, replicas }) => Array.from({ length: replicas }, () => request));
  return typicalPods(each);
}
