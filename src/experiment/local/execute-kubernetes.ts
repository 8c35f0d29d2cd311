import type { RunResult } from '../../sim/result.ts';
import { InputError } from '../../sim/input-error.ts';
import { KubernetesRun } from '../../orchestrators/kubernetes/kubernetes-run.ts';
import type { KubernetesSpec } from '../../orchestrators/kubernetes/kubernetes-spec.ts';
import type { ManifestReport } from '../../orchestrators/kubernetes/manifests/fields/manifest-reports.ts';
import { readManifests } from '../../orchestrators/kubernetes/manifests/read-manifests.ts';
import { schedulerConfigurationOf } from '../../orchestrators/kubernetes/scheduler/scheduler-configuration.ts';
import type { KubernetesPlan } from '../kubernetes/kubernetes-plan.ts';
import { kubernetesSpecOf, type KubernetesInputs } from '../kubernetes/kubernetes-spec-of.ts';
import type { RunTiming } from '../comparison.ts';
import type { RunPlan } from '../run-plan.ts';
import { ScenarioFault } from '../scenario/scenario-fault.ts';
import { fileSource } from './file-source.ts';
import { journalFile } from './journal-file.ts';
import { manifestPieces } from './manifests-here.ts';
import { threadCpuMs } from './thread-cpu.ts';

/** Signs of life of a run. */
export interface KubernetesPulse {
  readonly beat: () => void;
  readonly beatEvents: () => void;
}

/** A run of a Kubernetes cluster that may be taken step by step. */
export interface OpenedKubernetes {
  readonly run: KubernetesRun;
  readonly durationUs: number;
  /** What it has come to, with what was taken for granted when files were read. */
  readonly result: () => RunResult;
  /** Closes the journal. */
  readonly close: () => void;
}

/** What is told of a run while it goes on, and where its journal goes. */
export interface KubernetesOpening {
  readonly journalPath?: string;
  /** Something got done. */
  readonly onAlive?: () => void;
  /** 16,384 more events. */
  readonly onProgress?: () => void;
}

/** Reads the files of a plan and makes its run, whose cluster has come to rest if it is to. Throws an InputError. */
export function openKubernetes(
  plan: RunPlan,
  kubernetes: KubernetesPlan,
  { journalPath, onAlive, onProgress }: KubernetesOpening,
): OpenedKubernetes {
  const notes: string[] = [];
  const spec = specHere(kubernetes, (sentence) => notes.push(sentence), onAlive);
  let made: KubernetesRun | undefined;
  const journal =
    journalPath === undefined ? undefined : journalFile(journalPath, (node) => made?.nodeName(node) ?? `node-${node}`);
  try {
    const run = new KubernetesRun(spec, {
      seed: plan.seed,
      ...(journal && { journal }),
      ...(onAlive && { onAlive }),
      ...(onProgress && { onProgress }),
    });
    made = run;
    return {
      run,
      durationUs: spec.durationUs,
      result: () => withNotes(run.result(), notes),
      close: () => journal?.close(),
    };
  } catch (error) {
    journal?.close();
    throw error;
  }
}

/** Carries out one run of a Kubernetes cluster and times it. */
export function executeKubernetes(
  plan: RunPlan,
  kubernetes: KubernetesPlan,
  pulse: KubernetesPulse,
  journalPath?: string,
): { result: RunResult; timing: RunTiming } {
  const began = performance.now();
  const cpuBegan = threadCpuMs();
  let peakBytes = 0;
  const weigh = (): void => {
    const { heapTotal, external } = process.memoryUsage();
    peakBytes = Math.max(peakBytes, heapTotal + external);
  };
  const opened = openKubernetes(plan, kubernetes, {
    ...(journalPath !== undefined && { journalPath }),
    onAlive: pulse.beat,
    onProgress: () => {
      pulse.beatEvents();
      weigh();
    },
  });
  try {
    while (opened.run.step());
    const result = opened.result();
    weigh();
    const wallMs = performance.now() - began;
    const cpuMs = cpuBegan === undefined ? wallMs : threadCpuMs()! - cpuBegan;
    return { result, timing: { wallMs, cpuMs, peakRssBytes: peakBytes } };
  } finally {
    opened.close();
  }
}

/** Reads the files of a plan and puts everything together that its run is made of. Throws an InputError. */
export function specHere(
  plan: KubernetesPlan,
  note: (sentence: string) => void,
  heard: () => void = () => undefined,
): KubernetesSpec {
  try {
    return kubernetesSpecOf(plan, inputsHere(note, heard));
  } catch (error) {
    // The scenario's file is closed by now; what manifests turn out to hold is known only here.
    throw error instanceof ScenarioFault ? new InputError(error.message) : error;
  }
}

/** This machine's files, as a Kubernetes scenario reads them. */
export function inputsHere(note: (sentence: string) => void, heard: () => void = () => undefined): KubernetesInputs {
  return {
    read: (files) => {
      const set = readManifests(
        files.map((file) => ({
          name: file.file,
          chunks: { [Symbol.iterator]: () => manifestPieces(file, heard)[Symbol.iterator]() },
        })),
      );
      const configurations = set.schedulerConfigurations.map((document) => schedulerConfigurationOf(document));
      const reports = [...set.reports, ...configurations.flatMap((one) => one.reports)];
      for (const sentence of reportsOf(reports)) note(sentence);
      return {
        objects: set.objects,
        schedulers: configurations.map(({ configuration }) => configuration),
        ...(set.startMs !== undefined && { startMs: set.startMs }),
      };
    },
    open: (path) => fileSource(path, 'a trace', heard),
    note,
  };
}

/** Reports as notes of the run: what has no effect here in one sentence, and all else one by one. */
function reportsOf(reports: readonly ManifestReport[]): string[] {
  const silent = reports.filter(({ category }) => category === 'kind' || category === 'field');
  const told = reports
    .filter(({ category }) => category === 'unknown' || category === 'note')
    .map(({ text, first }) => `${first}: ${text}`);
  if (silent.length === 0) return told;
  const names = silent.map(({ subject, count }) => (count === 1 ? subject : `${subject} (${count})`));
  return [...told, `not modelled, so without effect here: ${names.join(', ')}`];
}

function withNotes(result: RunResult, notes: readonly string[]): RunResult {
  if (result.living === undefined || notes.length === 0) return result;
  return { ...result, living: { ...result.living, notes: [...notes, ...result.living.notes] } };
}
