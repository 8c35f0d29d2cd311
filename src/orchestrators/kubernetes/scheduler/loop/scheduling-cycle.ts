import type { Pod } from '../../objects/pod.ts';
import type { PodDisruptionBudget, PodGroup } from '../../objects/policy.ts';
import type { PreemptionCandidate } from '../preemption/pick-candidate.ts';
import { preempt, type PreemptionOptions } from '../preemption/preempt.ts';
import type { RandomStream } from '../../../../sim/random.ts';
import type { QueuedPod } from '../queue/queued-pod.ts';
import type { SchedulingCore } from '../scheduling-core.ts';

/** What was found out about one pod in a cycle; consequences come when the cycle's time is over. */
export interface Trial {
  readonly entry: QueuedPod;
  readonly startUs: number;
  /** What brought the pod into the queue for it. */
  readonly broughtBy: string;
  readonly examined: number;
  readonly feasible: number;
  /** The node; undefined: refused. */
  readonly nodeName: string | undefined;
  /** The refusal as kube-scheduler words it; empty: none. */
  readonly message: string;
  /** Plugins that refused it; none with an error. */
  readonly plugins: readonly string[];
  /** Who goes where for its sake. */
  readonly plan: PreemptionCandidate | undefined;
  /** Whether a node that was kept for the pod is not any more. */
  readonly forgetsNomination: boolean;
  /** Whether victims were looked for. */
  readonly preempts: boolean;
}

/** One scheduling cycle: of a pod, or of all members of a group that wait. */
export interface Cycle {
  readonly number: number;
  readonly startUs: number;
  readonly trials: Trial[];
  readonly group: PodGroup | undefined;
  /** Why the group as a whole is refused; empty: it is not. */
  groupRefusal: string;
}

/** What trials need besides the core. */
export interface TrialSupport {
  readonly nowUs: number;
  readonly budgets: () => readonly PodDisruptionBudget[];
  /** Stream `scheduler/preemption-offset`. */
  readonly offsets: RandomStream;
  readonly preemption: PreemptionOptions;
}

const NONE: readonly string[] = [];

/** Looks for a node, and if there is none for pods whose going would make one. Changes nothing but the core's rotating start. */
export function tryPod(entry: QueuedPod, core: SchedulingCore, support: TrialSupport): Trial {
  const { pod } = entry;
  const { nodeName, examined, feasible, refusal } = core.decide(pod);
  const looked = { entry, startUs: support.nowUs, broughtBy: entry.broughtBy, examined, feasible, nodeName };
  const nobody = { plan: undefined, forgetsNomination: false, preempts: false };
  if (refusal === undefined) return { ...looked, ...nobody, message: '', plugins: NONE };
  const { plugins } = refusal;
  // Without a plugin that refused there was no node to refuse: an error, for which nobody is preempted.
  if (plugins.length === 0)
    return { ...looked, ...nobody, message: refusal.message(), plugins, forgetsNomination: true };
  if (!core.profile.preemption) return { ...looked, ...nobody, message: refusal.message(), plugins };
  const found = preempt(core, pod, refusal, support.budgets(), support.offsets, support.preemption);
  const { plan, forgetsNomination } = found;
  return { ...looked, message: found.message(), plugins, plan, forgetsNomination, preempts: found.dryRuns > 0 };
}

/** How long a cycle takes: a fixed time for each pod that is tried, and more for each node that is looked at. */
export function cycleUs({ trials }: Cycle, times: { readonly cycleUs: number; readonly perNodeUs: number }): number {
  let totalUs = 0;
  for (const { examined } of trials) totalUs += times.cycleUs + times.perNodeUs * examined;
  return Math.ceil(totalUs);
}

/** Members of a group in the order in which they are tried: priority, then who was ready first. */
export function inGroupOrder(entries: QueuedPod[]): QueuedPod[] {
  const readyUs = ({ initialAttemptUs }: QueuedPod): number => initialAttemptUs ?? 0;
  const priority = ({ spec }: Pod): number => spec.priority;
  return entries.sort(
    (left, right) =>
      priority(right.pod) - priority(left.pod) || readyUs(left) - readyUs(right) || left.pod.id - right.pod.id,
  );
}
