import type { Pod } from '../../objects/pod.ts';
import type { JobSpec } from '../../objects/workloads.ts';

/** What a failed pod means for its job. */
export interface FailureVerdict {
  readonly action: 'FailJob' | 'Ignore' | 'Count' | 'FailIndex';
  /** Which rule said so, in words; empty: none did. */
  readonly why: string;
}

/**
 * The first rule of the pod failure policy that matches (`matchPodFailurePolicy` in `pkg/controller/job/pod_failure_policy.go`).
 * Exit codes are those of containers that ended with an error; of conditions only DisruptionTarget is known.
 */
export function failureVerdict(policy: JobSpec['podFailurePolicy'], pod: Pod): FailureVerdict {
  for (const [index, { action, exitCodes, conditions }] of (policy ?? []).entries()) {
    if (exitCodes !== undefined) {
      const { operator, values } = exitCodes;
      for (const { name, exitCode } of pod.status.containers) {
        if (exitCode === undefined || exitCode === 0 || values.includes(exitCode) !== (operator === 'In')) continue;
        const { namespace, name: podName } = pod.metadata;
        const why = `Container ${name} for pod ${namespace}/${podName} failed with exit code ${exitCode} matching ${action} rule at index ${index}`;
        return { action, why };
      }
    }
    if (conditions?.includes('DisruptionTarget') === true && pod.status.disruptionTarget !== undefined) {
      const { namespace, name } = pod.metadata;
      const why = `Pod ${namespace}/${name} has condition DisruptionTarget matching ${action} rule at index ${index}`;
      return { action, why };
    }
  }
  return { action: 'Count', why: '' };
}
