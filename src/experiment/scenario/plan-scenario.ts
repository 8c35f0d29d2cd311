import { aboutOrchestrator } from '../../orchestrators/index.ts';
import { backfillPolicy } from '../../policies/backfilling/index.ts';
import { InputError } from '../../sim/input-error.ts';
import { suggestion } from '../../sim/nearest-name.ts';
import { seriesPreset } from '../../workloads/traffic/series-presets.ts';
import { canonicalText } from '../run-id.ts';
import type { KubernetesPlan } from '../kubernetes/kubernetes-plan.ts';
import { checkConstants } from '../orchestrated/constant-values.ts';
import type { NativePlan } from '../orchestrated/native-plan.ts';
import type { ClusterPlan, PolicyPlan, WorkloadPlan } from '../run-plan.ts';
import { parseSeeds } from '../seeds.ts';
import type { PolicyNames } from '../policy-text.ts';
import type { Path } from '../yaml-text.ts';
import { checkScenario } from './check-scenario.ts';
import { planJobs } from './plan-jobs.ts';
import { readScenario, type ScenarioVariant } from './read-scenario.ts';
import { at, ScenarioFault } from './scenario-fault.ts';
import type { JobsPlan, ScenarioPlan } from './scenario-plan.ts';
import type { ScenarioText } from './scenario-schema.ts';
import type { KindOptions } from './traffic-fields.ts';
import { variantLabels } from './variant-names.ts';

/** One scenario of a file: where it runs, what happens there, and who decides. */
export interface PlannedVariant {
  readonly cluster: ClusterPlan;
  readonly workload: WorkloadPlan;
  readonly policy: PolicyPlan;
  /** What happens there: in a living cluster, or in a Kubernetes cluster by its manifests. */
  readonly scenario?: ScenarioPlan;
  readonly kubernetes?: KubernetesPlan;
  readonly native?: NativePlan;
}

/** A variant with a living cluster. */
export interface LivingVariant extends PlannedVariant {
  readonly scenario: ScenarioPlan;
}

/** A scenario file, planned: all its variants, checked. */
export interface PlannedScenario<V extends PlannedVariant = PlannedVariant> {
  readonly title: string;
  readonly description: string;
  readonly seeds: readonly number[] | undefined;
  readonly variants: readonly V[];
  /** The policies of the variants, each once. */
  readonly policies: readonly PolicyPlan[];
  /** Remarks for the user: what was taken in place of what is not here. */
  readonly notes: readonly string[];
}

/** What planning must know of the world around. */
export interface ScenarioContext {
  /** The file, as sentences name it. */
  readonly file: string;
  /** What the scenario is called when it has no name. */
  readonly title: string;
  readonly names: PolicyNames;
  /** Turns a path as written (relative to the scenario's file) into one that can be opened. */
  readonly resolvePath: (path: string) => string;
  /** Where `trace:` paths begin (BATON_TRACE_DIR); absent: it is not set. */
  readonly traceDirectory?: string;
}

/**
 * Reads a scenario file, multiplies its lists out, finds its files and checks every variant. Throws an InputError that
 * names the first fault by file, line and column.
 */
export function planScenario(
  text: string,
  context: ScenarioContext,
  settings: readonly string[] = [],
): PlannedScenario<LivingVariant> {
  const read = readScenario(text, context.file, settings);
  const [first] = read;
  const title = first.scenario.name ?? context.title;
  const notes = new Set<string>();
  const policies = new Map<string, PolicyPlan>();
  const taken = new Map<string, string>();
  const checked = new Set<string>();
  const placed = <T>(variant: ScenarioVariant, make: () => T): T => {
    try {
      return make();
    } catch (error) {
      throw error instanceof ScenarioFault ? variant.inputError(error) : error;
    }
  };
  const seeds = placed(first, () => seedsOf(first.scenario));
  const variants = read.map((variant) =>
    placed(variant, () => planVariant(variant, title, context, notes, policies, taken, checked)),
  );
  return {
    title,
    description: first.scenario.description ?? '',
    seeds,
    variants,
    policies: [...policies.values()],
    notes: [...notes],
  };
}

function planVariant(
  variant: ScenarioVariant,
  title: string,
  context: ScenarioContext,
  notes: Set<string>,
  policies: Map<string, PolicyPlan>,
  taken: Map<string, string>,
  checked: Set<string>,
): LivingVariant {
  const { name: _name, description: _description, seeds: _seeds, jobs, ...rest } = variant.scenario;
  const { name: setName, ...policyTexts } = rest.policies;
  const cluster = typeof rest.cluster === 'string' ? rest.cluster : withoutName(rest.cluster);
  const scenario: ScenarioPlan = {
    ...rest,
    cluster,
    policies: policyTexts,
    ...(rest.traffic && { traffic: withFiles(rest.traffic, context, notes) }),
    ...(rest.weather && { weather: withRecordings(rest.weather, context) }),
    ...(jobs && { jobs: jobsOf(jobs, context, checked) }),
  };
  const chosen = placementOf(scenario, context);
  checkScenario(scenario, checked);
  checkOrchestrator(scenario.policies.orchestrator);
  const labels = variantLabels(variant.picks);
  const policy = policyOf(scenario, chosen, setName, labels.policies, policies);
  const clusterName =
    typeof rest.cluster === 'string'
      ? rest.cluster
      : (rest.cluster.name ?? Object.keys(rest.cluster.groups).join(', '));
  return {
    cluster: { name: distinct([clusterName, ...labels.cluster].join(', '), canonicalText(cluster), taken, 'cluster') },
    workload: {
      name: distinct(
        [title, ...labels.workload].join(', '),
        canonicalText({ ...scenario, cluster: undefined, policies: undefined }),
        taken,
        'workload',
      ),
      options: {},
      transforms: [],
    },
    policy,
    scenario,
  };
}

function checkOrchestrator(choice: ScenarioPlan['policies']['orchestrator']): void {
  if (choice?.constants !== undefined)
    checkConstants(aboutOrchestrator(choice.name), choice.constants, ['policies', 'orchestrator', 'constants']);
}

function withoutName<T extends { readonly name?: string | undefined }>({ name: _name, ...rest }: T): Omit<T, 'name'> {
  return rest;
}

/** A name that no different thing has already: the second is called `name #2`. */
export function distinct(name: string, content: string, taken: Map<string, string>, kind: string): string {
  for (let number = 1; ; number++) {
    const called = number === 1 ? name : `${name} #${number}`;
    const key = `${kind}\n${called}`;
    const before = taken.get(key);
    if (before !== undefined && before !== content) continue;
    taken.set(key, content);
    return called;
  }
}

/** The policy's plan, the same object for the same policies, since reports and workers tell them apart by it. */
function policyOf(
  { policies: texts }: ScenarioPlan,
  chosen: { placement: string } | { file: string },
  setName: string | undefined,
  labels: readonly string[],
  policies: Map<string, PolicyPlan>,
): PolicyPlan {
  const { queue, backfill, placement: _placement, ...living } = texts;
  const { orchestrator } = texts;
  const content = canonicalText({ ...chosen, queue, backfill, living });
  const known = policies.get(content);
  if (known) return known;
  const base = setName !== undefined && !labels.includes(setName) ? [setName, ...labels] : labels;
  const wanted = base.length > 0 ? base.join(' + ') : writtenPolicies(texts);
  const names = new Set([...policies.values()].map((one) => one.name));
  let name = wanted;
  for (let number = 2; names.has(name); number++) name = `${wanted} #${number}`;
  const plan = {
    name,
    ...chosen,
    queue,
    backfill,
    living: canonicalText(living),
    ...(orchestrator && { orchestrator: orchestrator.name }),
  };
  policies.set(content, plan);
  return plan;
}

/** The policies that are written, when nothing in them varies. */
function writtenPolicies(texts: ScenarioPlan['policies']): string {
  if (texts.orchestrator) return texts.orchestrator.text;
  const names = [
    texts.placement,
    ...(texts.queue === 'fifo' ? [] : [texts.queue]),
    ...(texts.backfill === 'any' ? [] : [texts.backfill]),
    ...[texts.scaling, texts.vertical, texts.balancing, texts.deployment].flatMap((one) =>
      one?.all ? [one.all.text] : [],
    ),
    ...[texts.nodes, texts.overcommit].flatMap((one) => (one ? [one.text] : [])),
    ...(texts.detection ? [texts.detection.name] : []),
  ];
  return names.join(' + ');
}

function placementOf(
  { policies }: ScenarioPlan,
  { names, resolvePath }: ScenarioContext,
): { placement: string } | { file: string } {
  const { queue, backfill, orchestrator } = policies;
  const placement = orchestrator?.placement ?? policies.placement;
  const unknown = (path: Path, kind: string, name: string, known: readonly string[]): never => {
    throw new ScenarioFault(path, `there is no ${kind} policy called "${name}"${suggestion(name, known)}`);
  };
  if (!names.queues.includes(queue)) unknown(['policies', 'queue'], 'queue', queue, names.queues);
  if (!at(['policies', 'backfill'], () => names.isBackfill(backfill)))
    unknown(['policies', 'backfill'], 'backfilling', backfill, names.backfills);
  const { reservations } = backfillPolicy(backfill) ?? {};
  if (reservations === 'head' || reservations === 'all')
    throw new ScenarioFault(
      ['policies', 'backfill'],
      `"${backfill}" plans ahead by run times, and in a living cluster pods and machines go before their time; write any or strict`,
    );
  const path = ['policies', orchestrator?.placement === undefined ? 'placement' : 'orchestrator'];
  if (at(path, () => names.isPlacement(placement))) return { placement };
  if (names.isFile(placement)) return { file: resolvePath(placement) };
  return unknown(path, 'placement', placement, names.placements);
}

/** Traffic with its files found: `trace:` and presets below BATON_TRACE_DIR, others beside the scenario. */
export function withFiles(
  traffic: NonNullable<ScenarioText['traffic']>,
  context: ScenarioContext,
  notes: Set<string>,
): NonNullable<ScenarioText['traffic']> {
  const found = (recording: KindOptions, path: Path, hasOther: boolean): KindOptions => {
    const { file, preset } = recording;
    const isPreset = file === undefined && typeof preset === 'string';
    const written = isPreset ? at(path, () => `trace:${seriesPreset(preset).file}`) : file;
    if (typeof written !== 'string') return recording;
    const inside = traceFile(written);
    if (inside !== undefined && context.traceDirectory === undefined && hasOther) {
      notes.add(`BATON_TRACE_DIR is not set, so traffic "${String(path[1])}" has a made shape in place of ${inside}`);
      return { ...recording, file: '' };
    }
    const otherwise = ', or add a made shape under "otherwise"';
    return { ...recording, file: pathOf(written, path, context, otherwise) };
  };
  return Object.fromEntries(
    Object.entries(traffic).map(([name, one]): [string, typeof one] => {
      if (typeof one === 'number') return [name, one];
      const { series, requests } = one as { series?: KindOptions; requests?: KindOptions };
      const hasOther = one.otherwise !== undefined;
      return [
        name,
        {
          ...one,
          ...(series && { series: found(series, ['traffic', name, 'series'], hasOther) }),
          ...(requests && { requests: found(requests, ['traffic', name, 'requests'], hasOther) }),
        },
      ];
    }),
  );
}

/** Weather with the files of its recordings found. */
export function withRecordings(
  weather: NonNullable<ScenarioText['weather']>,
  context: ScenarioContext,
): NonNullable<ScenarioText['weather']> {
  return weather.map((one, index) => {
    const { file } = one.options;
    if (typeof file !== 'string') return one;
    const path = ['weather', index];
    if (file === '') throw new ScenarioFault(path, `${one.name} needs a file; write ${one.name}(file=records.csv)`);
    return { ...one, options: { ...one.options, file: pathOf(file, path, context) } };
  });
}

/** The part of a path behind `trace:`; undefined for others. */
const traceFile = (written: string): string | undefined =>
  written.startsWith('trace:') ? written.slice('trace:'.length) : undefined;

/** Where a file is: below BATON_TRACE_DIR for `trace:`, else beside the scenario. */
function pathOf(written: string, path: Path, context: ScenarioContext, otherwise = ''): string {
  const inside = traceFile(written);
  if (inside === undefined) return context.resolvePath(written);
  if (inside.split(/[/\\]/).includes('..') || inside === '')
    throw new ScenarioFault(path, `"${written}" is no file below BATON_TRACE_DIR; write it like trace:folder/file.csv`);
  if (context.traceDirectory === undefined)
    throw new ScenarioFault(
      path,
      `"${written}" is looked for below BATON_TRACE_DIR, which is not set; set it to the folder of your traces${otherwise}`,
    );
  return `${context.traceDirectory}/${inside}`;
}

function jobsOf(
  jobs: NonNullable<ScenarioText['jobs']>,
  context: ScenarioContext,
  checked: Set<string>,
): Record<string, JobsPlan> {
  return Object.fromEntries(
    Object.entries(jobs).map(([name, one]) => [
      name,
      at(['jobs', name], () => planJobs(one, context.resolvePath, checked)),
    ]),
  );
}

export function seedsOf({ seeds }: Pick<ScenarioText, 'seeds'>): readonly number[] | undefined {
  if (seeds === undefined) return undefined;
  if (typeof seeds === 'string')
    return at(['seeds'], () => {
      try {
        return parseSeeds(seeds, 'seeds');
      } catch (error) {
        throw error instanceof InputError ? new InputError(error.message.replace(/^seeds: /, '')) : error;
      }
    });
  return [...new Set(typeof seeds === 'number' ? [seeds] : seeds)];
}

/** The files a planned scenario reads, with what they are read as. */
export function scenarioFiles({ variants }: PlannedScenario): { path: string; what: FileUse }[] {
  const files = new Map<string, FileUse>();
  for (const { scenario, kubernetes, native, policy } of variants) {
    if (policy.file !== undefined) files.set(policy.file, 'a policy');
    for (const { file } of kubernetes?.manifests ?? []) files.set(file, 'a manifest');
    for (const file of filesIn([native?.files, native?.steps])) files.set(file, 'a native file');
    for (const path of filesIn(native ?? kubernetes ?? scenario)) if (!files.has(path)) files.set(path, 'a trace');
  }
  return [...files].map(([path, what]) => ({ path, what }));
}

type FileUse = 'a trace' | 'a policy' | 'a manifest' | 'a native file';

/** Paths under every key `file` of some plain data. */
export function filesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) =>
    key === 'file' && typeof one === 'string' ? (one === '' ? [] : [one]) : filesIn(one),
  );
}

/** Throws when seeds or variants multiply to more than anybody waits for. */
export function requireFewRuns(count: number, file: string): void {
  if (count > 1_000_000)
    throw new InputError(`${file}: the scenario makes more than 1000000 runs; shorten a list, or give fewer seeds`);
}
