import type { OrchestratorName } from '../orchestrator.ts';
import type { AppModel, Dialect, Translation } from './app-model.ts';
import { toCompose } from './to-compose.ts';
import { toEcs } from './to-ecs.ts';
import { toKubernetes } from './to-kubernetes.ts';
import { toMarathon } from './to-marathon.ts';
import { toNomad } from './to-nomad.ts';

/** The dialect in which each orchestrator is told what to run. */
export const DIALECT_OF: Readonly<Record<OrchestratorName, Dialect>> = {
  kubernetes: 'kubernetes',
  swarm: 'compose',
  mesos: 'marathon',
  ecs: 'ecs',
  nomad: 'nomad',
};

export const WRITERS: Readonly<Record<Dialect, (model: AppModel) => Translation>> = {
  compose: toCompose,
  kubernetes: toKubernetes,
  marathon: toMarathon,
  ecs: toEcs,
  nomad: toNomad,
};

/** The services in an orchestrator's own files, and what those cannot say. */
export function filesOfApp(orchestrator: OrchestratorName, model: AppModel): Translation {
  return WRITERS[DIALECT_OF[orchestrator]](model);
}
