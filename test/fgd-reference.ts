import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { TypicalPod } from '../src/sim/typical-pod.ts';
import { traceDir } from './trace-dir.ts';

/** The text of a reference file of the FGD experiment, beside the traces; undefined when there is none. */
export function fgdReference(file: string): string | undefined {
  const traces = traceDir();
  const path = traces && resolve(traces, '../reference/fgd', file);
  return path !== undefined && existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** A class of pods; the models are separated by `|`. */
export function typical(
  cpuMilli: number,
  gpuMilli: number,
  gpuCount: number,
  gpuSpec: string,
  share: number,
): TypicalPod {
  return { cpuMilli, gpuMilli, gpuCount, gpuModels: gpuSpec === '' ? [] : gpuSpec.split('|'), share };
}
