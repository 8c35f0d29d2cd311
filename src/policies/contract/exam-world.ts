import type { NodeSpec } from '../../sim/node-spec.ts';
import type { PodRequest } from '../../sim/pod-request.ts';
import { stream, type RandomStream } from '../../sim/random.ts';
import type { TypicalPod } from '../../sim/typical-pod.ts';
import { typicalPods } from '../placement/typical-pods.ts';

/** A small random cluster and the requests its pods make. */
export interface ExamWorld {
  readonly nodes: readonly NodeSpec[];
  readonly requests: readonly PodRequest[];
  readonly typicalPods: readonly TypicalPod[];
}

const GIB = 2 ** 30;
const MODELS = ['A10', 'T4', 'V100'];
const ZONES = ['east', 'west'];

/**
 * The world of this seed: up to 40 nodes of a few kinds, with and without GPUs, and about ten requests. Sizes are few
 * and round, so that equal scores are common: wrong tie-breaking shows only where there are ties.
 */
export function examWorld(seed: number): ExamWorld {
  const random = stream(seed, 'exam/world');
  const kinds = Array.from({ length: 1 + random.below(4) }, () => nodeKind(random));
  const nodes = Array.from({ length: 1 + random.below(40) }, (_, node) => ({
    ...pick(random, kinds),
    name: `node-${node}`,
    zone: pick(random, ZONES),
    ...(random.below(10) === 0 ? { taints: ['dedicated=batch'] } : {}),
    ...(random.below(10) === 0 ? { podLimit: 1 + random.below(4) } : {}),
  }));
  const requests = Array.from({ length: 3 + random.below(10) }, () => requestKind(random));
  const sample = Array.from({ length: 50 }, () => pick(random, requests));
  return { nodes, requests, typicalPods: typicalPods(sample) };
}

function nodeKind(random: RandomStream): Omit<NodeSpec, 'name'> {
  const gpuCount = pick(random, [0, 0, 1, 2, 4, 8]);
  return {
    cpuMilli: 1000 * (2 + random.below(15)),
    memBytes: GIB * (4 + 4 * random.below(8)),
    storageBytes: 100 * GIB,
    gpuCount,
    ...(gpuCount > 0 ? { gpuModel: pick(random, MODELS) } : {}),
    ...(random.below(3) === 0 ? { extended: { 'example.com/nic': 2 } } : {}),
    ...(random.below(2) === 0 ? { labels: { disk: 'ssd' } } : {}),
  };
}

function requestKind(random: RandomStream): PodRequest {
  const plain = { cpuMilli: 250 * random.below(13), memBytes: (GIB / 2) * random.below(13) };
  switch (random.below(8)) {
    case 0:
    case 1:
      return { ...plain, gpuCount: 1, gpuMilli: pick(random, [100, 250, 300, 500, 750]) };
    case 2:
      return { ...plain, gpuCount: pick(random, [1, 2, 4]) };
    case 3:
      return { ...plain, gpuCount: 1, gpuMilli: 500, gpuModels: [pick(random, MODELS), 'T4'] };
    case 4:
      return { ...plain, nodeSelector: { disk: 'ssd' }, tolerations: ['dedicated'], storageBytes: 5 * GIB };
    case 5:
      return { ...plain, extended: { 'example.com/nic': 1 } };
    default:
      return plain;
  }
}

/** One of them, all equally likely. */
export function pick<T>(random: RandomStream, from: readonly T[]): T {
  return from[random.below(from.length)];
}
