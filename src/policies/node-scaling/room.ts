import type { NodeSpec } from '../../sim/node-spec.ts';
import type { PodRequest } from '../../sim/pod-request.ts';
import type { FleetNode } from '../../sim/scaling/node-policy.ts';

const WHOLE_DEVICE_MILLI = 1000;

/** What is left of one machine while a node policy thinks "what if": the resources only, not labels or taints. */
export class Room {
  cpuFreeMilli: number;
  memFreeBytes: number;
  pods = 0;
  private storageFreeBytes: number;
  private podsFree: number;
  /** Milli-GPU left on each device. */
  private devices: number[];
  private extendedFree: Readonly<Record<string, number>>;

  /** An empty machine of this kind. */
  constructor(spec: NodeSpec) {
    this.cpuFreeMilli = spec.cpuMilli;
    this.memFreeBytes = spec.memBytes;
    this.storageFreeBytes = spec.storageBytes ?? 0;
    this.podsFree = spec.podLimit ?? Infinity;
    this.devices = new Array<number>(spec.gpuCount ?? 0).fill(WHOLE_DEVICE_MILLI);
    this.extendedFree = spec.extended ?? {};
  }

  /** The machine as it is now. Which GPU device a pod holds is not in the view: its pods are packed best fit. */
  static of(node: FleetNode): Room {
    const room = new Room(node.spec);
    for (const pod of node.pods) room.take(pod.request);
    room.cpuFreeMilli = node.cpuFreeMilli;
    room.memFreeBytes = node.memFreeBytes;
    return room;
  }

  copy(spec: NodeSpec): Room {
    const other = new Room(spec);
    other.cpuFreeMilli = this.cpuFreeMilli;
    other.memFreeBytes = this.memFreeBytes;
    other.pods = this.pods;
    other.storageFreeBytes = this.storageFreeBytes;
    other.podsFree = this.podsFree;
    other.devices = [...this.devices];
    other.extendedFree = this.extendedFree;
    return other;
  }

  fits(request: PodRequest): boolean {
    if (request.cpuMilli > this.cpuFreeMilli || request.memBytes > this.memFreeBytes || this.podsFree < 1) return false;
    if ((request.storageBytes ?? 0) > this.storageFreeBytes) return false;
    if (request.gpuCount && this.devicesFor(request).length < request.gpuCount) return false;
    if (request.extended) {
      for (const name of Object.keys(request.extended))
        if (request.extended[name] > (this.extendedFree[name] ?? 0)) return false;
    }
    return true;
  }

  take(request: PodRequest): void {
    this.cpuFreeMilli -= request.cpuMilli;
    this.memFreeBytes -= request.memBytes;
    this.storageFreeBytes -= request.storageBytes ?? 0;
    this.podsFree--;
    this.pods++;
    if (request.gpuCount) {
      const chosen = this.devicesFor(request).slice(0, request.gpuCount);
      for (const device of chosen) this.devices[device] -= request.gpuMilli ?? WHOLE_DEVICE_MILLI;
    }
    if (request.extended) {
      const left = { ...this.extendedFree };
      for (const name of Object.keys(request.extended)) left[name] = (left[name] ?? 0) - request.extended[name];
      this.extendedFree = left;
    }
  }

  /** The devices with enough left, fullest first. */
  private devicesFor(request: PodRequest): number[] {
    const milli = request.gpuMilli ?? WHOLE_DEVICE_MILLI;
    return [...this.devices.keys()]
      .filter((device) => this.devices[device] >= milli)
      .sort((a, b) => this.devices[a] - this.devices[b] || a - b);
  }
}
