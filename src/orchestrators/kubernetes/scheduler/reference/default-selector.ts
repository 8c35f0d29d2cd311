import type { LabelSelector, LabelSelectorRequirement } from '../../objects/meta.ts';
import { matchesSelector } from '../../objects/label-selector.ts';
import type { Pod } from '../../objects/pod.ts';
import type { SelectorSource } from '../scheduling-core.ts';

/** Services and controllers of the cluster, whose pods are spread by default. */
export class SelectorSources {
  private readonly byKey = new Map<string, SelectorSource>();

  /** Adds, replaces or (without a selector) takes one away. */
  set(source: SelectorSource): void {
    const key = keyOf(source.kind, source.namespace, source.name);
    if (source.selector === undefined) this.byKey.delete(key);
    else this.byKey.set(key, source);
  }

  /**
   * What a pod's fellows are found by: the selectors of all services that select the pod, and that of the controller
   * that owns it, taken together (upstream plugins/helper/spread.go, DefaultSelector). Empty when nothing selects it.
   */
  selectorOf(pod: Pod): LabelSelector {
    const { namespace, labels, ownerReferences } = pod.metadata;
    const matchLabels: Record<string, string> = {};
    const matchExpressions: LabelSelectorRequirement[] = [];
    const add = (selector: LabelSelector | undefined): void => {
      Object.assign(matchLabels, selector?.matchLabels);
      matchExpressions.push(...(selector?.matchExpressions ?? []));
    };
    for (const { kind, namespace: where, selector } of this.byKey.values())
      if (kind === 'Service' && where === namespace && matchesSelector(selector, labels)) add(selector);
    const owner = ownerReferences.find((reference) => reference.controller);
    if (owner !== undefined && OWNERS.has(owner.kind))
      add(this.byKey.get(keyOf(owner.kind, namespace, owner.name))?.selector);
    return { matchLabels, matchExpressions };
  }
}

const OWNERS: ReadonlySet<string> = new Set(['ReplicationController', 'ReplicaSet', 'StatefulSet']);

function keyOf(kind: string, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}
