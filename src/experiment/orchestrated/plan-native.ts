import { canonicalText } from '../run-id.ts';
import type { PolicyPlan } from '../run-plan.ts';
import { clusterParts } from '../scenario/cluster-groups.ts';
import { describeGroups } from '../scenario/describe-groups.ts';
import {
  distinct,
  seedsOf,
  withFiles,
  withRecordings,
  type PlannedScenario,
  type PlannedVariant,
  type ScenarioContext,
} from '../scenario/plan-scenario.ts';
import { readVariants, type ScenarioVariant } from '../scenario/read-scenario.ts';
import { at, ScenarioFault } from '../scenario/scenario-fault.ts';
import { variantLabels } from '../scenario/variant-names.ts';
import { aboutOrchestrator } from '../../orchestrators/index.ts';
import { isOwnStrategy } from '../../orchestrators/orchestrator.ts';
import { suggestion } from '../../sim/nearest-name.ts';
import { checkConstants } from './constant-values.ts';
import type { NativePlan, NativeStep } from './native-plan.ts';
import { nativeSchema, type NativeText } from './native-schema.ts';
import { operationOf } from './operation-text.ts';

/** What planning such a scenario must know of the world around besides. */
export interface NativeContext extends ScenarioContext {
  /** The native files at a path, sorted: the file itself, or those of the folder. Throws an InputError when there are none. */
  readonly nativeFilesAt: (path: string) => readonly string[];
}

/**
 * Reads a scenario of an orchestrator's own files, multiplies its lists out, finds its files and checks every variant.
 * Throws an InputError that names the first fault by file, line and column. What native files hold is read when the run
 * begins.
 */
export function planNative(text: string, context: NativeContext, settings: readonly string[] = []): PlannedScenario {
  const read = readVariants(nativeSchema, text, context.file, settings);
  const [first] = read;
  const title = first.scenario.name ?? context.title;
  const notes = new Set<string>();
  const policies = new Map<string, PolicyPlan>();
  const taken = new Map<string, string>();
  const placed = <T>(variant: ScenarioVariant<NativeText>, make: () => T): T => {
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
      placed(variant, () => planVariant(variant, title, context, notes, policies, taken)),
    ),
    policies: [...policies.values()],
    notes: [...notes],
  };
}

function planVariant(
  variant: ScenarioVariant<NativeText>,
  title: string,
  context: NativeContext,
  notes: Set<string>,
  policies: Map<string, PolicyPlan>,
  taken: Map<string, string>,
): PlannedVariant {
  const { name: _name, description: _description, seeds: _seeds, ...rest } = variant.scenario;
  const { name: setName, ...chosen } = rest.policies;
  const plan: NativePlan = {
    ...rest,
    policies: chosen,
    files: rest.files.flatMap((path, index) =>
      at(['files', index], () => context.nativeFilesAt(context.resolvePath(path)).map((file) => ({ file }))),
    ),
    steps: (rest.steps ?? []).map((step, index) => stepOf(step, index, rest.duration, context)),
    ...(rest.traffic && { traffic: withFiles(rest.traffic, context, notes) }),
    ...(rest.weather && { weather: withRecordings(rest.weather, context) }),
  };
  if (rest.cluster !== undefined) clusterParts(rest.cluster);
  checkConstants(aboutOrchestrator(rest.orchestrator), rest.policies.constants ?? {}, ['policies', 'constants']);
  const labels = variantLabels(variant.picks);
  const policy = policyOf(plan, setName, labels.policies, policies, context);
  const { policies: _policies, orchestrator: _orchestrator, cluster, ...workload } = plan;
  return {
    cluster: {
      name: distinct(
        [machinesOf(cluster), ...labels.cluster].join(', '),
        canonicalText(cluster ?? null),
        taken,
        'cluster',
      ),
    },
    workload: {
      name: distinct([title, ...labels.workload].join(', '), canonicalText(workload), taken, 'workload'),
      options: {},
      transforms: [],
    },
    policy,
    native: plan,
  };
}

function machinesOf(cluster: NativeText['cluster']): string {
  if (cluster === undefined) return 'machines for what the files declare';
  return typeof cluster === 'string'
    ? cluster
    : (cluster.name ?? describeGroups(clusterParts(cluster).groups).description);
}

/** Files that a step names lie beside the scenario's own. */
function stepOf(
  { at: atUs, run }: { at: number; run: string },
  index: number,
  durationUs: number,
  context: NativeContext,
): NativeStep {
  if (atUs > durationUs)
    throw new ScenarioFault(
      ['steps', index, 'at'],
      `"${run}" would be done after the end of the run; write an earlier time, or a longer duration`,
    );
  const change = at(['steps', index, 'run'], () => operationOf(run));
  return {
    at: atUs,
    text: run,
    change: 'file' in change ? { ...change, file: context.resolvePath(change.file) } : change,
  };
}

/** The policy's plan, the same object for the same policies, since reports and workers tell them apart by it. */
function policyOf(
  { orchestrator, policies: chosen }: NativePlan,
  setName: string | undefined,
  labels: readonly string[],
  policies: Map<string, PolicyPlan>,
  { names, resolvePath }: NativeContext,
): PolicyPlan {
  const { placement } = chosen;
  const path = ['policies', 'placement'];
  const where =
    placement === undefined || isOwnStrategy(orchestrator, placement)
      ? { placement: 'first-fit' }
      : at(path, () => names.isPlacement(placement))
        ? { placement }
        : names.isFile(placement)
          ? { file: resolvePath(placement) }
          : undefined;
  if (where === undefined)
    throw new ScenarioFault(
      path,
      `there is no placement policy called "${placement}"${suggestion(placement!, names.placements)}`,
    );
  const content = canonicalText({ orchestrator, ...chosen, ...where });
  const known = policies.get(content);
  if (known) return known;
  const base = setName !== undefined && !labels.includes(setName) ? [setName, ...labels] : labels;
  const wanted = base.length > 0 ? base.join(' + ') : [orchestrator, ...(placement ? [placement] : [])].join('+');
  const used = new Set([...policies.values()].map((one) => one.name));
  let name = wanted;
  for (let number = 2; used.has(name); number++) name = `${wanted} #${number}`;
  const plan = { name, ...where, queue: 'fifo', backfill: 'any', living: content, orchestrator };
  policies.set(content, plan);
  return plan;
}
