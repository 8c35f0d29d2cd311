import type { Admission, ApiServer } from '../../api/api-server.ts';
import type { PriorityClass } from '../../objects/policy.ts';
import { forbidden, SharedSpecs, wasLetIn } from './shared-spec.ts';

/** Classes that every cluster has (`pkg/apis/scheduling/v1/helpers.go`). */
export const BUILT_IN_PRIORITIES: ReadonlyMap<string, number> = new Map([
  ['system-cluster-critical', 2_000_000_000],
  ['system-node-critical', 2_000_001_000],
]);

type ClassValue = Pick<PriorityClass, 'value' | 'preemptionPolicy'> & { readonly name: string };

/**
 * Gives pods the number of their priority class, or of the one that is the global default, or 0; and its preemption
 * policy (`plugin/pkg/admission/priority`). A class that is not there, or a number of the pod's own, is refused.
 */
export function priorityAdmission(api: ApiServer): Admission {
  const specs = new SharedSpecs();
  const classes = api.store('PriorityClass');
  return (pod) => {
    const { spec } = pod;
    if (wasLetIn(pod)) return pod;
    const name = spec.priorityClassName ?? defaultClass(api);
    let found: ClassValue = { name: '', value: 0, preemptionPolicy: 'PreemptLowerPriority' };
    if (name !== undefined) {
      const builtIn = BUILT_IN_PRIORITIES.get(name);
      const made = classes.named('', name);
      if (made !== undefined) found = { name, value: made.value, preemptionPolicy: made.preemptionPolicy };
      else if (builtIn !== undefined) found = { name, value: builtIn, preemptionPolicy: 'PreemptLowerPriority' };
      else return forbidden(pod, [`no PriorityClass with name ${name} was found`]);
    }
    const { value, preemptionPolicy } = found;
    if (spec.priority !== 0 && spec.priority !== value)
      return forbidden(pod, [
        `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
      ]);
    if (spec.preemptionPolicy === 'Never' && preemptionPolicy !== 'Never')
      return forbidden(pod, [
        `the string value of PreemptionPolicy (Never) must not be provided in pod spec; priority admission controller computed ${preemptionPolicy} from the given PriorityClass name`,
      ]);
    if (spec.priority === value && spec.preemptionPolicy === preemptionPolicy && name === spec.priorityClassName)
      return pod;
    return specs.change(pod, `${found.name} ${value} ${preemptionPolicy}`, (given) => ({
      ...given,
      priority: value,
      preemptionPolicy,
      ...(found.name !== '' && { priorityClassName: found.name }),
    }));
  };
}

/** The class for pods that name none: of several the one of the lowest value. */
function defaultClass(api: ApiServer): string | undefined {
  let best: PriorityClass | undefined;
  for (const one of api.store('PriorityClass').all())
    if (one.globalDefault && (best === undefined || one.value < best.value)) best = one;
  return best?.metadata.name;
}
