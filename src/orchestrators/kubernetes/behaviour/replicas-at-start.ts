import type { KubernetesSpec } from '../kubernetes-spec.ts';
import type { AnyObject } from '../objects/kinds.ts';
import { matchesLabels } from '../objects/label-selector.ts';
import { podTemplateOf } from './pod-template-of.ts';

/** Pods that each modelled service will have at first: those that workloads behind it ask for, else its bare pods. */
export function replicasAtStart(spec: Pick<KubernetesSpec, 'objects' | 'services'>): number[] {
  return spec.services.map(({ namespace, name }) => {
    const objects = (spec.objects as readonly AnyObject[]).filter((one) => one.metadata.namespace === namespace);
    const service = objects.find((one) => one.kind === 'Service' && one.metadata.name === name);
    const selector = service?.kind === 'Service' ? service.spec.selector : undefined;
    if (selector === undefined) return 0;
    let asked = 0;
    let bare = 0;
    for (const one of objects) {
      if (one.kind === 'Pod' && matchesLabels(selector, one.metadata.labels ?? {})) bare++;
      const template = podTemplateOf(one);
      if (template === undefined || !matchesLabels(selector, template.metadata.labels)) continue;
      if (one.kind === 'Deployment' || one.kind === 'StatefulSet') asked += one.spec.replicas;
    }
    return Math.max(asked, bare);
  });
}
