import { isAbsolute, join } from 'node:path';
import type { ExperimentText } from '../experiment-schema.ts';
import { inputFiles, planExperiment, plansOf, type Experiment } from '../plan-experiment.ts';
import { builtInNames } from '../policy-catalogue.ts';
import type { InputDigests } from '../run-id.ts';
import type { RunPlan } from '../run-plan.ts';
import { batonVersion } from './baton-version.ts';
import { fileDigest, programDigest, shortHash } from './digest.ts';
import { namesPolicyFile } from './load-policy.ts';
import { dependsOnSeed } from './open-inputs.ts';
import type { Planned } from './planned.ts';

/** Placements that draw random numbers. */
const RANDOM_PLACEMENT = /^(random|power-of-|fgd-random)/;

/** Plans an experiment whose relative paths start in `directory`, with this machine's files and the built-in names. */
export function planHere(text: ExperimentText, where: string, directory: string): Experiment {
  return planExperiment(text, {
    where,
    names: builtInNames(namesPolicyFile),
    resolvePath: (path) => (isAbsolute(path) || directory === '.' ? path : join(directory, path)),
    isRandom: (workload, policy) =>
      (workload !== undefined && dependsOnSeed(workload)) || RANDOM_PLACEMENT.test(policy?.placement ?? ''),
  });
}

/** Digests of every file the experiment reads; here a file that is not there is noticed. */
export function digestsOf(experiment: Experiment): InputDigests {
  const files: Record<string, string> = {};
  for (const { path, what } of inputFiles(experiment))
    files[path] ??= what === 'a policy' ? programDigest(path, what) : fileDigest(path, what);
  return { batonVersion: batonVersion(), files };
}

/** An experiment as it is carried out. */
export function plannedExperiment(text: ExperimentText, where: string, directory: string): Planned {
  const experiment = planHere(text, where, directory);
  return {
    title: experiment.title,
    policies: experiment.policies,
    seeds: experiment.seeds,
    digests: () => digestsOf(experiment),
    runs: (policyOf, digests) =>
      plansOf({ ...experiment, policies: experiment.policies.map(policyOf) }, digests, shortHash),
  };
}

/** The runs of an experiment with their ids. */
export function plansHere(text: ExperimentText, where: string, directory: string): RunPlan[] {
  const experiment = planHere(text, where, directory);
  return plansOf(experiment, digestsOf(experiment), shortHash);
}
