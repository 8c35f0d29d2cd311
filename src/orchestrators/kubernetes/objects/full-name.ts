import type { KubernetesObject } from './meta.ts';

/** `namespace/name`: what an object is called among those of its kind. */
export function fullName({ metadata: { namespace, name } }: Pick<KubernetesObject, 'metadata'>): string {
  return `${namespace}/${name}`;
}
