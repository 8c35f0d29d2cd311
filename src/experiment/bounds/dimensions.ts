import type { NodeSpec } from '../../sim/node-spec.ts';
import type { PodRequest } from '../../sim/pod-request.ts';

/** One thing that nodes have and pods take, in whole numbers; what the pods of a node take never passes what it has. */
export interface Dimension {
  readonly name: string;
  readonly has: (node: NodeSpec) => number;
  readonly takes: (request: PodRequest) => number;
}

const WHOLE_DEVICE_MILLI = 1000;

/**
 * The dimensions in which this cluster is limited: CPU, memory, storage, pods, milli-GPU, GPU devices and each extended
 * resource. A device hosts one pod that takes more than half of it, or two that take half: devices are counted in halves.
 */
export function dimensionsOf(nodes: readonly NodeSpec[]): Dimension[] {
  const extended = new Set(nodes.flatMap((node) => Object.keys(node.extended ?? {})));
  const all: Dimension[] = [
    { name: 'CPU', has: (node) => node.cpuMilli, takes: (request) => request.cpuMilli },
    { name: 'memory', has: (node) => node.memBytes, takes: (request) => request.memBytes },
    { name: 'storage', has: (node) => node.storageBytes ?? 0, takes: (request) => request.storageBytes ?? 0 },
    { name: 'pods per node', has: (node) => node.podLimit ?? Infinity, takes: () => 1 },
    { name: 'GPU', has: (node) => (node.gpuCount ?? 0) * WHOLE_DEVICE_MILLI, takes: gpuMilliOf },
    { name: 'GPU devices', has: (node) => (node.gpuCount ?? 0) * 2, takes: deviceHalves },
    ...[...extended].sort().map((name): Dimension => ({
      name,
      has: (node) => node.extended?.[name] ?? 0,
      takes: (request) => request.extended?.[name] ?? 0,
    })),
  ];
  return all.filter((dimension) => {
    const most = nodes.reduce((largest, node) => Math.max(largest, dimension.has(node)), 0);
    return most > 0 && most < Infinity;
  });
}

function gpuMilliOf(request: PodRequest): number {
  return (request.gpuCount ?? 0) * (request.gpuMilli ?? WHOLE_DEVICE_MILLI);
}

function deviceHalves(request: PodRequest): number {
  const milli = request.gpuMilli ?? WHOLE_DEVICE_MILLI;
  const halves = 2 * milli > WHOLE_DEVICE_MILLI ? 2 : 2 * milli === WHOLE_DEVICE_MILLI ? 1 : 0;
  return (request.gpuCount ?? 0) * halves;
}
