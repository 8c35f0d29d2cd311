import type { PodView } from '../../sim/views.ts';

/** How much of the cluster a pod asks for: its dominant share, that of a gang for all its members together. */
export function requestSize(pod: PodView): number {
  return pod.dominantShare * pod.gangSize;
}
