import type { NodeSpec } from '../../sim/node-spec.ts';
import type { PodRequest } from '../../sim/pod-request.ts';
import { US_PER_SECOND } from '../../sim/time.ts';
import { dimensionsOf } from './dimensions.ts';
import { ceilSafely } from './martello-toth.ts';
import { nodesNeeded, type NodesNeeded } from './nodes-needed.ts';
import { weighingsOf } from './weighings.ts';

/** Pods in order of arrival: when each comes, how long it runs, and which of `requests` it makes. */
export interface PodLives {
  readonly arrivesUs: readonly number[];
  readonly runsUs: readonly number[];
  readonly shape: readonly number[];
  readonly requests: readonly PodRequest[];
}

/**
 * If every pod starts as it arrives, the pods alive at each moment are given, and with them the nodes that they need.
 * Returns the most needed at any moment and the sum over time. Where a pod ends as another arrives, it ends first.
 */
export function peakOfArrivals(nodes: readonly NodeSpec[], lives: PodLives): NodesNeeded & { nodeSeconds: number } {
  const weighings = weighingsOf(nodes, dimensionsOf(nodes));
  const weights = lives.requests.map((request) =>
    Float64Array.from(weighings, (one) => one.nodesFor(request) * one.ofLargest),
  );
  const count = lives.arrivesUs.length;
  const endsUs = Float64Array.from(lives.arrivesUs, (arrives, pod) => arrives + lives.runsUs[pod]);
  const byEnd = Uint32Array.from(endsUs, (_, pod) => pod).sort((a, b) => endsUs[a] - endsUs[b] || a - b);
  const alive = new Float64Array(weighings.length);
  const peakAt = { nodes: 0, arrivals: 0, ends: 0 };
  let nodeSeconds = 0;
  let nowUs = 0;
  let needed = 0;
  let ended = 0;
  const move = (pod: number, sign: 1 | -1): void => {
    const weight = weights[lives.shape[pod]];
    for (let m = 0; m < alive.length; m++) alive[m] += sign * weight[m];
  };
  const advance = (toUs: number): void => {
    nodeSeconds += (needed * (toUs - nowUs)) / US_PER_SECOND;
    nowUs = toUs;
  };
  for (let pod = 0; pod <= count; pod++) {
    const arrives = pod < count ? lives.arrivesUs[pod] : Infinity;
    // A pod that runs for no time ends as it arrives; it must not leave before it has come.
    while (ended < count && endsUs[byEnd[ended]] <= arrives && byEnd[ended] < pod) {
      advance(endsUs[byEnd[ended]]);
      move(byEnd[ended++], -1);
      needed = most(alive, pod > ended);
    }
    if (pod === count) break;
    advance(arrives);
    move(pod, 1);
    needed = most(alive, true);
    if (needed > peakAt.nodes) Object.assign(peakAt, { nodes: needed, arrivals: pod + 1, ends: ended });
  }
  const atPeak = aliveAt(lives, byEnd, peakAt);
  const exact = nodesNeeded(nodes, atPeak);
  return exact.nodes >= peakAt.nodes
    ? { ...exact, nodeSeconds }
    : { nodes: peakAt.nodes, bound: 'weighed asks', nodeSeconds };
}

function most(alive: Float64Array, any: boolean): number {
  let largest = any ? 1 : 0;
  for (const weight of alive) largest = Math.max(largest, ceilSafely(weight));
  return largest;
}

/** The pods alive at the peak, where the slower and tighter bounds are worth their time. */
function aliveAt(
  lives: PodLives,
  byEnd: Uint32Array,
  peak: { arrivals: number; ends: number },
): { request: PodRequest; count: number }[] {
  const counts = new Array<number>(lives.requests.length).fill(0);
  for (let pod = 0; pod < peak.arrivals; pod++) counts[lives.shape[pod]]++;
  for (let k = 0; k < peak.ends; k++) counts[lives.shape[byEnd[k]]]--;
  return lives.requests.map((request, shape) => ({ request, count: counts[shape] }));
}
