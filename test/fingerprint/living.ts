import { planScenario } from '../../src/experiment/scenario/plan-scenario.ts';
import { livingSpecOf } from '../../src/experiment/scenario/living-spec-of.ts';
import { placementPolicy } from '../../src/policies/placement/index.ts';
import { backfillPolicies } from '../../src/policies/backfilling/index.ts';
import { queuePolicies } from '../../src/policies/queueing/index.ts';
import { simulateLiving } from '../../src/sim/living-simulation.ts';
import { sampledPods } from './scenario-pods.ts';

/** A little of everything that a living cluster knows, so that any of it that differs between engines shows. */
const SCENARIO = `
duration: 6m
cluster:
  zones: [a, b]
  groups:
    general: { cpu: 4, memory: 16Gi, count: 3, min: 2, max: 8, boot: lognormal 40s sigma 0.3, price: $0.2/h }
    spot: { cpu: 4, memory: 16Gi, count: 1, max: 3, spot: true, price: $0.06/h }
services:
  web:
    { cpu: 500m, memory: 256Mi, replicas: 3, max: 12, work: lognormal 12ms sigma 0.8, queue: 30, readiness: true,
      calls: [cart, [ads, db]], memoryLeak: 4Ki, memoryLimit: 400Mi }
  cart: { work: "exponential 4ms", calls: [{ service: db, chance: 50%, client: { timeout: 300ms, retries: 2, retryBudget: 20% } }] }
  ads: { work: "weibull 3ms shape 0.7", replicas: 1 }
  db: { replicas: 2, work: "erlang 5ms phases 3" }
jobs:
  batch: "preset:uniform-mix,pods=50"
traffic:
  web: { diurnal: { mean: 60/s, peakToTrough: 3, period: 6m }, spike: { at: 3m, peak: 90/s }, client: { timeout: 1s, retries: 1, jitter: decorrelated } }
weather:
  - node-crash(preset=lanl, rate=2000)
  - script(effect=down, at=4m, for=1m, zones=a)
deployments: [{ service: cart, at: 2m, work: 1.2x, failures: 2% }]
objectives: [web 99.5% within 400ms]
model: discrete
policies:
  placement: zone-spread
  balancing: [power-of-choices, consistent-hashing]
  scaling: [target-utilisation, rate-plan]
  nodes: [cluster-autoscaler, just-in-time]
  detection: swarm
`;

/** Fingerprint and whole result of every variant, by its name. Pure, so that it runs in a page. */
export function livingFingerprints(hash: (text: string) => string): Record<string, string> {
  const fingerprints: Record<string, string> = {};
  const { variants } = planScenario(
    SCENARIO,
    {
      file: 'living.yaml',
      title: 'living',
      names: {
        placements: ['least-allocated', 'zone-spread'],
        queues: ['fifo'],
        backfills: ['any'],
        isPlacement: () => true,
        isBackfill: () => true,
        isFile: () => false,
      },
      resolvePath: (path) => path,
    },
    [],
  );
  for (const { workload, policy, scenario } of variants) {
    const spec = livingSpecOf(scenario, {
      placement: placementPolicy(policy.placement!),
      queue: queuePolicies.find((one) => one.name === 'fifo')!,
      backfill: backfillPolicies.find((one) => one.name === 'any')!,
      open: () => {
        throw new Error('the scenario reads no file');
      },
      pods: (_, __, seed) => sampledPods(40, seed),
    });
    const result = simulateLiving(spec, { seed: 7 });
    fingerprints[`living ${workload.name}, ${policy.name}`] =
      `${result.fingerprint}, result ${hash(JSON.stringify(result))}`;
  }
  return fingerprints;
}
