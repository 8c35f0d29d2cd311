import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { backfillPolicies } from '../../src/policies/backfilling/index.ts';
import { placementPolicies } from '../../src/policies/placement/index.ts';
import { typicalPods } from '../../src/policies/placement/typical-pods.ts';
import { queuePolicies } from '../../src/policies/queueing/index.ts';
import type { PodRow } from '../../src/sim/pod-source.ts';
import type { SimulationOptions } from '../../src/sim/simulation.ts';
import { run } from '../fixtures.ts';
import { randomWorkload } from '../reference/random-workload.ts';

/** Dense in ties: whole seconds, few sizes, gangs, GPUs, and too little room. */
const CLUSTER = '2 x 4cpu 8Gi | 2cpu 4Gi 2xT4 | 4cpu 4Gi 1xV100 zone=b | 4cpu 8Gi taint=spot';
/** Chosen for its long waits: only then the order of the queue shows. */
const SEED = 50;
const ROWS: readonly PodRow[] = randomWorkload(SEED, 60).rows.map((row, k) => ({
  ...row,
  estimateUs: row.runsUs * (1 + (k % 3)),
}));
const TYPICAL = typicalPods(ROWS.map(({ request }) => request));

const scenarios: [name: string, options: Partial<Pick<SimulationOptions, 'placement' | 'queue' | 'backfill'>>][] = [
  ...placementPolicies.map(({ name, create }): [string, object] => [`placement ${name}`, { placement: create }]),
  ...queuePolicies.map((queue): [string, object] => [`queue ${queue.name}`, { queue }]),
  ...backfillPolicies.map((backfill): [string, object] => [`backfill ${backfill.name}`, { backfill }]),
];

/** `npm run golden` writes them anew; the diff is what a reviewer decides on. */
test.each(scenarios)('%s does what it did', async (name, options) => {
  const { result, journal } = run(CLUSTER, ROWS, { typicalPods: TYPICAL, ...options });
  const text = [`fingerprint ${result.fingerprint}`, ...journal, ''].join('\n');
  const file = new URL(`./${name.replaceAll(' ', '-')}.golden.txt`, import.meta.url);
  await expect(text).toMatchFileSnapshot(fileURLToPath(file));
});
