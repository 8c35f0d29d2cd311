import type { DeploymentPolicy, DeploymentView, VersionCounts } from '../../sim/services/deployment-policy.ts';
import { withDefaults, type PolicyFamily, type PolicyOptions } from '../policy-family.ts';

/** The counts of a version for tests: nothing unless given. */
export function version(given: Partial<VersionCounts> = {}): VersionCounts {
  return { total: 0, ready: 0, stopping: 0, served: 0, bad: 0, meanUs: 0, ...given };
}

/** So many replicas that are all ready. */
export function allReady(total: number, given: Partial<VersionCounts> = {}): VersionCounts {
  return version({ total, ready: total, ...given });
}

/** A view at a time. */
export function view(
  desired: number,
  old: VersionCounts,
  fresh: VersionCounts,
  given: Partial<DeploymentView> = {},
): DeploymentView {
  return { nowUs: 0, beganUs: 0, desired, old, new: fresh, trafficShare: undefined, ...given };
}

/** A deployment by the policy of this family with these options. */
export function deployment(
  family: PolicyFamily<DeploymentPolicy>,
  options: PolicyOptions = {},
): ReturnType<DeploymentPolicy['make']> {
  return family.make(withDefaults(family, options), family.name).make();
}
