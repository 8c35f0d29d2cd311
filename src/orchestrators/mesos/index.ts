import type { Orchestrator } from '../orchestrator.ts';
import { mesosConstants } from './constants.ts';
import { mesosFeatures } from './features.ts';
import { MesosLoop } from './mesos-loop.ts';
import { readMesosFiles, type MesosFiles } from './read-mesos-files.ts';

/** Apache Mesos with Marathon for services and batch frameworks for jobs. */
export const mesos: Orchestrator<MesosFiles> = {
  name: 'mesos',
  title: 'Mesos with Marathon',
  constants: mesosConstants,
  features: mesosFeatures,
  read: (files) => readMesosFiles(files),
  loop: (native, options) => (plane) => new MesosLoop(plane, native, options),
};
