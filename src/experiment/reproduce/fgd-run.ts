import { FragmentationMemo } from '../../policies/placement/fragmentation-memo.ts';
import { placementPolicy } from '../../policies/placement/index.ts';
import { typicalPods } from '../../policies/placement/typical-pods.ts';
import type { NodeSpec } from '../../sim/node-spec.ts';
import { Simulation } from '../../sim/simulation.ts';
import type { RunResult } from '../../sim/result.ts';
import type { TypicalPod } from '../../sim/typical-pod.ts';
import { arrivalsOf, fgdArrivals, type TracePod } from './fgd-arrivals.ts';
import { FgdCurveRecorder, type FgdCurves } from './fgd-curves.ts';
import { GoRandom } from './go-random.ts';

/** The published policies and what they are called here. */
export const FGD_POLICIES: Readonly<Record<string, string>> = {
  '01-Random': 'fgd-random',
  '02-DotProd': 'fgd-dot-product',
  '03-GpuClustering': 'gpu-clustering',
  '04-GpuPacking': 'gpu-packing',
  '05-BestFit': 'fgd-best-fit',
  '06-FGD': 'fgd',
};

/** Draws that upstream makes for other purposes between tuning and the order of nodes (spec: found by search). */
const SKIPPED_DRAWS = 10;

/** What all runs on one trace share. */
export interface FgdTrace {
  /** Sorted by name. */
  readonly nodes: readonly NodeSpec[];
  /** Sorted by name. */
  readonly pods: readonly TracePod[];
  readonly typical: readonly TypicalPod[];
  readonly gpus: number;
}

/** Prepares a trace: byte order of names, typical pods of the untuned list. */
export function fgdTrace(nodes: readonly NodeSpec[], pods: readonly TracePod[]): FgdTrace {
  const sorted = pods.slice().sort(byName);
  return {
    nodes: nodes.slice().sort(byName),
    pods: sorted,
    typical: typicalPods(sorted.map(({ request }) => request)),
    gpus: nodes.reduce((sum, node) => sum + (node.gpuCount ?? 0), 0),
  };
}

/** What one run came to. */
export interface FgdRun {
  readonly curves: FgdCurves;
  readonly fingerprint: string;
  readonly arrivals: number;
  readonly work: RunResult['work'];
}

/**
 * One run of the FGD experiment on Baton's own engine: only the order of arrivals, the generator, the tie rule and
 * the policies' own device rules are the experiment's.
 */
export function fgdRun(trace: FgdTrace, policy: string, ratio: number, seed: number): FgdRun {
  const go = new GoRandom(seed);
  go.skip(1);
  const arrivals = fgdArrivals(trace.pods, trace.gpus * 1000, ratio, go);
  go.skip(SKIPPED_DRAWS);
  const tieRanks = go.perm(trace.nodes.length);
  const recorder = new FgdCurveRecorder(trace.gpus);
  let arrivedMilli = 0;
  let allocatedMilli = 0;
  let placedOn = -1;
  let arrived = 0;
  const simulation = new Simulation({
    nodes: trace.nodes,
    pods: arrivalsOf(arrivals),
    placement: placementPolicy(FGD_POLICIES[policy]),
    seed,
    streams: () => go,
    whenFull: 'refuse',
    tieRanks,
    typicalPods: trace.typical,
    metrics: 'lean',
    onDecision: (_, __, node) => (placedOn = node),
    onArrival: () => {
      const { request } = arrivals[arrived++];
      const askedMilli = request.gpuCount ? request.gpuCount * (request.gpuMilli ?? 1000) : 0;
      arrivedMilli += askedMilli;
      if (placedOn >= 0) {
        allocatedMilli += askedMilli;
        fragments[placedOn] = memo.ofNode(placedOn);
        placedOn = -1;
      }
      let fragmentedMilli = 0;
      for (let node = 0; node < fragments.length; node++) fragmentedMilli += fragments[node];
      recorder.record(arrivedMilli, allocatedMilli, fragmentedMilli);
    },
  });
  const memo = new FragmentationMemo(simulation.cluster, trace.typical);
  const fragments = Float64Array.from(trace.nodes, (_, node) => memo.ofNode(node));
  const { fingerprint, work } = simulation.run();
  return { curves: recorder.curves(), fingerprint, arrivals: arrivals.length, work };
}

function byName(one: { name: string }, other: { name: string }): number {
  return one.name < other.name ? -1 : one.name > other.name ? 1 : 0;
}
