import { InputError } from '../sim/input-error.ts';
import { durationUs } from '../sim/quantity.ts';
import type { ExperimentText } from './experiment-schema.ts';
import { parsePolicyText, policyPlan, requireName, type PolicyNames } from './policy-text.ts';
import { runInputs, type InputDigests } from './run-id.ts';
import type { ClusterPlan, OptionValue, PolicyPlan, RunPlan, WorkloadPlan } from './run-plan.ts';
import { parseSeeds } from './seeds.ts';

/** An experiment with its lists multiplied out; what remains is to multiply these with each other. */
export interface Experiment {
  readonly title: string;
  readonly clusters: readonly ClusterPlan[];
  readonly workloads: readonly WorkloadPlan[];
  readonly policies: readonly PolicyPlan[];
  readonly seeds: readonly number[];
  readonly whenFull: readonly ('wait' | 'refuse')[];
  readonly stopAfterUs: readonly (number | undefined)[];
}

/** What planning must know of the world around. */
export interface PlanningContext {
  /** What error sentences begin with: the experiment's file, or `command line`. */
  readonly where: string;
  readonly names: PolicyNames;
  /** Turns a path as written (relative to the experiment's file) into one that can be opened. */
  resolvePath(path: string): string;
  /** Whether chance plays a part in this workload or policy, so that more than one seed makes sense. */
  isRandom(workload: WorkloadPlan | undefined, policy: PolicyPlan | undefined): boolean;
}

type OneOrMore<T> = T | readonly T[];

const MANY_SEEDS = '1..10';
/** More than anybody waits for; lists multiplied by mistake would fill the memory first. */
const MOST_RUNS = 1_000_000;

/** Multiplies the lists of an experiment out and fills in defaults. Throws an InputError for names nobody knows. */
export function planExperiment(text: ExperimentText, context: PlanningContext): Experiment {
  const clusters = unlike(
    'cluster',
    asList(text.clusters).flatMap((one) => clusterPlans(one, context)),
    context.where,
  );
  const workloads = unlike(
    'workload',
    asList(text.workloads).flatMap((one) => workloadPlans(one, context)),
    context.where,
  );
  const policies = unlike(
    'policy',
    asList(text.policies).flatMap((one) => policyPlans(one, context)),
    context.where,
  );
  const chance =
    workloads.some((one) => context.isRandom(one, undefined)) ||
    policies.some((one) => context.isRandom(undefined, one));
  const seeds = text.seeds ?? (chance ? MANY_SEEDS : 1);
  const experiment: Experiment = {
    title: text.name ?? titleOf(clusters, workloads, policies),
    clusters,
    workloads,
    policies,
    seeds: typeof seeds === 'string' ? parseSeeds(seeds, `${context.where}: seeds`) : [...new Set(asList(seeds))],
    whenFull: [...new Set(asList(text.whenFull ?? 'wait'))],
    stopAfterUs:
      text.stopAfter === undefined ? [undefined] : asList(text.stopAfter).map((one) => stopAfter(one, context)),
  };
  const lists = [clusters, workloads, policies, experiment.seeds, experiment.whenFull, experiment.stopAfterUs];
  requireFew(
    lists.reduce((product, list) => product * list.length, 1),
    `${context.where}: the experiment has`,
  );
  return experiment;
}

/** Throws when lists multiply to more than anybody can have meant. */
function requireFew(count: number, who: string): void {
  if (count > MOST_RUNS)
    throw new InputError(`${who} more than ${MOST_RUNS} runs, since every list multiplies them; shorten a list`);
}

/** The runs of an experiment: clusters x workloads x (what else is a list) x policies x seeds, in that order. */
export function plansOf(experiment: Experiment, digests: InputDigests, hash: (text: string) => string): RunPlan[] {
  const plans = new Map<string, RunPlan>();
  for (const cluster of experiment.clusters)
    for (const workload of experiment.workloads)
      for (const whenFull of experiment.whenFull)
        for (const stopAfterUs of experiment.stopAfterUs)
          for (const policy of experiment.policies)
            for (const seed of experiment.seeds) {
              const notes = [
                ...(experiment.whenFull.length > 1 ? [`when full ${whenFull}`] : []),
                ...(experiment.stopAfterUs.length > 1 && stopAfterUs !== undefined
                  ? [`stopped after ${stopAfterUs / 1e6} s`]
                  : []),
              ];
              const named =
                notes.length === 0 ? workload : { ...workload, name: `${workload.name} (${notes.join(', ')})` };
              const plan = {
                cluster,
                workload: named,
                policy,
                seed,
                whenFull,
                ...(stopAfterUs !== undefined && { stopAfterUs }),
              };
              const id = hash(runInputs(plan, digests));
              if (!plans.has(id)) plans.set(id, { id, ...plan });
            }
  return [...plans.values()];
}

/** Every file the experiment reads, with what it is read as. */
export function inputFiles(
  experiment: Experiment,
): { path: string; what: 'a machine list' | 'a trace' | 'a policy' }[] {
  const files = [
    ...experiment.clusters.map((one) => ({ path: one.file, what: 'a machine list' as const })),
    ...experiment.workloads.map((one) => ({ path: one.file, what: 'a trace' as const })),
    ...experiment.policies.map((one) => ({ path: one.file, what: 'a policy' as const })),
  ];
  return files.flatMap(({ path, what }) => (path === undefined ? [] : [{ path, what }]));
}

function clusterPlans(cluster: SomeCluster, context: PlanningContext): ClusterPlan[] {
  if (typeof cluster === 'string') {
    const preset = presetOf(cluster, context.where);
    return preset ? clusterPlans(preset, context) : [{ name: cluster, nodes: cluster }];
  }
  if ('nodes' in cluster) {
    const nodes = asList(cluster.nodes)
      .map((group) => (typeof group === 'string' ? group : groupText(group)))
      .join(' | ');
    return [{ name: cluster.name ?? nodes, nodes }];
  }
  if ('generate' in cluster) {
    const presets = asList(cluster.generate);
    return presets.flatMap((generate) =>
      multiply(cluster.options ?? {}).map((options) => ({
        name: withChanges(nameOf(cluster.name, generate, presets.length), optionTexts(options.varied)),
        generate,
        options: options.all,
      })),
    );
  }
  const files = asList(cluster.file);
  return files.map((file) => ({
    name: nameOf(cluster.name, fileName(file), files.length),
    file: context.resolvePath(file),
    ...(cluster.format !== undefined && { format: cluster.format }),
  }));
}

/** Reads `preset:NAME,key=value,…`; undefined for a text that is no preset. */
export function presetOf(
  text: string,
  where: string,
): { name: string; generate: string; options: Record<string, OptionValue> } | undefined {
  if (!text.startsWith('preset:')) return undefined;
  const [generate = '', ...pairs] = text.slice('preset:'.length).split(',');
  const options: Record<string, OptionValue> = {};
  for (const pair of pairs) {
    const [, key, value] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
    if (key === undefined || value === undefined || value === '')
      throw new InputError(
        `${where}: cannot read "${pair}" in "${text}"; write options like "preset:${generate},pods=1000"`,
      );
    options[key] = Number.isNaN(Number(value)) ? value : Number(value);
  }
  return { name: text.slice('preset:'.length), generate: generate.trim(), options };
}

type SomeCluster = Exclude<ExperimentText['clusters'], readonly unknown[]>;
type SomeWorkload = Exclude<ExperimentText['workloads'], readonly unknown[]>;
type SomePolicy = Exclude<ExperimentText['policies'], readonly unknown[]>;
type NodeGroup = Exclude<
  Extract<Extract<SomeCluster, { nodes: unknown }>['nodes'], readonly unknown[]>[number],
  string
>;

/** A group of the experiment file in the text grammar of clusters. */
function groupText(group: NodeGroup): string {
  const cpu = /^[\d.]+$/.test(String(group.cpu)) ? `${group.cpu}cpu` : group.cpu;
  const parts = [`${group.count ?? 1} x ${cpu} ${group.memory}`];
  if (group.gpus) parts.push(`${group.gpus}x${group.gpuModel ?? 'gpu'}`);
  if (group.zone !== undefined) parts.push(`zone=${group.zone}`);
  return parts.join(' ');
}

function workloadPlans(workload: SomeWorkload, context: PlanningContext): WorkloadPlan[] {
  if (typeof workload === 'string') {
    return workloadPlans(presetOf(workload, context.where) ?? { file: workload }, context);
  }
  const generated = 'generate' in workload;
  const sources = asList(generated ? workload.generate : workload.file);
  const optionSets = multiply(workload.options ?? {});
  const transformSets = transformLists(workload.transforms);
  requireFew(sources.length * optionSets.length * transformSets.length, `${context.where}: a workload makes`);
  return sources.flatMap((source) =>
    optionSets.flatMap((options) =>
      transformSets.map(({ transforms, varied }) => {
        const base = nameOf(workload.name, generated ? source : fileName(source), sources.length);
        return {
          name: withChanges(base, [...optionTexts(options.varied), ...varied]),
          ...(generated ? { generate: source } : { file: context.resolvePath(source) }),
          ...(!generated && workload.format !== undefined && { format: workload.format }),
          options: options.all,
          transforms,
        };
      }),
    ),
  );
}

function policyPlans(policy: SomePolicy, context: PlanningContext): PolicyPlan[] {
  const { names, where } = context;
  const opened = (parts: ReturnType<typeof parsePolicyText>): typeof parts =>
    parts.file === undefined ? parts : { ...parts, file: context.resolvePath(parts.file) };
  if (typeof policy === 'string') return [policyPlan(opened(parsePolicyText(policy, names, where)))];
  const single = [policy.placement, policy.queue, policy.backfill].every(
    (one) => one === undefined || asList(one).length === 1,
  );
  const plans: PolicyPlan[] = [];
  for (const placement of asList(policy.placement ?? [undefined]))
    for (const queue of asList(policy.queue ?? [undefined]))
      for (const backfill of asList(policy.backfill ?? [undefined])) {
        const isFile = placement !== undefined && !names.isPlacement(placement) && names.isFile(placement);
        if (placement !== undefined && !isFile && !names.isPlacement(placement))
          requireName(placement, names.placements, 'placement', where);
        if (queue !== undefined) requireName(queue, names.queues, 'queue', where);
        if (backfill !== undefined && !names.isBackfill(backfill))
          requireName(backfill, names.backfills, 'backfilling', where);
        const parts = {
          ...(placement !== undefined && (isFile ? { file: placement } : { placement })),
          ...(queue !== undefined && { queue }),
          ...(backfill !== undefined && { backfill }),
        };
        plans.push(policyPlan(opened(parts), single ? policy.name : undefined));
      }
  return plans;
}

/** All combinations of the fields that are lists; `varied` holds the fields that had more than one value. */
function multiply(
  fields: Readonly<Record<string, OneOrMore<OptionValue>>>,
): { all: Record<string, OptionValue>; varied: Record<string, OptionValue> }[] {
  let sets: { all: Record<string, OptionValue>; varied: Record<string, OptionValue> }[] = [{ all: {}, varied: {} }];
  for (const [key, values] of Object.entries(fields)) {
    const list = asList(values);
    requireFew(sets.length * list.length, `option ${key}: the options make`);
    sets = sets.flatMap((set) =>
      list.map((value) => ({
        all: { ...set.all, [key]: value },
        varied: list.length > 1 ? { ...set.varied, [key]: value } : set.varied,
      })),
    );
  }
  return sets;
}

/** Steps in order; a list among the steps stands for alternatives of that step. */
function transformLists(
  transforms: OneOrMore<OneOrMore<string>> | undefined,
): { transforms: string[]; varied: string[] }[] {
  let sets: { transforms: string[]; varied: string[] }[] = [{ transforms: [], varied: [] }];
  for (const step of transforms === undefined ? [] : asList(transforms)) {
    const choices = asList(step);
    requireFew(sets.length * choices.length, 'the alternatives of transforms make');
    sets = sets.flatMap((set) =>
      choices.map((choice) => ({
        transforms: [...set.transforms, choice],
        varied: choices.length > 1 ? [...set.varied, choice] : set.varied,
      })),
    );
  }
  return sets;
}

/** Removes what is there twice; two different things under one name could not be told apart in a report. */
function unlike<T extends { readonly name: string }>(kind: string, plans: readonly T[], where: string): T[] {
  const byName = new Map<string, T>();
  for (const plan of plans) {
    const before = byName.get(plan.name);
    if (before && JSON.stringify(before) !== JSON.stringify(plan))
      throw new InputError(
        `${where}: two different ${kind === 'policy' ? 'policies' : `${kind}s`} are called "${plan.name}"; give each its own name`,
      );
    byName.set(plan.name, plan);
  }
  return [...byName.values()];
}

function stopAfter(text: string, context: PlanningContext): number {
  try {
    return durationUs(text);
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${context.where}: stopAfter: ${error.message}`);
    throw error;
  }
}

function titleOf(
  clusters: readonly ClusterPlan[],
  workloads: readonly WorkloadPlan[],
  policies: readonly PolicyPlan[],
): string {
  const some = (kind: string, plural: string, plans: readonly { name: string }[]): string =>
    plans.length === 1 ? plans[0].name : `${plans.length} ${plans.length === 1 ? kind : plural}`;
  return `${policies.length === 1 ? policies[0].name : `${policies.length} policies`} on ${some('workload', 'workloads', workloads)}, ${some('cluster', 'clusters', clusters)}`;
}

const nameOf = (name: string | undefined, otherwise: string, count: number): string =>
  name === undefined ? otherwise : count === 1 ? name : `${name} ${otherwise}`;

const optionTexts = (options: Readonly<Record<string, OptionValue>>): string[] =>
  Object.entries(options).map(([key, value]) => `${key}=${value}`);

const withChanges = (name: string, changes: readonly string[]): string => [name, ...changes].join(', ');

const fileName = (path: string): string => path.split(/[/\\]/).at(-1)!;

function asList<T>(value: OneOrMore<T>): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
