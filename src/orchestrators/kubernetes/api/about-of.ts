import type { KubernetesObject } from '../objects/meta.ts';

/** How an object is called in events: `Pod default/web-7`, `Node n1`. */
export function aboutOf(object: KubernetesObject): string {
  const { namespace, name } = object.metadata;
  return `${object.kind} ${namespace === '' ? name : `${namespace}/${name}`}`;
}
