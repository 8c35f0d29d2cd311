import type { NodeSpec } from '../../sim/node-spec.ts';
import { blankRow, type PodRow, type PodSource } from '../../sim/pod-source.ts';
import { US_PER_SECOND } from '../../sim/time.ts';
import type { Bound } from './bound.ts';
import { flowBounds } from './flow-bound.ts';
import { nodesNeeded } from './nodes-needed.ts';
import { placeable } from './placeable.ts';
import { peakOfArrivals } from './peak-of-arrivals.ts';
import { digestWorkload, type WorkloadDigest } from './workload-digest.ts';

/** What a bound needs to know of a pod. */
export type BoundPod = Pick<PodRow, 'arrivesUs' | 'runsUs' | 'request'>;

/** The pods of a source; the same row object each time, so look at it before asking for the next. */
export function* podsOf(source: PodSource): Generator<PodRow> {
  const row = blankRow();
  while (source.next(row)) yield row;
}

/**
 * What no policy can pass on this workload and cluster, one entry for each metric, side and condition. Pods come in
 * order of arrival and are read once; memory grows with the number of request shapes, and with the number of pods only
 * up to `mostPods` (default one million), beyond which the bounds that need every pod are left out.
 *
 * All bounds ignore gangs, and ask only that no node be over its capacity: they hold for every policy, and with
 * gangs the truth may be further away. Pods that restart, or nodes that fail, only take longer.
 */
export function lowerBounds(nodes: readonly NodeSpec[], pods: Iterable<BoundPod>, mostPods = 1_000_000): Bound[] {
  const digest = digestWorkload(nodes, pods, mostPods);
  const bounds: Bound[] = [];
  const add = (
    metric: string,
    side: Bound['side'],
    value: number,
    holds: Bound['holds'],
    bound: string,
    meaning: string,
  ) => bounds.push({ metric, side, value, bound, meaning, holds, impossiblePods: digest.impossiblePods });
  if (digest.pods === 0) return bounds;
  if (digest.endlessPods === 0) {
    const { makespan, nodeSeconds } = digest;
    add('makespanS', 'lower', makespan.value, 'all-finished', makespan.bound, makespan.meaning);
    add('nodeHours', 'lower', nodeSeconds.value / 3600, 'all-finished', nodeSeconds.bound, nodeSeconds.meaning);
    addFlow(digest, add);
    addPeak(nodes, digest, add);
  }
  if (digest.endlessPods === digest.pods) addEndless(nodes, digest, add);
  else if (digest.impossiblePods > 0)
    add(
      'placedShare',
      'upper',
      1 - digest.impossiblePods / (digest.pods + digest.impossiblePods),
      'always',
      'pods that no node can host',
      'Some pods ask for more than any node has, or for a label, model or toleration that none offers.',
    );
  return bounds;
}

type Add = (
  metric: string,
  side: Bound['side'],
  value: number,
  holds: Bound['holds'],
  bound: string,
  meaning: string,
) => void;

function addFlow(digest: WorkloadDigest, add: Add): void {
  const meanRunS = digest.runUs / US_PER_SECOND / digest.pods;
  let best = {
    value: meanRunS,
    bound: 'mean run time',
    meaning: 'No pod can finish sooner after its arrival than it runs.',
  };
  for (const fluid of digest.fluids) {
    const { srpt, meanBusy } = flowBounds(fluid.jobs);
    if (srpt / digest.pods > best.value)
      best = {
        value: srpt / digest.pods,
        bound: `SRPT on ${fluid.dimension}`,
        meaning: `Were all ${fluid.dimension} one machine, shortest remaining work first would be best, and takes this long.`,
      };
    if (meanBusy / digest.pods > best.value)
      best = {
        value: meanBusy / digest.pods,
        bound: `mean busy time on ${fluid.dimension}`,
        meaning: `Were all ${fluid.dimension} one machine, pods would be half done this late on average, with half their run time to go.`,
      };
  }
  add('meanFlowS', 'lower', best.value, 'all-finished', best.bound, best.meaning);
  if (best.value > meanRunS)
    add('meanWaitS', 'lower', best.value - meanRunS, 'all-finished', best.bound, `${best.meaning} Run time taken off.`);
}

function addPeak(nodes: readonly NodeSpec[], digest: WorkloadDigest, add: Add): void {
  if (!digest.lives) return;
  const peak = peakOfArrivals(nodes, digest.lives);
  const when =
    'holds only for runs in which every pod starts as it arrives, because then the pods alive are the same for all';
  add(
    'nodesUsedPeak',
    'lower',
    peak.nodes,
    'nobody-waits',
    peak.bound,
    `Nodes for the pods alive at the fullest moment; ${when}.`,
  );
  add(
    'nodeHours',
    'lower',
    peak.nodeSeconds / 3600,
    'nobody-waits',
    'nodes needed at each moment',
    `Summed over time; ${when}.`,
  );
}

function addEndless(nodes: readonly NodeSpec[], digest: WorkloadDigest, add: Add): void {
  const arrived = digest.pods + digest.impossiblePods;
  const most = placeable(nodes, digest.groups);
  add(
    'placedShare',
    'upper',
    most.pods / arrived,
    'always',
    digest.impossiblePods > 0 && most.pods === digest.pods ? 'pods that no node can host' : most.bound,
    'Pods never end, so all that are placed share the cluster for ever; the most that its total capacity could hold.',
  );
  const needed = nodesNeeded(nodes, digest.groups);
  if (needed.nodes <= nodes.length)
    add(
      'nodesUsedPeak',
      'lower',
      needed.nodes,
      'all-placed',
      needed.bound,
      'Pods never end, so in the end all of them are on nodes at once.',
    );
  for (const [metric, dimension] of [
    ['cpuPeakShare', 'CPU'],
    ['memPeakShare', 'memory'],
    ['gpuPeakShare', 'GPU'],
  ] as const) {
    const asked = digest.askedShare[dimension];
    if (asked !== undefined && asked > 0 && asked < 1)
      add(
        metric,
        'upper',
        asked,
        'always',
        `all ${dimension} asked for`,
        'More than all pods ask for together cannot be allocated.',
      );
  }
}
