import type { RandomStream } from '../../../../sim/random.ts';
import type { Pod } from '../../objects/pod.ts';
import type { PodDisruptionBudget } from '../../objects/policy.ts';
import type { Refusal, SchedulingCore } from '../scheduling-core.ts';
import { splitByBudgets } from './budget-split.ts';
import { candidate, compareImportance, pickCandidate, type PreemptionCandidate } from './pick-candidate.ts';
import type { DryRun, VictimMemo } from './victim-memo.ts';

/** The outcome of looking for victims. */
export interface Preemption {
  /** Where the pod may go once these are gone; undefined: nowhere. */
  readonly plan: PreemptionCandidate | undefined;
  /** Whether a node that was kept for it is no longer: preemption was tried and does not help. */
  readonly forgetsNomination: boolean;
  /** Nodes that were tried and had pods of lower priority. */
  readonly dryRuns: number;
  /** The refusal with what preemption has to say, as kube-scheduler writes it. Ask before anything else changes. */
  message(): string;
}

export interface PreemptionOptions {
  /** A pod's state of now, when the core has an older one (start, disruption). Absent: the core's. */
  readonly latest?: (pod: Pod) => Pod;
  /** No pod that has a node has a lower priority than this; absent: not known. Saves looking. */
  readonly lowestPriority?: number;
  /** Remembers dry runs from one pod to the next; absent: every one is made. */
  readonly memo?: VictimMemo;
}

const WAITS = 'not eligible due to a terminating pod on the nominated node.';
/** Nobody on the node has a lower priority. */
const NOBODY: DryRun = {};
const NOT_HELPFUL = 'Preemption is not helpful for scheduling';
const NO_VICTIMS = 'No preemption victims found for incoming pod';

/**
 * Looks for pods of lower priority whose going would let a refused pod in (P/defaultpreemption, pkg/scheduler/framework/
 * preemption). Nodes where that may help are tried from a random one on, in the core's order, until there are enough
 * candidates of which one violates no budget; on each as many victims as possible are spared, those that a budget
 * protects first. Nothing changes; whoever acts on the plan deletes the victims. The random offset is the only number
 * drawn (the run's stream `scheduler/preemption-offset`), and only when there are nodes to try.
 *
 * Where upstream sorts unstably, pods of one importance stay in the order in which they came to their node.
 */
export function preempt(
  core: SchedulingCore,
  pod: Pod,
  refusal: Refusal,
  budgets: readonly PodDisruptionBudget[],
  random: RandomStream,
  options: PreemptionOptions = {},
): Preemption {
  const { latest = asItIs, lowestPriority = -Infinity } = options;
  // A refusal knows what to say of a pod that may not preempt.
  if (pod.spec.preemptionPolicy === 'Never') return without(false, 0, () => refusal.message());
  if (waitsForVictims(core, pod, refusal, latest)) return without(false, 0, () => withPart(core, refusal, WAITS));
  const { priority } = pod.spec;
  const nodes = refusal.candidates();
  if (nodes.length === 0) return without(true, 0, () => refusal.message());
  const offset = random.below(nodes.length);
  if (lowestPriority >= priority) return without(true, 0, () => refusal.message());

  const wanted = candidateCount(core.profile, nodes.length);
  const remembered = options.memo?.of(pod, core.profile, budgets);
  const good: PreemptionCandidate[] = [];
  const violating: PreemptionCandidate[] = [];
  /** Nodes where the pod would not fit without all of these either. */
  const hopeless: [nodeName: string, gone: readonly Pod[]][] = [];
  let dryRuns = 0;
  for (let k = 0; k < nodes.length; k++) {
    const nodeName = nodes[(offset + k) % nodes.length];
    // What is remembered was found with all nominated pods counted in, itself among them.
    const isOwn = nodeName === pod.status.nominatedNodeName;
    let run = isOwn ? undefined : remembered?.get(nodeName);
    if (run === undefined) {
      run = dryRun(core, pod, nodeName, budgets, latest);
      if (!isOwn) remembered?.set(nodeName, run);
    }
    if (run.hopeless !== undefined) hopeless.push([nodeName, run.hopeless]);
    if (run !== NOBODY) dryRuns++;
    if (run.candidate === undefined) continue;
    (run.candidate.violations === 0 ? good : violating).push(run.candidate);
    if (good.length > 0 && good.length + violating.length >= wanted) break;
  }
  const plan = pickCandidate([...good, ...violating]);
  if (plan === undefined) {
    return without(true, dryRuns, () =>
      hopeless.length === 0
        ? refusal.message()
        : withPart(core, refusal, dryRunMessage(core, pod, nodes.length, hopeless)),
    );
  }
  return { plan, forgetsNomination: false, dryRuns, message: () => refusal.filterMessage() };
}

/** How many candidates are enough among so many nodes. */
export function candidateCount(
  profile: { readonly minCandidateNodesPercentage: number; readonly minCandidateNodesAbsolute: number },
  nodes: number,
): number {
  const share = Math.floor((nodes * profile.minCandidateNodesPercentage) / 100);
  return Math.min(nodes, Math.max(share, profile.minCandidateNodesAbsolute));
}

/** Whether victims of the pod are still going on the node that is kept for it; not if that node has become hopeless. */
function waitsForVictims(core: SchedulingCore, pod: Pod, refusal: Refusal, latest: (pod: Pod) => Pod): boolean {
  const { nominatedNodeName } = pod.status;
  if (nominatedNodeName === undefined || !refusal.candidates().includes(nominatedNodeName)) return false;
  return core
    .podsOn(nominatedNodeName)
    .some((one) => one.spec.priority < pod.spec.priority && isGoingByPreemption(latest(one)));
}

/** Whether the scheduler has told the pod to go for another's sake. */
function isGoingByPreemption(pod: Pod): boolean {
  return pod.metadata.deletionUs !== undefined && pod.status.disruptionTarget === 'PreemptionByScheduler';
}

/** Whether the pod would fit on a node without the less important pods there, and whom of them it would have to lose. */
function dryRun(
  core: SchedulingCore,
  pod: Pod,
  nodeName: string,
  budgets: readonly PodDisruptionBudget[],
  latest: (pod: Pod) => Pod,
): DryRun {
  const lower = core.podsOn(nodeName).filter((one) => one.spec.priority < pod.spec.priority);
  if (lower.length === 0) return NOBODY;
  if (!core.fitsWithout(pod, nodeName, lower)) return { hopeless: lower };
  const found = spare(core, pod, nodeName, lower.map(latest), budgets);
  // A node where everyone can be spared would have been taken; upstream calls it an error and passes on.
  return found.victims.length === 0 ? {} : { candidate: found };
}

/** Spares as many pods as still leave room, the ones whose going would violate a budget first, the most important first. */
function spare(
  core: SchedulingCore,
  pod: Pod,
  nodeName: string,
  lower: Pod[],
  budgets: readonly PodDisruptionBudget[],
): PreemptionCandidate {
  const byImportance = lower.sort(compareImportance);
  const split = splitByBudgets(byImportance, budgets);
  const order = split.violating.length === 0 ? byImportance : [...split.violating, ...split.others];
  const victims: Pod[] = [];
  let violations = 0;
  for (let k = 0; k < order.length; k++) {
    // Those that have not been asked yet are gone in any case.
    const gone = victims.length === 0 ? order.slice(k + 1) : victims.concat(order.slice(k + 1));
    if (core.fitsWithout(pod, nodeName, gone)) continue;
    victims.push(order[k]);
    if (k < split.violating.length) violations++;
  }
  if (violations > 0 && violations < victims.length) victims.sort(compareImportance);
  return candidate(nodeName, victims, violations);
}

function without(forgetsNomination: boolean, dryRuns: number, message: () => string): Preemption {
  return { plan: undefined, forgetsNomination, dryRuns, message };
}

function withPart(core: SchedulingCore, refusal: Refusal, part: string): string {
  const claims = core.profile.dynamicResources ? 'no new claims to deallocate, ' : '';
  return `${refusal.filterMessage()} ${claims}preemption: ${part}`;
}

/** What dry runs found, in the form of a refusal: nodes without pods of lower priority, and what was missing on the others. */
function dryRunMessage(
  core: SchedulingCore,
  pod: Pod,
  tried: number,
  hopeless: readonly [nodeName: string, gone: readonly Pod[]][],
): string {
  const counts = new Map<string, number>();
  const add = (reason: string, count: number): void => {
    if (count > 0) counts.set(reason, (counts.get(reason) ?? 0) + count);
  };
  add(NOT_HELPFUL, core.nodeCount - tried);
  add(NO_VICTIMS, tried - hopeless.length);
  for (const [nodeName, gone] of hopeless)
    for (const reason of core.reasonsWithout(pod, nodeName, gone)) add(reason, 1);
  const parts = Array.from(counts, ([reason, count]) => `${count} ${reason}`).sort();
  return `0/${core.nodeCount} nodes are available: ${parts.join(', ')}.`;
}

function asItIs(pod: Pod): Pod {
  return pod;
}
