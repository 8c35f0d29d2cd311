import type { ScriptBuilder } from './script-builder.ts';
import { SCRIPT_FORMAT, type ReplayScript } from './replay-script.ts';

/** A script of what a camera has filmed so far, for tests. */
export function filmedScript(
  { nodes, services, pods, steps, notes }: ScriptBuilder,
  durationUs: number,
  fingerprint = '0000000000000000',
): ReplayScript {
  return {
    format: SCRIPT_FORMAT,
    runId: 'test',
    title: 'test',
    policy: 'test',
    seed: 1,
    fingerprint,
    durationUs,
    nodes,
    services,
    pods,
    steps,
    predicted: { metrics: {} },
    notes,
  };
}
