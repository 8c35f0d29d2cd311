import type { Pod, PodSpec } from '../../objects/pod.ts';

const forms = new WeakMap<Pod, readonly Pod[]>();

/**
 * The pod with its preferences as requirements, and then with one after the other let go, as it is tried: preferred
 * affinity to pods, preferred anti-affinity, preferred nodes (heaviest first), spreading that may be violated. The last
 * form is the pod itself.
 *
 * Source: karpenter, pkg/controllers/provisioning/scheduling/preferences.go.
 */
export function formsOf(pod: Pod): readonly Pod[] {
  let known = forms.get(pod);
  if (known === undefined) forms.set(pod, (known = makeForms(pod)));
  return known;
}

function makeForms(pod: Pod): Pod[] {
  const { spec } = pod;
  const made: Pod[] = [];
  const affine = [...(spec.podAffinity?.preferred ?? [])].sort((a, b) => b.weight - a.weight);
  const apart = [...(spec.podAntiAffinity?.preferred ?? [])].sort((a, b) => b.weight - a.weight);
  const nodes = [...(spec.nodeAffinity?.preferred ?? [])].sort((a, b) => b.weight - a.weight);
  const soft = spec.topologySpreadConstraints.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === 'ScheduleAnyway');
  const counts = [affine.length, apart.length, nodes.length, soft.length];
  const left = [...counts];
  for (let k = 0; ;) {
    while (k < left.length && left[k] === 0) k++;
    if (k === left.length) break;
    made.push(formWith(pod, left[0], left[1], left[2], left[3]));
    left[k]--;
  }
  made.push(pod);
  return made;

  /** With the last so many preferences of each kind required. */
  function formWith(from: Pod, a: number, b: number, c: number, d: number): Pod {
    const kept = new Set(soft.slice(soft.length - d));
    const changed: { -readonly [K in keyof PodSpec]?: PodSpec[K] } = {
      topologySpreadConstraints: spec.topologySpreadConstraints.map((one) =>
        kept.has(one) ? { ...one, whenUnsatisfiable: 'DoNotSchedule' as const } : one,
      ),
    };
    if (a > 0)
      changed.podAffinity = {
        required: [...(spec.podAffinity?.required ?? []), ...affine.slice(affine.length - a).map(({ term }) => term)],
        preferred: [],
      };
    if (b > 0)
      changed.podAntiAffinity = {
        required: [...(spec.podAntiAffinity?.required ?? []), ...apart.slice(apart.length - b).map(({ term }) => term)],
        preferred: [],
      };
    if (c > 0) {
      // Only the heaviest that is left is asked for at a time; it must hold beside each of the required terms.
      const { preference } = nodes[nodes.length - c];
      const required = spec.nodeAffinity?.required ?? [{ matchExpressions: [], matchFields: [] }];
      changed.nodeAffinity = {
        required: required.map((term) => ({
          matchExpressions: [...term.matchExpressions, ...preference.matchExpressions],
          matchFields: [...term.matchFields, ...preference.matchFields],
        })),
        preferred: [],
      };
    }
    return { ...from, spec: { ...spec, ...changed } };
  }
}
