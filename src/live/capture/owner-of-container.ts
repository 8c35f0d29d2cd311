import type { Labels } from '../engine/engine.ts';
import { WORKLOAD_LABEL } from '../labels.ts';

/** Who a container belongs to, and how that is known. */
export interface ContainerOwner {
  readonly name: string;
  readonly by: 'Baton' | 'Compose' | 'Swarm' | 'Kubernetes' | 'image';
}

/** By our own label, Compose's, Swarm's, those of Kubernetes' kubelet, else by the image without its tag. */
export function ownerOfContainer({
  labels,
  image,
}: {
  readonly labels: Labels;
  readonly image: string;
}): ContainerOwner {
  const label = (key: string): string => labels[key] ?? '';
  if (label(WORKLOAD_LABEL) !== '') return { name: label(WORKLOAD_LABEL), by: 'Baton' };
  const service = label('com.docker.compose.service');
  if (service !== '')
    return { name: [label('com.docker.compose.project'), service].filter(Boolean).join('/'), by: 'Compose' };
  if (label('com.docker.swarm.service.name') !== '')
    return { name: label('com.docker.swarm.service.name'), by: 'Swarm' };
  const container = label('io.kubernetes.container.name');
  if (container !== '')
    return { name: [label('io.kubernetes.pod.namespace'), container].filter(Boolean).join('/'), by: 'Kubernetes' };
  return { name: image.replace(/@.*$/, '').replace(/:[^:/]*$/, '') || 'unknown', by: 'image' };
}
