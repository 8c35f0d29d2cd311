import type { RandomStream } from '../../../sim/random.ts';
import type { Node } from '../objects/node.ts';
import { type PodResources, podResources } from '../objects/pod-resources.ts';
import type { Pod } from '../objects/pod.ts';
import { ImageCache } from './image-cache.ts';
import type { PodRun } from './pod-run.ts';

/** What one kubelet knows and holds: its pods, images, phases of its timers. */
export class NodeRuntime {
  readonly name: string;
  /** Number of the Node object. */
  readonly id: number;
  readonly random: RandomStream;
  /** Its heartbeats come at this phase, in tenths of a second. */
  readonly heartbeatPhaseUs: number;
  readonly relistPhaseUs: number;
  readonly pods = new Map<number, PodRun>();
  readonly images: ImageCache;
  /** When its kubelet was last started. */
  kubeletStartUs: number;
  /** When its status is to be posted. */
  postUs = Infinity;
  /** And once more then, since a condition may be over. */
  againUs = -Infinity;
  /** Its kubelet works and has what it needs. */
  online = false;
  /** The API server hears it and it hears the API server. */
  heard = false;
  /** Nothing new is taken: the node is shutting down. */
  shuttingDown = false;
  memoryPressureUntilUs = -Infinity;
  diskPressureUntilUs = -Infinity;
  /** Images differ from what the Node object says. */
  imagesChanged = false;
  /** What its admitted pods ask for. */
  readonly used = { cpuMilli: 0, memBytes: 0, ephemeralBytes: 0, pods: 0, scalars: new Map<string, number>() };

  constructor(node: Node, random: RandomStream, nowUs: number) {
    this.name = node.metadata.name;
    this.id = node.id;
    this.random = random;
    this.heartbeatPhaseUs = random.below(100) * 100_000;
    this.relistPhaseUs = random.below(1000) * 1000;
    this.images = new ImageCache(node.status.images);
    this.kubeletStartUs = nowUs;
  }

  /** Counts an admitted pod in, or out with -1. */
  count(pod: Pod, sign: 1 | -1): void {
    const { used } = this;
    const asked: PodResources = podResources(pod.spec);
    used.cpuMilli += sign * asked.cpuMilli;
    used.memBytes += sign * asked.memBytes;
    used.ephemeralBytes += sign * asked.ephemeralBytes;
    used.pods += sign;
    for (const { name, amount } of asked.scalars) used.scalars.set(name, (used.scalars.get(name) ?? 0) + sign * amount);
  }
}
