import type { PodSpec } from '../objects/pod.ts';
import { lastingContainers } from '../objects/lasting-containers.ts';
import { podResources } from '../objects/pod-resources.ts';
import { cpuLimitMilli, servingContainer } from './serving-container.ts';

/** What the pods of one template may claim of their machine's CPU, and which of their containers claim it. */
export interface CpuClaim {
  /** Containers that run as long as the pod, sidecars last, and the place of the one that answers requests. */
  readonly names: readonly string[];
  readonly serving: number;
  readonly limitMilli: number;
  readonly weightMilli: number;
}

const remembered = new WeakMap<PodSpec['containers'], CpuClaim>();

/** Remembered by the list of containers, which pods of one template share. */
export function cpuClaim(spec: PodSpec): CpuClaim {
  const isPlain = spec.initContainers.length === 0 && spec.resources === undefined;
  const known = isPlain ? remembered.get(spec.containers) : undefined;
  if (known !== undefined) return known;
  const containers = lastingContainers(spec);
  const claim: CpuClaim = {
    names: containers.map(({ name }) => name),
    serving: containers.indexOf(servingContainer(spec)),
    limitMilli: cpuLimitMilli(spec),
    weightMilli: podResources(spec).cpuMilli,
  };
  if (isPlain) remembered.set(spec.containers, claim);
  return claim;
}
