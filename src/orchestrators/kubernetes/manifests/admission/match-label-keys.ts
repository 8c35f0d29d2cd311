import type { Admission } from '../../api/api-server.ts';
import type { Labels, LabelSelectorRequirement } from '../../objects/meta.ts';
import type { PodAffinity, PodAffinityTerm, PodSpec } from '../../objects/pod.ts';
import { SharedSpecs } from './shared-spec.ts';

/**
 * Completes the selectors of (anti-)affinity terms by the pod's own labels, as the API server does when it creates a pod
 * (`pkg/registry/core/pod/strategy.go`): `matchLabelKeys` becomes `In` the pod's value, `mismatchLabelKeys` `NotIn`;
 * labels that the pod does not have are skipped.
 */
export function matchLabelKeys(): Admission {
  const specs = new SharedSpecs();
  return (pod) => {
    const keys = keysOf(pod.spec);
    if (keys.length === 0) return pod;
    const { labels } = pod.metadata;
    const values = keys.map((key) => (Object.hasOwn(labels, key) ? labels[key] : '\n')).join('\n\n');
    return specs.change(pod, values, (spec) => ({
      ...spec,
      ...(spec.podAffinity !== undefined && { podAffinity: merged(spec.podAffinity, labels) }),
      ...(spec.podAntiAffinity !== undefined && { podAntiAffinity: merged(spec.podAntiAffinity, labels) }),
    }));
  };
}

const known = new WeakMap<PodSpec, readonly string[]>();

/** Label keys that any term names. */
function keysOf(spec: PodSpec): readonly string[] {
  if (spec.podAffinity === undefined && spec.podAntiAffinity === undefined) return [];
  let keys = known.get(spec);
  if (keys === undefined) {
    const terms = [spec.podAffinity, spec.podAntiAffinity].flatMap((affinity) =>
      affinity === undefined ? [] : [...affinity.required, ...affinity.preferred.map(({ term }) => term)],
    );
    keys = terms.flatMap((term) => [...(term.matchLabelKeys ?? []), ...(term.mismatchLabelKeys ?? [])]);
    known.set(spec, keys);
  }
  return keys;
}

function merged(affinity: PodAffinity, labels: Labels): PodAffinity {
  return {
    required: affinity.required.map((term) => mergedTerm(term, labels)),
    preferred: affinity.preferred.map(({ weight, term }) => ({ weight, term: mergedTerm(term, labels) })),
  };
}

function mergedTerm(whole: PodAffinityTerm, labels: Labels): PodAffinityTerm {
  const { matchLabelKeys: match = [], mismatchLabelKeys: mismatch = [], ...term } = whole;
  if (term.labelSelector === undefined || match.length + mismatch.length === 0) return term;
  const requirement =
    (operator: 'In' | 'NotIn') =>
    (key: string): LabelSelectorRequirement[] =>
      Object.hasOwn(labels, key) ? [{ key, operator, values: [labels[key]] }] : [];
  const more = [...match.flatMap(requirement('In')), ...mismatch.flatMap(requirement('NotIn'))];
  const matchExpressions = [...(term.labelSelector.matchExpressions ?? []), ...more];
  return { ...term, labelSelector: { ...term.labelSelector, matchExpressions } };
}
