import type { Orchestrator } from '../orchestrator.ts';
import type { NomadJobs } from './jobs/nomad-jobs.ts';
import { readNomadFiles } from './jobs/read-nomad-files.ts';
import { NOMAD_CONSTANTS } from './nomad-constants.ts';
import { NOMAD_FEATURES } from './nomad-features.ts';
import { NomadLoop } from './nomad-loop.ts';

export type { NomadJobs } from './jobs/nomad-jobs.ts';

/** Nomad: servers with evaluations and plans, clients that run allocations, and Consul for their services. */
export const nomad: Orchestrator<NomadJobs> = {
  name: 'nomad',
  title: 'HashiCorp Nomad',
  constants: NOMAD_CONSTANTS,
  features: NOMAD_FEATURES,
  read: readNomadFiles,
  loop: (native, options) => (plane) => new NomadLoop(plane, native, options),
};
