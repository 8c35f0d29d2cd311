import { changeOf, type ChangeText } from '../../orchestrators/kubernetes/changes/change-text.ts';
import { canonicalText } from '../run-id.ts';
import { clusterParts } from '../scenario/cluster-groups.ts';
import { describeGroups } from '../scenario/describe-groups.ts';
import { endOfScenario, orchestratorOfText } from '../orchestrator-of-text.ts';
import type { PolicyPlan } from '../run-plan.ts';
import type { PlannedScenario, PlannedVariant, ScenarioContext } from '../scenario/plan-scenario.ts';
import { distinct, seedsOf, withFiles, withRecordings } from '../scenario/plan-scenario.ts';
import { readVariants, type ScenarioVariant } from '../scenario/read-scenario.ts';
import { at, ScenarioFault } from '../scenario/scenario-fault.ts';
import { variantLabels } from '../scenario/variant-names.ts';
import { checkKubernetes } from './check-kubernetes.ts';
import type { KubernetesPlan, PlannedFile, StepPlan } from './kubernetes-plan.ts';
import { kubernetesSchema, type KubernetesText } from './kubernetes-schema.ts';

/** What planning a Kubernetes scenario must know of the world around besides. */
export interface KubernetesContext extends ScenarioContext {
  /** The manifests below a path, sorted: the file itself, or the files of the folder. Throws an InputError when there are none. */
  readonly manifestsAt: (path: string) => readonly string[];
}

/** Whether a text holds a scenario of a Kubernetes cluster: it says so itself. */
export function isKubernetesText(text: string): boolean {
  return orchestratorOfText(text) === 'kubernetes';
}

/** Names of schedulers that need no file. */
export const NAMED_SCHEDULERS: readonly string[] = ['default', 'most-allocated'];

/**
 * Reads a Kubernetes scenario, multiplies its lists out, finds its files and checks every variant. Throws an
 * InputError that names the first fault by file, line and column. What manifests hold is read when the run begins.
 */
export function planKubernetes(
  text: string,
  context: KubernetesContext,
  settings: readonly string[] = [],
): PlannedScenario {
  const end = endOfScenario(text);
  const behind = end < text.length ? [{ file: context.file, behindScenario: true as const }] : [];
  const read = readVariants(kubernetesSchema, text.slice(0, end), context.file, settings);
  const [first] = read;
  const title = first.scenario.name ?? context.title;
  const notes = new Set<string>();
  const policies = new Map<string, PolicyPlan>();
  const taken = new Map<string, string>();
  const placed = <T>(variant: ScenarioVariant<KubernetesText>, make: () => T): T => {
    try {
      return make();
    } catch (error) {
      throw error instanceof ScenarioFault ? variant.inputError(error) : error;
    }
  };
  return {
    title,
    description: first.scenario.description ?? '',
    seeds: placed(first, () => seedsOf(first.scenario)) ?? [1, 2, 3],
    variants: read.map((variant) =>
      placed(variant, () => planVariant(variant, title, context, behind, notes, policies, taken)),
    ),
    policies: [...policies.values()],
    notes: [...notes],
  };
}

function planVariant(
  variant: ScenarioVariant<KubernetesText>,
  title: string,
  context: KubernetesContext,
  behind: readonly PlannedFile[],
  notes: Set<string>,
  policies: Map<string, PolicyPlan>,
  taken: Map<string, string>,
): PlannedVariant {
  const { name: _name, description: _description, seeds: _seeds, orchestrator: _o, ...rest } = variant.scenario;
  const { name: setName, scheduler, ...others } = rest.policies;
  const named = rest.manifests.flatMap((path, index) =>
    at(['manifests', index], () => context.manifestsAt(context.resolvePath(path)).map((file) => ({ file }))),
  );
  const plan: KubernetesPlan = {
    ...rest,
    manifests: [...behind, ...named],
    steps: (rest.steps ?? []).map((step, index) => stepOf(step, index, context)),
    policies: { ...others, scheduler: schedulerOf(scheduler, context) },
    ...(rest.traffic && { traffic: withFiles(rest.traffic, context, notes) }),
    ...(rest.weather && { weather: withRecordings(rest.weather, context) }),
  };
  checkKubernetes(plan);
  const labels = variantLabels(variant.picks);
  const policy = policyOf(plan, scheduler, setName, labels.policies, policies);
  const machines = machinesOf(rest.cluster);
  const { policies: _policies, cluster, ...workload } = plan;
  return {
    cluster: {
      name: distinct([machines, ...labels.cluster].join(', '), canonicalText(cluster ?? null), taken, 'cluster'),
    },
    workload: {
      name: distinct([title, ...labels.workload].join(', '), canonicalText(workload), taken, 'workload'),
      options: {},
      transforms: [],
    },
    policy,
    kubernetes: plan,
  };
}

function machinesOf(cluster: KubernetesText['cluster']): string {
  if (cluster === undefined) return 'nodes of the manifests';
  return typeof cluster === 'string'
    ? cluster
    : (cluster.name ?? describeGroups(clusterParts(cluster).groups).description);
}

/** Files that a step or policy names lie beside the scenario's own. */
function stepOf({ at: atUs, run }: { at: number; run: string }, index: number, context: KubernetesContext): StepPlan {
  const written = at(['steps', index, 'run'], () => changeOf(run));
  const change: ChangeText = 'file' in written ? { ...written, file: context.resolvePath(written.file) } : written;
  return { at: atUs, text: run, change };
}

function schedulerOf(scheduler: string, context: KubernetesContext): string | PlannedFile {
  if (NAMED_SCHEDULERS.includes(scheduler)) return scheduler;
  if (/[./\\]/.test(scheduler)) return { file: context.resolvePath(scheduler) };
  throw new ScenarioFault(
    ['policies', 'scheduler'],
    `there is no scheduler called "${scheduler}"; write ${NAMED_SCHEDULERS.join(', ')} or a file such as ./scheduler.yaml`,
  );
}

/** The policy's plan, the same object for the same policies, since reports and workers tell them apart by it. */
function policyOf(
  { policies: chosen }: KubernetesPlan,
  scheduler: string,
  setName: string | undefined,
  labels: readonly string[],
  policies: Map<string, PolicyPlan>,
): PolicyPlan {
  const content = canonicalText(chosen);
  const known = policies.get(content);
  if (known) return known;
  const base = setName !== undefined && !labels.includes(setName) ? [setName, ...labels] : labels;
  const wanted = base.length > 0 ? base.join(' + ') : writtenPolicies(chosen, scheduler);
  const names = new Set([...policies.values()].map((one) => one.name));
  let name = wanted;
  for (let number = 2; names.has(name); number++) name = `${wanted} #${number}`;
  const plan = {
    name,
    placement: 'first-fit',
    queue: 'fifo',
    backfill: 'any',
    living: content,
    orchestrator: 'kubernetes' as const,
  };
  policies.set(content, plan);
  return plan;
}

function writtenPolicies({ clusterAutoscaler, karpenter }: KubernetesPlan['policies'], scheduler: string): string {
  const file = scheduler
    .split(/[/\\]/)
    .at(-1)!
    .replace(/\.[^.]+$/, '');
  return [
    `kube-scheduler${scheduler === 'default' ? '' : ` ${file}`}`,
    ...(clusterAutoscaler === false ? [] : ['cluster-autoscaler']),
    ...(karpenter === false ? [] : ['karpenter']),
  ].join(' + ');
}
