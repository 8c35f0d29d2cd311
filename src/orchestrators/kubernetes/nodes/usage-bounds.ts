import type { PodUsage } from '../behaviour/workload-behaviour.ts';
import { lastingContainers } from '../objects/lasting-containers.ts';
import type { ResourceList } from '../objects/meta.ts';
import type { Node } from '../objects/node.ts';
import type { Container, Pod } from '../objects/pod.ts';
import { quantityValue } from '../objects/quantity.ts';
import type { NodeOptions } from './node-options.ts';

/** The most that pods may use, of one pod or of all on a node. */
interface Bounds {
  memBytes: number;
  diskBytes: number;
  /** Containers that may pass their memory limit. */
  mayPassLimits: number;
}

/** Stands for "not known" in sums. */
const HUGE_BYTES = 2 ** 50;

/** Where memory or disk can run short at all: sums of the most that the pods of each node may use. */
export class UsageBounds {
  private readonly usage: PodUsage;
  private readonly options: NodeOptions;
  private readonly byNode = new Map<string, Bounds>();
  private readonly byPod = new Map<number, Bounds>();

  constructor(usage: PodUsage, options: NodeOptions) {
    this.usage = usage;
    this.options = options;
  }

  add(nodeName: string, pod: Pod): void {
    const bounds = this.boundsOf(pod);
    this.byPod.set(pod.id, bounds);
    this.count(nodeName, bounds, 1);
  }

  /** The pod as it was added. */
  remove(nodeName: string, podId: number): void {
    const bounds = this.byPod.get(podId);
    if (bounds === undefined) return;
    this.byPod.delete(podId);
    this.count(nodeName, bounds, -1);
  }

  canRunShort(node: Node): boolean {
    const bounds = this.byNode.get(node.metadata.name);
    if (bounds === undefined) return false;
    const { evictionHardMemBytes, evictionHardDiskShare, imageGcHighShare } = this.options;
    if (bounds.mayPassLimits > 0) return true;
    if (bounds.memBytes > memForPods(node, evictionHardMemBytes) - evictionHardMemBytes) return true;
    const diskBytes = amountOf(node.status.capacity, 'ephemeral-storage');
    if (diskBytes === 0) return false;
    const imageBytes = node.status.images.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    return bounds.diskBytes + imageBytes > diskBytes * Math.min(1 - evictionHardDiskShare, imageGcHighShare);
  }

  private boundsOf(pod: Pod): Bounds {
    const { usage } = this;
    const bounds: Bounds = { memBytes: 0, diskBytes: 0, mayPassLimits: 0 };
    for (const container of lastingContainers(pod.spec)) {
      const bytes = usage.mostMemBytes === undefined ? Infinity : usage.mostMemBytes(pod, container.name);
      bounds.memBytes += Math.min(HUGE_BYTES, bytes);
      if (bytes > memLimitBytes(container)) bounds.mayPassLimits++;
    }
    bounds.diskBytes = Math.min(HUGE_BYTES, usage.mostDiskBytes === undefined ? Infinity : usage.mostDiskBytes(pod));
    return bounds;
  }

  private count(nodeName: string, { memBytes, diskBytes, mayPassLimits }: Bounds, sign: 1 | -1): void {
    let sums = this.byNode.get(nodeName);
    if (sums === undefined) this.byNode.set(nodeName, (sums = { memBytes: 0, diskBytes: 0, mayPassLimits: 0 }));
    sums.memBytes += sign * memBytes;
    sums.diskBytes += sign * diskBytes;
    sums.mayPassLimits += sign * mayPassLimits;
  }
}

/** A container's memory limit; Infinity: none. */
export function memLimitBytes({ resources }: Container): number {
  const limit = resources.limits['memory'];
  return limit === undefined ? Infinity : quantityValue(limit);
}

/** Memory that pods may use before the node itself has none: allocatable and the eviction threshold, which it leaves out. */
export function memForPods({ status }: Node, thresholdBytes: number): number {
  return Math.min(amountOf(status.capacity, 'memory'), amountOf(status.allocatable, 'memory') + thresholdBytes);
}

export function amountOf(list: ResourceList, name: string): number {
  return quantityValue(list[name] ?? '0');
}
