import { InputError } from '../../sim/input-error.ts';
import { azureVmLike } from './azure-vm-like.ts';
import { borg2011Like } from './borg-2011-like.ts';
import { dlTrainingLike } from './dl-training-like.ts';
import { gpuOpenbLike } from './gpu-openb-like.ts';
import { hpcLike } from './hpc-like.ts';
import type { WorkloadPreset } from './preset.ts';
import { uniformMix } from './uniform-mix.ts';

/** Every synthetic workload, in the order of lists. */
export const PRESETS: readonly WorkloadPreset[] = [
  borg2011Like,
  azureVmLike,
  gpuOpenbLike,
  dlTrainingLike,
  hpcLike,
  uniformMix,
];

/** The preset of this name; throws an InputError that lists the names. */
export function generatorPreset(name: string): WorkloadPreset {
  const preset = PRESETS.find((one) => one.name === name);
  if (preset === undefined)
    throw new InputError(
      `no workload preset called "${name}"; known presets: ${PRESETS.map((one) => one.name).join(', ')}`,
    );
  return preset;
}
