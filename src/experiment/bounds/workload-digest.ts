import type { NodeSpec } from '../../sim/node-spec.ts';
import { requestKey, type PodRequest } from '../../sim/pod-request.ts';
import { whyBarred } from '../../sim/shapes.ts';
import { US_PER_SECOND } from '../../sim/time.ts';
import { dimensionsOf } from './dimensions.ts';
import type { FluidJobs } from './flow-bound.ts';
import type { BoundPod } from './lower-bounds.ts';
import type { PodGroup } from './nodes-needed.ts';
import type { PodLives } from './peak-of-arrivals.ts';
import { weighingsOf } from './weighings.ts';

/** What one reading of a workload leaves behind. Pods that no node could host are counted and otherwise left out. */
export interface WorkloadDigest {
  readonly pods: number;
  readonly impossiblePods: number;
  readonly endlessPods: number;
  /** Sum of run times. */
  readonly runUs: number;
  readonly groups: readonly PodGroup[];
  readonly makespan: { value: number; bound: string; meaning: string };
  readonly nodeSeconds: { value: number; bound: string; meaning: string };
  /** All that is ever asked for at once over capacity, by dimension. */
  readonly askedShare: Readonly<Record<string, number>>;
  /** Empty when there were too many pods to keep, or endless ones. */
  readonly fluids: readonly { dimension: string; jobs: FluidJobs }[];
  readonly lives: PodLives | undefined;
}

interface Shape {
  readonly request: PodRequest;
  readonly possible: boolean;
  /** Node-equivalents, one for each weighing. */
  readonly weights: Float64Array;
  readonly index: number;
  count: number;
}

/** Reads the pods once. */
export function digestWorkload(nodes: readonly NodeSpec[], pods: Iterable<BoundPod>, mostPods: number): WorkloadDigest {
  const dimensions = dimensionsOf(nodes);
  const weighings = weighingsOf(nodes, dimensions);
  const kinds = distinctNodes(nodes);
  const shapes: Shape[] = [];
  const byKey = new Map<string, Shape>();
  const byIdentity = new Map<PodRequest, Shape>();
  const shapeOf = (request: PodRequest): Shape => {
    const known = byIdentity.get(request);
    if (known) return known;
    const key = requestKey(request);
    let shape = byKey.get(key);
    if (!shape) {
      const possible = kinds.some((node) => canHost(node, request));
      const weights = Float64Array.from(weighings, (one) => (possible ? one.nodesFor(request) : 0));
      shape = { request, possible, weights, index: shapes.length, count: 0 };
      shapes.push(shape);
      byKey.set(key, shape);
    }
    if (byIdentity.size < 100_000) byIdentity.set(request, shape);
    return shape;
  };

  /** Per weighing, in node-seconds: all work, and the most of (arrival × nodes - work that arrived before). */
  const work = new Float64Array(weighings.length);
  const delayed = new Float64Array(weighings.length);
  const kept: { arrivesUs: number[]; runsUs: number[]; shape: number[] } = { arrivesUs: [], runsUs: [], shape: [] };
  let possiblePods = 0;
  let impossiblePods = 0;
  let endlessPods = 0;
  let runUs = 0;
  let firstUs = -1;
  let lastFinishUs = 0;
  for (const pod of pods) {
    // The clock of a run starts with its first arrival, possible or not.
    if (firstUs < 0) firstUs = pod.arrivesUs;
    const shape = shapeOf(pod.request);
    if (!shape.possible) {
      impossiblePods++;
      continue;
    }
    shape.count++;
    possiblePods++;
    if (pod.runsUs === Infinity) {
      endlessPods++;
      continue;
    }
    const arrivesS = (pod.arrivesUs - firstUs) / US_PER_SECOND;
    const runsS = pod.runsUs / US_PER_SECOND;
    runUs += pod.runsUs;
    lastFinishUs = Math.max(lastFinishUs, pod.arrivesUs + pod.runsUs - firstUs);
    for (let m = 0; m < weighings.length; m++) {
      const weight = shape.weights[m];
      if (weight === 0) continue;
      const release = arrivesS * weighings[m].capacityNodes - work[m];
      if (release > delayed[m]) delayed[m] = release;
      work[m] += weight * runsS;
    }
    if (possiblePods <= mostPods) {
      kept.arrivesUs.push(pod.arrivesUs - firstUs);
      kept.runsUs.push(pod.runsUs);
      kept.shape.push(shape.index);
    }
  }

  const makespan = {
    value: lastFinishUs / US_PER_SECOND,
    bound: 'longest way to a finish',
    meaning: 'The pod that finishes last even if it starts on arrival.',
  };
  const nodeSeconds = {
    value: 0,
    bound: '',
    meaning: 'Pods hold their ask for their run time; so much of the largest node it comes to.',
  };
  weighings.forEach((one, m) => {
    const seconds = (work[m] + delayed[m]) / one.capacityNodes;
    if (seconds > makespan.value)
      Object.assign(makespan, {
        value: seconds,
        bound: `work over capacity, ${one.name}`,
        meaning: 'What is asked for times run time, of all pods from the worst moment on, over what the cluster has.',
      });
    if (work[m] * one.ofLargest > nodeSeconds.value)
      Object.assign(nodeSeconds, { value: work[m] * one.ofLargest, bound: `work over node, ${one.name}` });
  });
  const complete = endlessPods === 0 && possiblePods <= mostPods;
  const groups = shapes.filter((shape) => shape.possible).map(({ request, count }) => ({ request, count }));
  return {
    pods: possiblePods,
    impossiblePods,
    endlessPods,
    runUs,
    groups,
    makespan,
    nodeSeconds,
    askedShare: Object.fromEntries(
      dimensions.map((one) => {
        const asked = groups.reduce((sum, group) => sum + one.takes(group.request) * group.count, 0);
        return [one.name, asked / nodes.reduce((sum, node) => sum + one.has(node), 0)];
      }),
    ),
    fluids: complete ? fluidsOf() : [],
    lives: complete ? { ...kept, requests: shapes.map((shape) => shape.request) } : undefined,
  };

  function fluidsOf(): { dimension: string; jobs: FluidJobs }[] {
    const arrivesS = Float64Array.from(kept.arrivesUs, (us) => us / US_PER_SECOND);
    const runsS = Float64Array.from(kept.runsUs, (us) => us / US_PER_SECOND);
    return dimensions.map((one) => {
      const total = nodes.reduce((sum, node) => sum + one.has(node), 0);
      const share = shapes.map((shape) => one.takes(shape.request) / total);
      return {
        dimension: one.name,
        jobs: { arrivesS, runsS, workS: runsS.map((runs, pod) => runs * share[kept.shape[pod]]) },
      };
    });
  }
}

/** One node of each kind, for what an empty node can host. */
function distinctNodes(nodes: readonly NodeSpec[]): NodeSpec[] {
  const kinds = new Map<string, NodeSpec>();
  for (const node of nodes) {
    const key = JSON.stringify({ ...node, name: '', zone: '' });
    if (!kinds.has(key)) kinds.set(key, node);
  }
  return [...kinds.values()];
}

/** Whether the node, empty and ready, could host the pod. */
function canHost(node: NodeSpec, request: PodRequest): boolean {
  if (request.cpuMilli > node.cpuMilli || request.memBytes > node.memBytes) return false;
  if ((request.storageBytes ?? 0) > (node.storageBytes ?? 0) || (request.gpuCount ?? 0) > (node.gpuCount ?? 0))
    return false;
  for (const [name, amount] of Object.entries(request.extended ?? {}))
    if (amount > (node.extended?.[name] ?? 0)) return false;
  return (node.podLimit ?? 1) >= 1 && whyBarred(request, node) === undefined;
}
