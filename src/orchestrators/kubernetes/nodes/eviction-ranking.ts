import { podResources } from '../objects/pod-resources.ts';
import type { Pod } from '../objects/pod.ts';
import { CRITICAL_PRIORITY } from './qos.ts';

/** A pod and what it uses of what is scarce. */
export interface PodConsumption {
  readonly pod: Pod;
  readonly used: number;
}

/**
 * The order in which pods are evicted for memory, first first (`pkg/kubelet/eviction/helpers.go`, rankMemoryPressure):
 * those that use more than they ask for, then by priority, then by how much more they use. Critical pods are not in it.
 */
export function rankForMemory(pods: readonly PodConsumption[]): Pod[] {
  return rank(pods, (pod) => podResources(pod.spec).memBytes);
}

/** The same for the disk (rankDiskPressureFunc): the last rule is by what they use beyond their ephemeral-storage request. */
export function rankForDisk(pods: readonly PodConsumption[]): Pod[] {
  return rank(pods, (pod) => podResources(pod.spec).ephemeralBytes);
}

/** And for process numbers (rankPIDPressure), of which no pod can ask for any: by priority, then by their number. */
export function rankForProcesses(pods: readonly PodConsumption[]): Pod[] {
  return rank(pods, () => 0);
}

/** The kernel's choice when a node has no memory left: the highest of adjustment plus thousandths of the node in use. */
export function oomVictim<T extends { readonly usedBytes: number; readonly scoreAdjust: number }>(
  processes: readonly T[],
  nodeMemBytes: number,
): T | undefined {
  let worst: T | undefined;
  let worstScore = -Infinity;
  for (const one of processes) {
    if (one.usedBytes === 0) continue;
    const score = one.scoreAdjust + (1000 * one.usedBytes) / nodeMemBytes;
    if (score > worstScore) {
      worst = one;
      worstScore = score;
    }
  }
  return worst;
}

function rank(pods: readonly PodConsumption[], requested: (pod: Pod) => number): Pod[] {
  return pods
    .filter(({ pod }) => pod.spec.priority < CRITICAL_PRIORITY)
    .map(({ pod, used }) => ({ pod, excess: used - requested(pod) }))
    .sort(
      (a, b) =>
        Number(b.excess > 0) - Number(a.excess > 0) ||
        a.pod.spec.priority - b.pod.spec.priority ||
        b.excess - a.excess ||
        a.pod.id - b.pod.id,
    )
    .map(({ pod }) => pod);
}
