import { ecs } from './ecs/index.ts';
import { KUBERNETES_CONSTANTS } from './kubernetes/constants.ts';
import { KUBERNETES_FEATURES } from './kubernetes/features.ts';
import { mesos } from './mesos/index.ts';
import { nomad } from './nomad/index.ts';
import {
  ORCHESTRATOR_TITLES,
  type DataPlaneOrchestrator,
  type Orchestrator,
  type OrchestratorName,
} from './orchestrator.ts';
import { SWARM_STRATEGIES, swarm, swarmWith } from './swarm/index.ts';

/** What reports say of any of them. */
export type OrchestratorAbout = Pick<Orchestrator, 'name' | 'title' | 'constants' | 'features'>;

/** Kubernetes has an engine of its own; this is what is said of it. */
export const KUBERNETES_FACTS: OrchestratorAbout = {
  name: 'kubernetes',
  title: ORCHESTRATOR_TITLES.kubernetes,
  constants: KUBERNETES_CONSTANTS,
  features: KUBERNETES_FEATURES,
};

const DATA_PLANE: Readonly<Record<DataPlaneOrchestrator, Orchestrator>> = {
  swarm,
  mesos,
  ecs,
  nomad,
};

/** An orchestrator whose control loop runs on the data plane; `strategy`: one of its own, see `isOwnStrategy`. */
export function orchestratorNamed(name: DataPlaneOrchestrator, strategy?: string): Orchestrator {
  const own = SWARM_STRATEGIES.find((one) => one === strategy);
  return name === 'swarm' && own !== undefined ? swarmWith(own) : DATA_PLANE[name];
}

export function aboutOrchestrator(name: OrchestratorName): OrchestratorAbout {
  return name === 'kubernetes' ? KUBERNETES_FACTS : DATA_PLANE[name];
}
