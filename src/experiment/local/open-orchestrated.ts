import type { OrchestratedSpec } from '../../orchestrators/data-plane/orchestrated-spec.ts';
import { OrchestratedRun } from '../../orchestrators/data-plane/orchestrated-run.ts';
import { KUBERNETES_FACTS, orchestratorNamed } from '../../orchestrators/index.ts';
import { KubernetesRun } from '../../orchestrators/kubernetes/kubernetes-run.ts';
import { readManifests } from '../../orchestrators/kubernetes/manifests/read-manifests.ts';
import { isOwnStrategy, type DataPlaneOrchestrator, type Orchestrator } from '../../orchestrators/orchestrator.ts';
import { filesOfApp } from '../../orchestrators/translate/files-of-app.ts';
import { lossSentences } from '../../orchestrators/translate/loss-sentences.ts';
import type { JournalSink } from '../../sim/journal.ts';
import { InputError } from '../../sim/input-error.ts';
import type { RunResult } from '../../sim/result.ts';
import type { LivingSpec } from '../../sim/living-spec.ts';
import { appOfScenario } from '../orchestrated/app-of-scenario.ts';
import { constantValues } from '../orchestrated/constant-values.ts';
import { kubernetesOfScenario } from '../orchestrated/kubernetes-of-scenario.ts';
import { lossesOfScenario } from '../orchestrated/losses-of-scenario.ts';
import type { OrchestratorChoice } from '../orchestrated/orchestrator-choice.ts';
import { specOfNative } from '../orchestrated/spec-of-native.ts';
import { specOfScenario } from '../orchestrated/spec-of-scenario.ts';
import type { RunPlan } from '../run-plan.ts';
import { livingSpecOf } from '../scenario/living-spec-of.ts';
import { ScenarioFault } from '../scenario/scenario-fault.ts';
import type { ScenarioPlan } from '../scenario/scenario-plan.ts';
import { fileSource } from './file-source.ts';
import { journalFile } from './journal-file.ts';
import { readNativeFile, strangerAmong } from './native-files-here.ts';
import type { WorkloadCache } from './open-inputs.ts';
import type { LoadedPolicies } from './policies-of-plan.ts';

/** What is told of a run while it goes on, and where its journal goes. */
export interface OrchestratedOpening {
  readonly policies: LoadedPolicies;
  readonly workloads: WorkloadCache;
  readonly journalPath?: string | undefined;
  /** Something got done. */
  readonly onAlive?: (() => void) | undefined;
  /** 16,384 more events. */
  readonly onProgress?: (() => void) | undefined;
}

/** A run of an orchestrator that may be taken step by step. */
export interface OpenedOrchestrated {
  readonly run: OrchestratedRun | KubernetesRun;
  readonly durationUs: number;
  /** What it has come to, with what was taken for granted when files were read. */
  readonly result: () => RunResult;
  /** Closes the journal. */
  readonly close: () => void;
}

/** Reads the files of a plan and makes its run. Throws an InputError. */
export function openOrchestrated(plan: RunPlan, opening: OrchestratedOpening): OpenedOrchestrated {
  const notes: string[] = [];
  const note = (sentence: string): void => void notes.push(sentence);
  const hears = {
    seed: plan.seed,
    ...(opening.onAlive && { onAlive: opening.onAlive }),
    ...(opening.onProgress && { onProgress: opening.onProgress }),
  };
  let nameOf: (machine: number) => string | undefined = () => undefined;
  const journal =
    opening.journalPath === undefined
      ? undefined
      : journalFile(opening.journalPath, (machine) => nameOf(machine) ?? `node-${machine}`);
  const make = (): OpenedOrchestrated['run'] => {
    const options = { ...hears, ...(journal && { journal: journal as JournalSink }) };
    const choice = plan.scenario?.policies.orchestrator;
    if (plan.scenario !== undefined && choice?.name === 'kubernetes') {
      const run = new KubernetesRun(kubernetesSpecHere(plan.scenario, choice, opening, note), options);
      nameOf = (machine) => run.nodeName(machine);
      return run;
    }
    const spec =
      plan.native === undefined
        ? dataPlaneSpecHere(plan.scenario!, choice as OnDataPlane, opening, note)
        : nativeSpecHere(plan.native, opening, note);
    const run = new OrchestratedRun(spec, options);
    nameOf = (machine) => run.plane.machines.specs[machine]?.name;
    return run;
  };
  try {
    const run = sentenced(make);
    return {
      run,
      durationUs: run.spec.durationUs,
      result: () => withNotes(run.result(), notes),
      close: () => journal?.close(),
    };
  } catch (error) {
    journal?.close();
    throw error;
  }
}

/** The spec of an orchestrator's own files, with the files of this machine. */
export function nativeSpecHere(
  plan: NonNullable<RunPlan['native']>,
  { policies, onAlive }: Pick<OrchestratedOpening, 'policies' | 'onAlive'>,
  note: (sentence: string) => void,
): OrchestratedSpec {
  const inputs = { read: readNativeFile, open: (path: string) => fileSource(path, 'a trace', onAlive), note };
  const { placement: named } = plan.policies;
  const placement = named === undefined || isOwnStrategy(plan.orchestrator, named) ? undefined : policies.placement;
  const orchestrator = orchestratorNamed(plan.orchestrator, named);
  const read: Orchestrator['read'] = (files) => {
    try {
      return orchestrator.read(files);
    } catch (error) {
      throw (error instanceof InputError && strangerAmong(files, plan.orchestrator)) || error;
    }
  };
  return specOfNative(plan, { ...orchestrator, read }, inputs, placement);
}

type OnDataPlane = OrchestratorChoice & { readonly name: DataPlaneOrchestrator };

function dataPlaneSpecHere(
  scenario: ScenarioPlan,
  choice: OnDataPlane,
  opening: OrchestratedOpening,
  note: (sentence: string) => void,
): OrchestratedSpec {
  const living = livingHere(scenario, opening);
  const orchestrator = orchestratorNamed(choice.name, choice.strategy);
  const files = nativeFilesOf(scenario, living, choice, note);
  const placement = choice.placement === undefined ? undefined : opening.policies.placement;
  return specOfScenario(living, orchestrator, files, constantValues(orchestrator, choice.constants ?? {}), placement);
}

function kubernetesSpecHere(
  scenario: ScenarioPlan,
  choice: OrchestratorChoice,
  opening: OrchestratedOpening,
  note: (sentence: string) => void,
): ReturnType<typeof kubernetesOfScenario> {
  const living = livingHere(scenario, opening);
  const files = nativeFilesOf(scenario, living, choice, note);
  const { objects } = readManifests(files.map(({ file, text }) => ({ name: file, chunks: [text] })));
  const constants = constantValues(KUBERNETES_FACTS, choice.constants ?? {});
  const placement = choice.placement === undefined ? undefined : opening.policies.placement;
  return kubernetesOfScenario(living, objects, constants, placement);
}

/** The scenario's services in the orchestrator's own format; what that cannot express is told. */
function nativeFilesOf(
  scenario: ScenarioPlan,
  living: LivingSpec,
  { name }: OrchestratorChoice,
  note: (sentence: string) => void,
): { readonly file: string; readonly text: string }[] {
  const { files, losses } = filesOfApp(name, appOfScenario(scenario, living));
  for (const sentence of [...lossesOfScenario(scenario, name), ...lossSentences(losses)]) note(sentence);
  return files.map((one) => ({ file: one.name, text: one.text }));
}

function livingHere(scenario: ScenarioPlan, { policies, workloads, onAlive }: OrchestratedOpening): LivingSpec {
  return livingSpecOf(scenario, {
    placement: policies.placement,
    queue: policies.queue,
    backfill: policies.backfill,
    open: (path) => fileSource(path, 'a trace', onAlive),
    pods: (workload, nodes, seed) => workloads.open(workload, nodes, seed).source,
  });
}

/** What recordings turn out to hold is known only when they are read; the scenario's file is closed by then. */
function sentenced<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw error instanceof ScenarioFault ? new InputError(error.message) : error;
  }
}

function withNotes(result: RunResult, notes: readonly string[]): RunResult {
  if (result.living === undefined || notes.length === 0) return result;
  return { ...result, living: { ...result.living, notes: [...notes, ...result.living.notes] } };
}
