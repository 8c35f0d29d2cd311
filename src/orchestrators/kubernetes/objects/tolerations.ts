import type { Taint } from './node.ts';
import type { Toleration } from './pod.ts';

/**
 * Whether a pod with these tolerations may be where the taint is (upstream k8s.io/api/core/v1/toleration.go): effect and
 * key must be equal unless the toleration leaves them empty, and the value with Equal. Lt and Gt are behind a feature
 * gate that is off (TaintTolerationComparisonOperators): they tolerate nothing.
 */
export function tolerates(tolerations: readonly Toleration[], taint: Taint): boolean {
  for (const toleration of tolerations) {
    if (toleration.effect !== '' && toleration.effect !== taint.effect) continue;
    if (toleration.key !== '' && toleration.key !== taint.key) continue;
    if (toleration.operator === 'Exists') return true;
    if (toleration.operator === 'Equal' && toleration.value === taint.value) return true;
  }
  return false;
}

/** The first taint with effect NoSchedule or NoExecute that is not tolerated: the pod may not be placed there. */
export function untoleratedTaint(taints: readonly Taint[], tolerations: readonly Toleration[]): Taint | undefined {
  for (const taint of taints) {
    if (taint.effect !== 'PreferNoSchedule' && !tolerates(tolerations, taint)) return taint;
  }
  return undefined;
}

/**
 * How many of the taints with effect PreferNoSchedule are not tolerated. Only tolerations of that effect or of every
 * effect count (upstream plugins/tainttoleration/taint_toleration.go).
 */
export function untoleratedPreferences(taints: readonly Taint[], tolerations: readonly Toleration[]): number {
  let count = 0;
  for (const taint of taints) {
    if (taint.effect === 'PreferNoSchedule' && !tolerates(tolerations, taint)) count += 1;
  }
  return count;
}

/** The taint that stands for `spec.unschedulable`. */
export const UNSCHEDULABLE_TAINT: Taint = {
  key: 'node.kubernetes.io/unschedulable',
  value: '',
  effect: 'NoSchedule',
};
