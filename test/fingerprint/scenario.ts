import { backfillPolicies } from '../../src/policies/backfilling/index.ts';
import { placementPolicies } from '../../src/policies/placement/index.ts';
import { typicalPods } from '../../src/policies/placement/typical-pods.ts';
import { queuePolicies } from '../../src/policies/queueing/index.ts';
import type { NodeSpec } from '../../src/sim/node-spec.ts';
import { simulate, type SimulationOptions } from '../../src/sim/simulation.ts';
import { kubernetesFingerprints } from './kubernetes.ts';
import { livingFingerprints } from './living.ts';
import { numberFingerprints } from './number-fingerprints.ts';
import { orchestratorFingerprints } from './orchestrators.ts';
import { sampledPods, tiedPods, TYPICAL_REQUESTS } from './scenario-pods.ts';

const GIB = 2 ** 30;

/**
 * What must be the same on every engine: what was computed, and the fingerprint of it. A run has that of its journal
 * and one of its whole result. Pure, so that it runs in a page. `index`: how nodes are found, which must not matter. `pods`: in each run.
 */
export function scenarioFingerprints(index: 'auto' | 'scan' = 'auto', pods = 300): Record<string, string> {
  const firstFit = placementPolicies[0].create;
  const fingerprints = numberFingerprints();
  const run = (name: string, options: Pick<SimulationOptions, 'pods' | 'placement' | 'queue' | 'backfill'>) => {
    const result = simulate({ nodes: NODES, seed: 7, typicalPods: typicalPods(TYPICAL_REQUESTS), index, ...options });
    // How many nodes were looked at depends on the index; what came of it must not.
    const withoutWork = { ...result, work: undefined, metrics: { ...result.metrics, nodeEvaluations: undefined } };
    fingerprints[name] = `${result.fingerprint}, result ${textHash(JSON.stringify(withoutWork))}`;
  };
  for (const { name, create: placement } of placementPolicies) {
    run(`${name}, tied pods`, { placement, pods: tiedPods(pods, 1) });
    run(`${name}, sampled pods`, { placement, pods: sampledPods(pods, 2) });
  }
  for (const queue of queuePolicies)
    run(`queue ${queue.name}`, { placement: firstFit, pods: tiedPods(pods, 3), queue });
  for (const backfill of backfillPolicies)
    run(`backfill ${backfill.name}`, { placement: firstFit, pods: tiedPods(pods, 4), backfill });
  Object.assign(fingerprints, livingFingerprints(textHash), kubernetesFingerprints(textHash));
  Object.assign(fingerprints, orchestratorFingerprints(textHash));
  return fingerprints;
}

/** Six kinds of node, two of each kind alike, so that scores tie; too few for the workload, so that pods wait. */
const NODES: readonly NodeSpec[] = Array.from({ length: 12 }, (_, id): NodeSpec => {
  const kind = id % 6;
  const gpus = kind === 3 ? { gpuCount: 2, gpuModel: 'T4' } : kind === 5 ? { gpuCount: 4, gpuModel: 'V100' } : {};
  return {
    name: `node-${id}`,
    cpuMilli: kind < 2 ? 8000 : 16_000,
    memBytes: (kind % 2 === 0 ? 16 : 32) * GIB,
    ...gpus,
  };
});

/** FNV-1a over the text. */
function textHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0');
}
