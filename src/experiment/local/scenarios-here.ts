import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../../sim/input-error.ts';
import { suggestion } from '../../sim/nearest-name.ts';
import { builtInNames } from '../policy-catalogue.ts';
import { runInputs } from '../run-id.ts';
import type { RunPlan } from '../run-plan.ts';
import { planScenario, requireFewRuns, scenarioFiles, type PlannedScenario } from '../scenario/plan-scenario.ts';
import { isScenarioText } from '../scenario/read-scenario.ts';
import { clusterFactsOf, workloadFactsOf } from '../scenario/scenario-facts.ts';
import { isKubernetesText, planKubernetes } from '../kubernetes/plan-kubernetes.ts';
import { endOfScenario, orchestratorOfText } from '../orchestrator-of-text.ts';
import { planNative } from '../orchestrated/plan-native.ts';
import { isDataPlaneOrchestrator } from '../../orchestrators/orchestrator.ts';
import { batonVersion } from './baton-version.ts';
import { fileDigest, programDigest, shortHash } from './digest.ts';
import { namesPolicyFile } from './load-policy.ts';
import { holdsManifests, kindOf, manifestsAt, scenarioOfManifests } from './manifests-here.ts';
import { nativeFilesAt, scenarioOfNativeFiles } from './native-files-here.ts';
import { valueAt } from '../schema-fault.ts';
import { readYaml } from '../yaml-text.ts';
import type { Planned } from './planned.ts';
import { readTextFile } from './read-input.ts';

const MANY_SEEDS = Array.from({ length: 10 }, (_, k) => k + 1);
const ENDINGS = ['.yaml', '.yml', '.json'];

/** A file that was named on the command line: a scenario, planned, or an experiment to be read by whoever reads those. */
export type NamedFile =
  | { readonly kind: 'scenario'; readonly path: string; readonly planned: PlannedScenario }
  | { readonly kind: 'experiment'; readonly path: string };

/**
 * Reads what a command names: a file, or a scenario that ships with Baton by its name. Throws an InputError when there
 * is neither, and for the first fault of a scenario.
 */
export function openNamed(name: string, settings: readonly string[]): NamedFile {
  const path = pathOf(name);
  const isFolder = kindOf(path) === 'folder';
  const native = holdsManifests(path) ? undefined : scenarioOfNativeFiles(path);
  // Told here, without a place in a scenario that nobody wrote.
  if (isFolder && native === undefined) manifestsAt(path);
  // Manifests may be of any size, and are read when the run begins.
  const isManifests = native === undefined && (isFolder || holdsManifests(path));
  const text = native ?? (isManifests ? scenarioOfManifests(path) : readTextFile(path, 'a scenario'));
  const isAlone = isManifests || native !== undefined;
  if (!isAlone && !isScenarioText(text)) return { kind: 'experiment', path };
  const directory = isAlone ? '.' : dirname(path);
  const traceDirectory = process.env['BATON_TRACE_DIR'];
  const context = {
    file: path,
    title: basename(path).replace(/\.[^.]+$/, ''),
    names: builtInNames(namesPolicyFile),
    resolvePath: (one: string) => (isAbsolute(one) || directory === '.' ? one : join(directory, one)),
    ...(traceDirectory !== undefined && traceDirectory !== '' && { traceDirectory }),
  };
  const planned =
    isManifests || isKubernetesText(text)
      ? planKubernetes(text, { ...context, manifestsAt }, settings)
      : isDataPlaneOrchestrator(orchestratorOfText(text))
        ? planNative(text, { ...context, nativeFilesAt }, settings)
        : planScenario(text, context, settings);
  return { kind: 'scenario', path, planned };
}

function pathOf(name: string): string {
  // A folder may have the name of a scenario, such as one that its results went to.
  const there = kindOf(name);
  if (there === 'file') return name;
  const shipped = shippedScenarios();
  const found = shipped.find((one) => one.name === name);
  if (found !== undefined) return found.path;
  if (there !== undefined) return name;
  if (/[/\\]/.test(name) || ENDINGS.some((ending) => name.endsWith(ending)))
    throw new InputError(`${name}: there is no such file; a scenario is read from here`);
  const known = shipped.map((one) => one.name);
  throw new InputError(
    `there is no file and no scenario called "${name}"${suggestion(name, known)}; \`baton scenarios\` lists those that ship with Baton`,
  );
}

/** The scenarios that ship with Baton, by name. */
export function shippedScenarios(): { readonly name: string; readonly path: string }[] {
  const folder = fileURLToPath(new URL('../../../scenarios/', import.meta.url));
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => ({ name: file.replace(/\.yaml$/, ''), path: join(folder, file) }))
    .filter(({ path }) => isScenarioText(readTextFile(path, 'a scenario')));
}

/** The line in which a scenario file says what it teaches; empty when it says nothing. */
export function descriptionOf(path: string): string {
  const text = readTextFile(path, 'a scenario');
  // Manifests may follow.
  const { data } = readYaml(isKubernetesText(text) ? text.slice(0, endOfScenario(text)) : text, path);
  const description = valueAt(data, ['description']);
  return typeof description === 'string' ? description.trim() : '';
}

/** Some scenarios as they are compared: each variant under every seed. */
export function plannedScenarios(scenarios: readonly PlannedScenario[], seeds?: readonly number[]): Planned {
  const seedsOf = (scenario: PlannedScenario): readonly number[] => seeds ?? scenario.seeds ?? MANY_SEEDS;
  const runs = scenarios.reduce((sum, one) => sum + one.variants.length * seedsOf(one).length, 0);
  requireFewRuns(runs, scenarios[0].title);
  const clash = scenarios.find((one, index) => scenarios.findIndex((two) => two.title === one.title) !== index);
  if (clash !== undefined)
    throw new InputError(`two scenarios are called "${clash.title}"; give one of them another name`);
  return {
    title: scenarios.map((one) => one.title).join(', '),
    policies: scenarios.flatMap((one) => one.policies),
    seeds: [...new Set(scenarios.flatMap(seedsOf))],
    digests: () => {
      const files: Record<string, string> = {};
      for (const { path, what } of scenarios.flatMap(scenarioFiles))
        files[path] ??= what === 'a policy' ? programDigest(path, what) : fileDigest(path, what);
      return { batonVersion: batonVersion(), files };
    },
    runs: (policyOf, digests) => {
      const plans = new Map<string, RunPlan>();
      for (const scenario of scenarios)
        for (const { cluster, workload, policy, scenario: living, kubernetes, native } of scenario.variants)
          for (const seed of seedsOf(scenario)) {
            const plan = {
              cluster,
              workload,
              policy: policyOf(policy),
              seed,
              whenFull: 'wait' as const,
              ...(living && { scenario: living }),
              ...(kubernetes && { kubernetes }),
              ...(native && { native }),
            };
            const id = shortHash(runInputs(plan, digests));
            if (!plans.has(id)) plans.set(id, { id, ...plan });
          }
      return [...plans.values()];
    },
    facts: (plans) => ({ clusters: plans.map(clusterFactsOf), workloads: plans.map(workloadFactsOf) }),
  };
}
