import { backfillPolicy } from '../../policies/backfilling/index.ts';
import { builtInPlacement } from '../../policies/placement/index.ts';
import { queuePolicy } from '../../policies/queueing/index.ts';
import type { BackfillPolicy, PlacementFactory, QueuePolicy } from '../../sim/policy.ts';
import type { PolicyFacts } from '../comparison.ts';
import { policyLabel } from '../policy-text.ts';
import { policyTexts } from '../scenario/policy-texts.ts';
import { ORCHESTRATOR_SOURCES, ORCHESTRATOR_TITLES, type OrchestratorName } from '../../orchestrators/orchestrator.ts';
import type { KubernetesPlan } from '../kubernetes/kubernetes-plan.ts';
import type { OrchestratorChoice } from '../orchestrated/orchestrator-choice.ts';
import { orchestratorFacts } from '../orchestrated/orchestrator-facts.ts';
import { aboutOrchestrator } from '../../orchestrators/index.ts';
import type { PolicyPlan } from '../run-plan.ts';
import { InputError } from '../../sim/input-error.ts';
import { loadPolicy } from './load-policy.ts';
import { stream } from '../../sim/random.ts';

/** A plan's policies, ready to run. */
export interface LoadedPolicies {
  readonly placement: PlacementFactory;
  readonly queue: QueuePolicy;
  readonly backfill: BackfillPolicy;
  readonly facts: PolicyFacts;
}

/** Finds the built-in policies of a plan, or loads the user's file. */
export async function policiesOf(plan: PolicyPlan): Promise<LoadedPolicies> {
  const queue = queuePolicy(plan.queue);
  const backfill = backfillPolicy(plan.backfill);
  if (backfill === undefined) throw new InputError(`there is no backfilling policy called "${plan.backfill}"`);
  // First come, first served and whoever fits may pass: what needs no words.
  const order = [
    ...(plan.queue === 'fifo' ? [] : [queue.summary]),
    ...(plan.backfill === 'any' ? [] : [backfill.summary]),
  ]
    .map((words) => `; ${words}`)
    .join('');
  if (plan.orchestrator !== undefined) {
    const placement = plan.file === undefined ? builtInPlacement(plan.placement!).create : await loadPolicy(plan.file);
    return { placement, queue, backfill, facts: decidesByItself(plan, plan.orchestrator) };
  }
  if (plan.file === undefined) {
    const { create, summary, source } = builtInPlacement(plan.placement!);
    return {
      placement: create,
      queue,
      backfill,
      facts: { name: plan.name, summary: summary + order + livingText(plan), source },
    };
  }
  const placement = await loadPolicy(plan.file);
  const sample = placement({ random: stream('sample', 'placement') });
  return {
    placement,
    queue,
    backfill,
    facts: {
      name:
        plan.name === policyLabel(plan.file, plan.queue, plan.backfill)
          ? policyLabel(sample.name, plan.queue, plan.backfill)
          : plan.name,
      summary: (sample.summary ?? "the user's own policy") + order + livingText(plan),
      source: sample.source ?? plan.file,
      file: plan.file,
    },
  };
}

interface ToldOrchestrator extends Partial<OrchestratorChoice> {
  readonly orchestrator?: OrchestratorChoice | string;
}

/** An orchestrator that decides by its own rules, and what it was told. */
function decidesByItself({ name, living, file }: PolicyPlan, orchestrator: OrchestratorName): PolicyFacts {
  const told = JSON.parse(living ?? '{}') as KubernetesPlan['policies'] | ToldOrchestrator;
  if (!('scheduler' in told)) {
    // A scenario tells its choice whole; a scenario of native files tells what differs.
    const { placement, strategy, constants } = typeof told.orchestrator === 'object' ? told.orchestrator : told;
    const words = [
      ORCHESTRATOR_TITLES[orchestrator],
      ...(strategy === undefined ? [] : [`chooses as ${strategy}`]),
      ...(placement === undefined ? [] : [`${placement} chooses among the machines that it allows`]),
      ...Object.entries(constants ?? {}).map(([constant, value]) => `${constant} ${value}`),
    ];
    return {
      name,
      summary: words.join('; '),
      source: ORCHESTRATOR_SOURCES[orchestrator],
      ...(file !== undefined && { file }),
      orchestrator: orchestratorFacts(aboutOrchestrator(orchestrator), constants ?? {}),
    };
  }
  const { scheduler, version, clusterAutoscaler, karpenter } = told;
  const words = [
    `kube-scheduler ${version}, ${typeof scheduler === 'string' ? `${scheduler} configuration` : `configured by ${scheduler.file}`}`,
    ...(clusterAutoscaler === false ? [] : [`Cluster Autoscaler${flagsOf(clusterAutoscaler)}`]),
    ...(karpenter === false ? [] : ['Karpenter']),
  ];
  return { name, summary: words.join('; '), source: 'kubernetes v1.36.2' };
}

function flagsOf(flags: true | Readonly<Record<string, unknown>>): string {
  const given = Object.entries(flags === true ? {} : flags).map(([flag, value]) => `--${flag}=${String(value)}`);
  return given.length === 0 ? '' : ` with ${given.join(' ')}`;
}

/** What else decides in a scenario, by its names. */
function livingText(plan: PolicyPlan): string {
  if (plan.living === undefined) return '';
  const texts = policyTexts(JSON.parse(plan.living) as Record<string, unknown>);
  return texts.length === 0 ? '' : `; ${texts.join('; ')}`;
}
