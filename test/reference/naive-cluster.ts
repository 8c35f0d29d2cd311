import type { NodeSpec } from '../../src/sim/node-spec.ts';
import type { PodRequest } from '../../src/sim/pod-request.ts';

/** One machine, written for clarity: plain objects, nothing remembered. Reads as a policy's node view does. */
export class NaiveNode {
  readonly id: number;
  readonly spec: NodeSpec;
  readonly pods = new Map<number, { request: PodRequest; devices: number[] }>();

  constructor(spec: NodeSpec, id: number) {
    this.spec = spec;
    this.id = id;
  }

  get cpuMilli(): number {
    return this.spec.cpuMilli;
  }
  get memBytes(): number {
    return this.spec.memBytes;
  }
  get gpuCount(): number {
    return this.spec.gpuCount ?? 0;
  }
  get cpuFreeMilli(): number {
    return this.cpuMilli - this.sum((request) => request.cpuMilli);
  }
  get memFreeBytes(): number {
    return this.memBytes - this.sum((request) => request.memBytes);
  }
  get gpuFreeMilli(): number {
    return this.devicesFreeMilli().reduce((sum, one) => sum + one, 0);
  }
  get podCount(): number {
    return this.pods.size;
  }

  /** What is left on each GPU. */
  devicesFreeMilli(): number[] {
    const free = Array.from({ length: this.gpuCount }, () => 1000);
    for (const { request, devices } of this.pods.values())
      for (const device of devices) free[device] -= request.gpuMilli ?? 1000;
    return free;
  }

  fits(request: PodRequest): boolean {
    const { spec } = this;
    const left = (name: string): number =>
      (spec.extended?.[name] ?? 0) - this.sum((other) => other.extended?.[name] ?? 0);
    return (
      this.cpuFreeMilli >= request.cpuMilli &&
      this.memFreeBytes >= request.memBytes &&
      (spec.storageBytes ?? 0) - this.sum((other) => other.storageBytes ?? 0) >= (request.storageBytes ?? 0) &&
      this.pods.size < (spec.podLimit ?? Infinity) &&
      Object.entries(request.extended ?? {}).every(([name, amount]) => left(name) >= amount) &&
      Object.entries(request.nodeSelector ?? {}).every(([label, value]) => spec.labels?.[label] === value) &&
      (spec.taints ?? []).every((taint) => request.tolerations?.includes(taint)) &&
      this.devicesFor(request) !== undefined
    );
  }

  /** The devices with the least left that fit, lowest first on ties; undefined when there are not enough. */
  devicesFor(request: PodRequest): number[] | undefined {
    const count = request.gpuCount ?? 0;
    if (count === 0) return [];
    if (request.gpuModels?.length && !request.gpuModels.includes(this.spec.gpuModel ?? '')) return undefined;
    const fitting = this.devicesFreeMilli()
      .map((free, device) => ({ free, device }))
      .filter(({ free }) => free >= (request.gpuMilli ?? 1000))
      .sort((one, other) => one.free - other.free || one.device - other.device);
    return fitting.length < count ? undefined : fitting.slice(0, count).map(({ device }) => device);
  }

  /** Whether something is below zero. */
  isOver(): boolean {
    return (
      this.cpuFreeMilli < 0 ||
      this.memFreeBytes < 0 ||
      this.devicesFreeMilli().some((free) => free < 0) ||
      this.pods.size > (this.spec.podLimit ?? Infinity)
    );
  }

  private sum(amount: (request: PodRequest) => number): number {
    let sum = 0;
    for (const { request } of this.pods.values()) sum += amount(request);
    return sum;
  }
}
