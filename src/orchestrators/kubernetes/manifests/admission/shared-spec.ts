import type { Pod, PodSpec } from '../../objects/pod.ts';

/**
 * Puts what an admission makes of a spec into pods. Pods of one template share their spec, and go on sharing what is made
 * of it: it is made once per spec and key, and again when the key is another.
 */
export class SharedSpecs {
  private readonly made = new WeakMap<PodSpec, { key: string; spec: PodSpec }>();

  change(pod: Pod, key: string, make: (spec: PodSpec) => PodSpec): Pod {
    let entry = this.made.get(pod.spec);
    if (entry === undefined || entry.key !== key) this.made.set(pod.spec, (entry = { key, spec: make(pod.spec) }));
    return entry.spec === pod.spec ? pod : { ...pod, spec: entry.spec };
  }
}

/** Whether a pod was let in before the run began: a dump says that it was given its node. */
export function wasLetIn({ spec, status }: Pod): boolean {
  return spec.nodeName !== undefined && (status.scheduledUs !== undefined || status.phase !== 'Pending');
}

/** How the API server refuses a pod (`errors.NewForbidden`); several faults come in brackets. */
export function forbidden(pod: Pod, faults: readonly string[]): string {
  const said = [...new Set(faults)];
  return `pods "${pod.metadata.name}" is forbidden: ${said.length === 1 ? said[0] : `[${said.join(', ')}]`}`;
}
