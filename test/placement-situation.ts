import { byNodeId } from '../src/sim/choice/chooser.ts';
import { Cluster } from '../src/sim/cluster.ts';
import type { PodRequest } from '../src/sim/pod-request.ts';
import { Placer } from '../src/sim/placer.ts';
import { blankRow } from '../src/sim/pod-source.ts';
import { Pods } from '../src/sim/pods.ts';
import { stream } from '../src/sim/random.ts';
import { ShapeTable } from '../src/sim/shapes.ts';
import type { TypicalPod } from '../src/sim/typical-pod.ts';
import { builtInPlacement } from '../src/policies/placement/index.ts';

const GIB = 2 ** 30;

/** A cluster in a given state and one policy on it; what the tests of policies ask. */
export interface Situation {
  /** The node chosen, -1 for none; nothing is bound. */
  choose(request: PodRequest): number;
  /** The chosen node, with the pod bound to it. */
  place(request: PodRequest): number;
  /** Scores of all nodes that fit, undefined for the others. */
  scores(request: PodRequest): (number | undefined)[];
  /** Indices of the GPU devices it would take on the node. */
  devices(request: PodRequest, node: number): number[];
  readonly cluster: Cluster;
}

/**
 * Nodes written as `free/capacity` in millicores and GiB, then what is left on each GPU: `500/2000 4/8 T4:1000,300`, or
 * only capacities for an empty node, separated by `|`.
 */
export function situation(policyName: string, nodes: string, typicalPods: readonly TypicalPod[] = []): Situation {
  const parsed = nodes.split('|').map((text) => parseNode(text.trim()));
  const cluster = new Cluster(
    parsed.map((node, id) => ({
      name: `node-${id}`,
      cpuMilli: node.cpuMilli,
      memBytes: node.memGib * GIB,
      gpuCount: node.gpusLeft.length,
      gpuModel: node.gpuModel,
    })),
  );
  const shapes = new ShapeTable(cluster);
  const pods = new Pods();
  const policy = builtInPlacement(policyName).create({ random: stream(1, 'policy'), typicalPods });
  const placer = new Placer({
    policy,
    cluster,
    shapes,
    pods,
    order: byNodeId(cluster.count),
    index: 'scan',
    deviceStream: stream(1, 'devices'),
    counters: { nodeEvaluations: 0, scoreCalls: 0 },
  });
  parsed.forEach((node, id) => {
    const used = { cpuMilli: node.cpuMilli - node.cpuFreeMilli, memBytes: (node.memGib - node.memFreeGib) * GIB };
    cluster.bind(id, shapes.acquire(used), 0, shapes);
    node.gpusLeft.forEach((left, device) => {
      const share = { cpuMilli: 0, memBytes: 0, gpuCount: 1, gpuMilli: 1000 - left };
      if (left < 1000) cluster.bind(id, shapes.acquire(share), 1 << device, shapes);
    });
  });
  let arrived = 0;
  const arrive = (request: PodRequest): { shape: number; slot: number } => {
    const shape = shapes.acquire(request);
    return { shape, slot: pods.add({ ...blankRow(), request }, arrived++, shape) };
  };
  const devicesOf = (bits: number): number[] => [...Array(31).keys()].filter((device) => bits & (1 << device));
  return {
    cluster,
    choose(request) {
      const { shape, slot } = arrive(request);
      return placer.choose(shape, slot);
    },
    place(request) {
      const { shape, slot } = arrive(request);
      const node = placer.choose(shape, slot);
      if (node >= 0) cluster.bind(node, shape, placer.devices(shape, node), shapes);
      return node;
    },
    scores(request) {
      const { shape, slot } = arrive(request);
      return parsed.map((_, node) =>
        cluster.fits(node, shape, shapes) ? placer.opinion(shape, slot, node).score : undefined,
      );
    },
    devices: (request, node) => devicesOf(placer.devices(arrive(request).shape, node)),
  };
}

interface ParsedNode {
  cpuFreeMilli: number;
  cpuMilli: number;
  memFreeGib: number;
  memGib: number;
  gpuModel: string;
  gpusLeft: number[];
}

function parseNode(text: string): ParsedNode {
  const [cpu, mem, gpus] = text.split(/\s+/);
  const [cpuFreeMilli, cpuMilli] = freeAndWhole(cpu);
  const [memFreeGib, memGib] = freeAndWhole(mem);
  const [gpuModel, lefts] = gpus?.split(':') ?? ['', ''];
  const gpusLeft = lefts ? lefts.split(',').map(Number) : [];
  return { cpuFreeMilli, cpuMilli, memFreeGib, memGib, gpuModel: gpuModel, gpusLeft };
}

function freeAndWhole(text: string): [number, number] {
  const [free, whole] = text.split('/').map(Number);
  return [free, whole ?? free];
}

/** `pod(500, 2)`: 500 millicores and 2 GiB; `pod(500, 2, 1, 300)`: and 300 milli-GPU of one device. */
export function pod(cpuMilli: number, memGib: number, gpuCount = 0, gpuMilli = 1000): PodRequest {
  const plain = { cpuMilli, memBytes: memGib * GIB };
  return gpuCount === 0 ? plain : { ...plain, gpuCount, gpuMilli };
}
