import type { NodeSpec } from '../../sim/node-spec.ts';
import { capacity, machines, nodesForLoad, rateForLoad, type Amounts, type MachineKind } from './machine-mix.ts';
import type { GeneratorOptions } from './preset.ts';

/** How a preset's cluster and its rate of jobs belong together. */
export interface Sizing {
  readonly mix: readonly MachineKind[];
  /** The published rate; the cluster is made for it unless the user says how many nodes there are. */
  readonly jobsPerHour: number;
  /** Resource-seconds of a job on average. */
  readonly perJob: Amounts;
}

/** The cluster: as many nodes as asked for, or as many as give the load at the published rate. */
export function nodesFor(options: GeneratorOptions, { mix, jobsPerHour, perJob }: Sizing): NodeSpec[] {
  return machines(mix, options.nodes || nodesForLoad(options.load, mix, jobsPerHour / 3600, perJob));
}

/** The rate of jobs: the published one, or what gives the load on as many nodes as asked for. */
export function jobsPerHourFor(options: GeneratorOptions, sizing: Sizing): number {
  if (options.nodes === 0) return sizing.jobsPerHour;
  return 3600 * rateForLoad(options.load, capacity(nodesFor(options, sizing)), sizing.perJob);
}
