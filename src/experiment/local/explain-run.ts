import { InputError } from '../../sim/input-error.ts';
import { explainDecision, explainOnEmptyCluster, type DecisionExplanation } from '../../sim/explain.ts';
import { requestKey, type PodRequest } from '../../sim/pod-request.ts';
import { Simulation } from '../../sim/simulation.ts';
import type { RunPlan } from '../run-plan.ts';
import { simulationOptions, type Pulse } from './execute-run.ts';
import { openCluster, type WorkloadCache } from './open-inputs.ts';
import type { LoadedPolicies } from './policies-of-plan.ts';

/** Why a pod of a run went where it went. */
export interface PodExplanation {
  readonly pod: string;
  readonly arrivesUs: number;
  /** When each attempt to place it was made, and whether a node was found. */
  readonly attempts: readonly { readonly timeUs: number; readonly placed: boolean }[];
  /** The attempt told, from 1; 0 when none was made because no node could ever host the pod. */
  readonly attempt: number;
  readonly decision: DecisionExplanation;
  /** What the verdicts alone do not say. */
  readonly note?: string;
}

interface Seen {
  name: string;
  arrivesUs: number;
  request: PodRequest;
  attempts: { timeUs: number; placed: boolean }[];
}

/** Ends a run from within. */
const ENOUGH = new Error('enough');

/**
 * Repeats a run twice: once to learn at which attempts the pod was tried, once more to the attempt to be told (by
 * default the one that placed it, else the last). Nothing is asked of the policy before that moment, so the decision
 * is the one of the run.
 */
export function explainRun(
  plan: RunPlan,
  pod: string,
  wishedAttempt: number | undefined,
  policies: LoadedPolicies,
  workloads: WorkloadCache,
  pulse: Pulse,
): PodExplanation {
  const nodes = openCluster(plan.cluster, () => {
    pulse.beat();
  });
  const walk = (onAttempt: (simulation: Simulation, slot: number, node: number) => void): Seen | undefined => {
    const options = simulationOptions(plan, policies, workloads, nodes);
    let seen: Seen | undefined;
    let number = 0;
    const { pods: source } = options;
    try {
      new Simulation({
        ...options,
        metrics: 'lean',
        pods: {
          next: (row) => {
            const more = source.next(row);
            if (more && (row.name ?? `pod-${number}`) === pod)
              seen ??= { name: pod, arrivesUs: row.arrivesUs, request: row.request, attempts: [] };
            number++;
            return more;
          },
        },
        onDecision: (simulation, slot, node) => {
          pulse.beat();
          if (!seen || simulation.pods.nameOf(slot) !== pod) return;
          seen.attempts.push({ timeUs: simulation.nowUs, placed: node >= 0 });
          onAttempt(simulation, slot, node);
        },
      }).run();
    } catch (error) {
      if (error !== ENOUGH) throw error;
    }
    return seen;
  };

  const seen = walk((_simulation, _slot, node) => {
    if (node >= 0) throw ENOUGH;
  });
  if (!seen)
    throw new InputError(
      `there is no pod called "${pod}" in ${plan.workload.name}; pods without a name are called pod-0, pod-1, … in order of arrival`,
    );
  const { attempts, arrivesUs } = seen;
  if (attempts.length === 0) {
    const told = explainOnEmptyCluster(nodes, seen.request);
    const fits = told.nodes.some((one) => one.objections.length === 0);
    return {
      pod,
      arrivesUs,
      attempts,
      attempt: 0,
      decision: { pod, timeUs: arrivesUs, policy: plan.policy.name, ...told, request: requestKey(seen.request) },
      note: fits
        ? 'no attempt was made to place it: it waited behind others until the run ended, or its gang never fitted; the verdicts are those of the empty cluster'
        : 'it was refused when it arrived: no node could host it even if the cluster were empty',
    };
  }
  const attempt = wishedAttempt ?? attempts.length;
  if (attempt > attempts.length)
    throw new InputError(
      `pod "${pod}" was tried ${attempts.length} times, not ${attempt}; write --attempt 1 to ${attempts.length}`,
    );
  let decision: DecisionExplanation | undefined;
  let countdown = attempt;
  walk((simulation, slot, node) => {
    if (--countdown > 0) return;
    decision = explainDecision(simulation, slot, node);
    throw ENOUGH;
  });
  if (!decision) throw new Error(`the second walk did not reach attempt ${attempt} of pod ${pod}`);
  const fitting = decision.nodes.some((one) => one.objections.length === 0);
  const heldBack = decision.chosen === undefined && fitting;
  return {
    pod,
    arrivesUs,
    attempts,
    attempt,
    decision,
    ...(heldBack && { note: 'nodes fit, but placing it there might have delayed a pod that holds a reservation' }),
  };
}
