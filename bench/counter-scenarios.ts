import { backfillPolicies } from '../src/policies/backfilling/index.ts';
import { placementPolicies, placementPolicy } from '../src/policies/placement/index.ts';
import { typicalPods } from '../src/policies/placement/typical-pods.ts';
import { queuePolicies } from '../src/policies/queueing/index.ts';
import type { RunResult } from '../src/sim/result.ts';
import { simulate } from '../src/sim/simulation.ts';
import { uniformMix } from '../src/workloads/generators/uniform-mix.ts';
import { requestsOf, shippedTrace } from './bench-data.ts';
import { clusterCounters } from './cluster-counters.ts';
import { kubernetesCounters } from './kubernetes.ts';
import { livingCounters } from './living-counters.ts';
import { orchestratorCounters } from './orchestrators.ts';
import { requestCounters } from './request-counters.ts';

/** Metrics that say how good a run was; the fingerprint already fixes all of them, these make a difference readable. */
const QUALITY = ['placedShare', 'meanWaitS', 'meanBoundedSlowdown', 'cpuAllocatedShare', 'fragmentation', 'makespanS'];
/** Large enough for the indexes to be at work, small enough for every `npm test`. */
const INDEXED = { nodes: 400, pods: 8000, days: 1, load: 0.8 };
/** Policies of each kind of index: a k-d tree, block maxima, one that moves with the cluster, and no index at all. */
const INDEXED_POLICIES = ['first-fit', 'best-fit', 'least-allocated', 'balanced-allocation', 'tetris', 'power-of-2'];

/** Counts of work, fingerprint and quality of one run: equal on every machine, to the last digit. */
export type Counted = Readonly<Record<string, number | string>>;

/**
 * Small fixed scenarios whose work is counted, by name. What `bench/work-counters.json` says of them is compared
 * exactly: a change of quality or of work is then a line in a diff, not a matter of timing.
 */
export function workCounters(): Record<string, Counted> {
  const counted: Record<string, Counted> = {};
  const gpu = shippedTrace('gpu-like');
  for (const { name, create } of placementPolicies)
    counted[`gpu-like, ${name}`] = told(
      simulate({ nodes: gpu.nodes, pods: gpu.pods(1000), placement: create, typicalPods: gpu.typical, seed: 1 }),
    );
  const bestFit = placementPolicy('best-fit');
  const borg = shippedTrace('borg-like');
  for (const queue of queuePolicies)
    counted[`borg-like, best-fit, queue ${queue.name}`] = told(
      simulate({ nodes: borg.nodes, pods: borg.pods(1000), placement: bestFit, queue, seed: 1 }),
    );
  const hpc = shippedTrace('hpc-like');
  for (const backfill of backfillPolicies)
    counted[`hpc-like, best-fit, backfill ${backfill.name}`] = told(
      simulate({ nodes: hpc.nodes, pods: hpc.pods(1000), placement: bestFit, backfill, seed: 1 }),
    );
  const gangs = shippedTrace('dl-like');
  counted['dl-like (gangs), best-fit'] = told(
    simulate({ nodes: gangs.nodes, pods: gangs.pods(1000), placement: bestFit, seed: 1 }),
  );
  for (const shapes of [10, 300])
    for (const policy of INDEXED_POLICIES) {
      const options = { ...INDEXED, shapes };
      const pods = () => uniformMix.pods(options, 1);
      counted[`uniform-mix of ${shapes} shapes, ${policy}`] = told(
        simulate({
          nodes: uniformMix.nodes(options),
          pods: pods(),
          placement: placementPolicy(policy),
          typicalPods: typicalPods(requestsOf(pods())),
          seed: 1,
        }),
      );
    }
  return {
    ...counted,
    ...requestCounters(),
    ...livingCounters(),
    ...kubernetesCounters(),
    ...clusterCounters(),
    ...orchestratorCounters(),
  };
}

function told({ work, fingerprint, metrics }: RunResult): Counted {
  const { events, decisions, nodeEvaluations, scoreCalls } = work;
  const quality = Object.fromEntries(QUALITY.filter((name) => name in metrics).map((name) => [name, metrics[name]]));
  return { events, decisions, nodeEvaluations, scoreCalls, fingerprint, ...quality };
}
