import { InputError } from '../../sim/input-error.ts';
import type { Engine } from '../engine/engine.ts';
import { workloadImage } from './workload-image.ts';

/**
 * Sees to it that the engine has the image of our own workload for its architecture, and returns its reference. What is
 * there already is not imported again. Rejects with `InputError` where the engine's machine is one that the workload was
 * not built for, and with the engine's own faults.
 */
export async function ensureWorkload(engine: Engine): Promise<string> {
  const { os, architecture } = await engine.info();
  if (os !== 'linux')
    throw new InputError(
      `engine ${engine.name} runs ${os} containers, and Baton's own workload is a Linux program: name an image of yours for each workload, as in --image web=my-image,port=80`,
    );
  const { tar, spec } = workloadImage(architecture);
  if (!(await engine.hasImage(spec.reference))) await engine.importImage(tar, spec);
  return spec.reference;
}
