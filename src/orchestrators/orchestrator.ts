import type { Constants } from './constants.ts';
import type { MakeControlLoop } from './data-plane/control-loop.ts';
import type { ProcessBehaviour } from './data-plane/process-behaviour.ts';
import type { Features } from './features.ts';
import type { NativeFile, NativeWorkloads } from './native-file.ts';

/** Orchestrators whose control loops run on the data plane. Kubernetes has its own engine of API objects. */
export const DATA_PLANE_ORCHESTRATORS = ['swarm', 'mesos', 'ecs', 'nomad'] as const;
export type DataPlaneOrchestrator = (typeof DATA_PLANE_ORCHESTRATORS)[number];

export function isDataPlaneOrchestrator(name: string | undefined): name is DataPlaneOrchestrator {
  return DATA_PLANE_ORCHESTRATORS.some((one) => one === name);
}

/** All that a scenario may name, in the order of reports. */
export const ORCHESTRATORS = ['kubernetes', ...DATA_PLANE_ORCHESTRATORS] as const;
export type OrchestratorName = (typeof ORCHESTRATORS)[number];

/** Other ways to choose a machine that an orchestrator has had itself: those of the Swarm before SwarmKit. */
const OWN_STRATEGIES: Readonly<Partial<Record<OrchestratorName, readonly string[]>>> = {
  swarm: ['classic-spread', 'classic-binpack', 'classic-random'],
};

/** Whether the name behind the plus sign is a strategy of the orchestrator's own, and no placement policy. */
export function isOwnStrategy(orchestrator: OrchestratorName, name: string | undefined): boolean {
  return name !== undefined && OWN_STRATEGIES[orchestrator]?.includes(name) === true;
}

export const ORCHESTRATOR_TITLES: Readonly<Record<OrchestratorName, string>> = {
  kubernetes: 'Kubernetes',
  swarm: 'Docker Swarm',
  mesos: 'Mesos with Marathon',
  ecs: 'Amazon ECS',
  nomad: 'HashiCorp Nomad',
};

/** What each was read from. */
export const ORCHESTRATOR_SOURCES: Readonly<Record<OrchestratorName, string>> = {
  kubernetes: 'kubernetes v1.36.2',
  swarm: 'moby/swarmkit 3e72cb64, moby/moby b985e231',
  mesos: 'apache/mesos c1b42f79, mesosphere/marathon 90619da7',
  ecs: 'Amazon ECS Developer Guide (2023-06-15), amazon-ecs-agent 8dfceca6',
  nomad: 'hashicorp/nomad aa026cc9',
};

/** What a control loop is told besides its files. */
export interface LoopOptions {
  /** How the processes of a workload behave, by its name in `NativeWorkload`. */
  readonly behaviourOf: (workload: string) => ProcessBehaviour;
  /** Constants that a scenario sets otherwise, by name. */
  readonly constants: Readonly<Record<string, number>>;
}

/** One orchestrator: its files, its control loop, its constants, and what it can do. */
export interface Orchestrator<N extends NativeWorkloads = NativeWorkloads> {
  readonly name: OrchestratorName;
  /** `Docker Swarm`. */
  readonly title: string;
  readonly constants: Constants;
  readonly features: Features;
  /** Reads its files. Throws an InputError that names file, line, field and what to write instead. */
  read(files: readonly NativeFile[]): N;
  /** The control loop that brings the workloads about. */
  loop(native: N, options: LoopOptions): MakeControlLoop;
}
