import type { Container, PodSpec } from './pod.ts';

/** Containers that run as long as their pod does: its own, then its sidecars. */
export function lastingContainers(spec: PodSpec): readonly Container[] {
  if (spec.initContainers.length === 0) return spec.containers;
  const sidecars = spec.initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always');
  return sidecars.length === 0 ? spec.containers : [...spec.containers, ...sidecars];
}
