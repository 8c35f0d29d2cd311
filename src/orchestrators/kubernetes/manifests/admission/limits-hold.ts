import type { Admission } from '../../api/api-server.ts';
import type { PodSpec } from '../../objects/pod.ts';
import { parseQuantity } from '../../objects/quantity.ts';
import { nanoOf } from './pod-totals.ts';
import { wasLetIn } from './shared-spec.ts';

/**
 * Refuses pods that request more than their limit, as the API server's validation does behind the admission plugins that
 * change pods (`pkg/apis/core/validation/validation.go`, ValidateResourceRequirements): a LimitRange's default limit may
 * lie below what a container requests.
 */
export function limitsHold(): Admission {
  const seen = new WeakMap<PodSpec, readonly string[]>();
  return (pod) => {
    if (wasLetIn(pod)) return pod;
    let faults = seen.get(pod.spec);
    if (faults === undefined) seen.set(pod.spec, (faults = faultsOf(pod.spec)));
    if (faults.length === 0) return pod;
    const said = faults.length === 1 ? faults[0] : `[${faults.join(', ')}]`;
    return `Pod "${pod.metadata.name}" is invalid: ${said}`;
  };
}

function faultsOf(spec: PodSpec): string[] {
  const lists = { initContainers: spec.initContainers, containers: spec.containers };
  return Object.entries(lists).flatMap(([field, list]) =>
    list.flatMap(({ resources: { requests, limits } }, index) =>
      Object.entries(limits)
        .filter(([name, limit]) => Object.hasOwn(requests, name) && nanoOf(requests[name]) > nanoOf(limit))
        .map(([name, limit]) => {
          const shown = (text: string): string => parseQuantity(text)?.canonical ?? text;
          return `spec.${field}[${index}].resources.requests: Invalid value: "${shown(requests[name])}": must be less than or equal to ${name} limit of ${shown(limit)}`;
        }),
    ),
  );
}
