import type { NativeFile } from '../native-file.ts';
import type { Dialect, ReadModel } from './app-model.ts';
import { fromCompose } from './from-compose.ts';
import { fromEcs } from './from-ecs.ts';
import { fromKubernetes } from './from-kubernetes.ts';
import { fromMarathon } from './from-marathon.ts';
import { fromNomad } from './from-nomad.ts';

/** Each reads files of its dialect as a model. Throws an InputError for what its reader refuses. */
export const READERS: Readonly<Record<Dialect, (files: readonly NativeFile[]) => ReadModel>> = {
  compose: fromCompose,
  kubernetes: fromKubernetes,
  marathon: fromMarathon,
  ecs: fromEcs,
  nomad: fromNomad,
};
