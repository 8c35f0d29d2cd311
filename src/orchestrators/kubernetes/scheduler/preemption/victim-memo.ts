import type { Pod } from '../../objects/pod.ts';
import type { PodDisruptionBudget } from '../../objects/policy.ts';
import { type PodInfo, podInfo } from '../pod-info.ts';
import type { SchedulerProfile } from '../scheduler-profile.ts';
import type { PreemptionCandidate } from './pick-candidate.ts';

/** What a dry run on a node found: a candidate, or the pods that would not be enough; neither: nobody is less important there. */
export interface DryRun {
  readonly candidate?: PreemptionCandidate;
  readonly hopeless?: readonly Pod[];
}

/** Kinds of pods that are remembered at a time. */
const KINDS = 64;

/**
 * What dry runs of preemption found, by kind of pod and node, for as long as it holds: hundreds of nodes are tried for
 * every pod, and from one to the next only a few have changed. Whoever changes a node says so with `forget`: pods that
 * come, go, start, are told to go, change labels or requests, are nominated to it or no longer, and changes of the node.
 * Pods that other nodes matter to (affinity, spreading, volumes) are not remembered, nor any while a pod with required
 * anti-affinity is about.
 */
export class VictimMemo {
  /** Pods with required anti-affinity that have a node, or one that is kept for them. */
  antiAffinePods = 0;
  private readonly kinds = new Map<PodInfo, Map<string, DryRun>>();
  private budgets: readonly PodDisruptionBudget[] = [];

  forget(nodeName: string): void {
    for (const runs of this.kinds.values()) runs.delete(nodeName);
  }

  /** Other rules hold from now on. */
  clear(): void {
    this.kinds.clear();
  }

  /** Dry runs for pods like this one, by node; undefined: they cannot be remembered. */
  of(pod: Pod, profile: SchedulerProfile, budgets: readonly PodDisruptionBudget[]): Map<string, DryRun> | undefined {
    if (this.antiAffinePods > 0 || !isLocal(pod, profile)) return undefined;
    this.noteBudgets(budgets);
    const kind = podInfo(pod);
    const known = this.kinds.get(kind);
    if (known !== undefined) return known;
    if (this.kinds.size >= KINDS) this.kinds.clear();
    const made = new Map<string, DryRun>();
    this.kinds.set(kind, made);
    return made;
  }

  /** Budgets never change, they are replaced: other ones make everything else uncertain. */
  private noteBudgets(budgets: readonly PodDisruptionBudget[]): void {
    const { length } = budgets;
    if (this.budgets.length === length && this.budgets.every((budget, k) => budget === budgets[k])) return;
    this.budgets = budgets;
    this.kinds.clear();
  }
}

/** Whether only the node itself decides if the pod fits on it. */
function isLocal(pod: Pod, profile: SchedulerProfile): boolean {
  const { requiredAffinity, requiredAntiAffinity, hardSpread } = podInfo(pod);
  if (requiredAffinity.length > 0 || requiredAntiAffinity.length > 0 || hardSpread.length > 0) return false;
  if (pod.spec.volumes.some((volume) => volume.persistentVolumeClaim !== undefined)) return false;
  const { defaultConstraints } = profile;
  return (
    defaultConstraints === 'System' || defaultConstraints.every((one) => one.whenUnsatisfiable === 'ScheduleAnyway')
  );
}
