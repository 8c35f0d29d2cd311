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
