import type { NodeSpec } from './node-spec.ts';
import type { ShapeTable } from './shapes.ts';

/** No limit on pods: more than any run can place on one node. */
const NO_POD_LIMIT = 0x7fffffff;
const WHOLE_DEVICE_MILLI = 1000;
/** Devices chosen on a node travel as the bits of one 32-bit number. */
export const MAX_DEVICES_PER_NODE = 31;

/**
 * The nodes, as columns indexed by node id (0 to count-1). Everything that reads may read the columns; what changes
 * them are the verbs `bind`, `release` and `setReady` and nothing else.
 *
 * Each resource column has one row more than there are nodes: row `count` is the *probe*, a node that exists only
 * so that an index can ask a policy "what would you say to a node with this much left?" through the same formula.
 */
export class Cluster {
  readonly count: number;
  readonly specs: readonly NodeSpec[];

  readonly cpuMilli: Float64Array;
  readonly memBytes: Float64Array;
  readonly storageBytes: Float64Array;
  readonly gpuCount: Uint8Array;
  /** Index into `gpuModels`; 0 is "no model named". */
  readonly gpuModel: Int32Array;
  readonly gpuModels: readonly string[];

  readonly cpuFreeMilli: Float64Array;
  readonly memFreeBytes: Float64Array;
  readonly storageFreeBytes: Float64Array;
  /** Milli-GPU left, summed over the node's devices. */
  readonly gpuFreeMilli: Int32Array;
  /** Milli-GPU left on its emptiest device. */
  readonly gpuMostFreeMilli: Int32Array;
  /** Devices nothing runs on. */
  readonly gpuWholeFree: Uint8Array;
  /** Where the node's devices begin in `deviceFreeMilli`. */
  readonly deviceFirst: Int32Array;
  readonly deviceFreeMilli: Int32Array;
  /**
   * Kinds of GPU pods the node hosts, as bits: bit 0, pods that share a device; bit n, pods that take n whole devices.
   */
  readonly gpuClasses: Int32Array;
  /** How many pods of each kind, 32 numbers a node; empty in a cluster without GPUs. */
  private readonly gpuClassPods: Uint16Array;

  /** Names of the extended resources that any node has, sorted; `extended[k]` belongs to `extendedNames[k]`. */
  readonly extendedNames: readonly string[];
  readonly extended: readonly Float64Array[];
  readonly extendedFree: readonly Float64Array[];

  /** 1 when the node takes pods. */
  readonly ready: Uint8Array;
  readonly podCount: Int32Array;
  /** Pods it could still take by its pod limit. */
  readonly podRoom: Int32Array;
  /** Index into `zones`, sorted names; 0 is "no zone named". */
  readonly zone: Int32Array;
  readonly zones: readonly string[];

  /** Capacity of all nodes together. */
  readonly totalCpuMilli: number;
  readonly totalMemBytes: number;
  readonly totalGpuMilli: number;
  /** Capacity of the largest node in each resource: one yardstick for nodes of different size. */
  readonly largestCpuMilli: number;
  readonly largestMemBytes: number;
  readonly largestGpuMilli: number;

  constructor(specs: readonly NodeSpec[]) {
    const count = specs.length;
    this.count = count;
    this.specs = specs;
    const rows = count + 1;
    this.cpuMilli = new Float64Array(rows);
    this.memBytes = new Float64Array(rows);
    this.storageBytes = new Float64Array(rows);
    this.gpuCount = new Uint8Array(rows);
    this.gpuModel = new Int32Array(rows);
    this.deviceFirst = new Int32Array(rows);
    this.ready = new Uint8Array(rows).fill(1, 0, count);
    this.podCount = new Int32Array(rows);
    this.podRoom = new Int32Array(rows).fill(NO_POD_LIMIT);
    this.zone = new Int32Array(rows);

    this.gpuModels = ['', ...sortedDistinct(specs.map((node) => node.gpuModel))];
    this.zones = ['', ...sortedDistinct(specs.map((node) => node.zone))];
    this.extendedNames = sortedDistinct(specs.flatMap((node) => Object.keys(node.extended ?? {})));
    this.extended = this.extendedNames.map(() => new Float64Array(rows));
    const modelIndex = new Map(this.gpuModels.map((model, index) => [model, index]));
    const zoneIndex = new Map(this.zones.map((zone, index) => [zone, index]));

    let devices = 0;
    let cpu = 0;
    let mem = 0;
    for (let node = 0; node < count; node++) {
      const spec = specs[node];
      this.cpuMilli[node] = spec.cpuMilli;
      this.memBytes[node] = spec.memBytes;
      this.storageBytes[node] = spec.storageBytes ?? 0;
      const gpus = spec.gpuCount ?? 0;
      if (gpus > MAX_DEVICES_PER_NODE)
        throw new RangeError(`node "${spec.name}" has ${gpus} GPUs; a node can have at most ${MAX_DEVICES_PER_NODE}`);
      this.gpuCount[node] = gpus;
      this.gpuModel[node] = modelIndex.get(spec.gpuModel ?? '')!;
      this.zone[node] = zoneIndex.get(spec.zone ?? '')!;
      this.deviceFirst[node] = devices;
      devices += gpus;
      if (spec.podLimit !== undefined) this.podRoom[node] = spec.podLimit;
      this.extendedNames.forEach((name, k) => (this.extended[k][node] = spec.extended?.[name] ?? 0));
      cpu += spec.cpuMilli;
      mem += spec.memBytes;
    }
    this.deviceFirst[count] = devices;
    this.totalCpuMilli = cpu;
    this.totalMemBytes = mem;
    this.totalGpuMilli = devices * WHOLE_DEVICE_MILLI;
    this.largestCpuMilli = this.cpuMilli.reduce((most, one) => Math.max(most, one), 0);
    this.largestMemBytes = this.memBytes.reduce((most, one) => Math.max(most, one), 0);
    this.largestGpuMilli = this.gpuCount.reduce((most, one) => Math.max(most, one), 0) * WHOLE_DEVICE_MILLI;

    this.cpuFreeMilli = this.cpuMilli.slice();
    this.memFreeBytes = this.memBytes.slice();
    this.storageFreeBytes = this.storageBytes.slice();
    this.extendedFree = this.extended.map((column) => column.slice());
    this.deviceFreeMilli = new Int32Array(devices).fill(WHOLE_DEVICE_MILLI);
    this.gpuFreeMilli = Int32Array.from(this.gpuCount, (gpus) => gpus * WHOLE_DEVICE_MILLI);
    this.gpuMostFreeMilli = Int32Array.from(this.gpuCount, (gpus) => (gpus > 0 ? WHOLE_DEVICE_MILLI : 0));
    this.gpuWholeFree = this.gpuCount.slice();
    this.gpuClasses = new Int32Array(rows);
    this.gpuClassPods = new Uint16Array(devices > 0 ? rows * 32 : 0);
  }

  /** Whether a pod of this shape could be bound to the node now: ready, allowed there, and room in every resource. */
  fits(node: number, shape: number, shapes: ShapeTable): boolean {
    if (
      this.cpuFreeMilli[node] < shapes.cpuMilli[shape] ||
      this.memFreeBytes[node] < shapes.memBytes[shape] ||
      this.ready[node] === 0 ||
      this.podRoom[node] <= 0
    )
      return false;
    return shapes.plain[shape] === 1 || this.fitsRest(node, shape, shapes);
  }

  /** The part of `fits` that only pods with more than CPU and memory need. */
  private fitsRest(node: number, shape: number, shapes: ShapeTable): boolean {
    const allowed = shapes.allowed[shape];
    if (allowed && allowed[node] === 0) return false;
    if (this.storageFreeBytes[node] < shapes.storageBytes[shape]) return false;
    const gpus = shapes.gpuCount[shape];
    if (gpus > 0 && !this.gpusFit(node, gpus, shapes.gpuMilli[shape])) return false;
    const asks = shapes.extended[shape];
    if (asks) for (let k = 0; k < asks.length; k++) if (this.extendedFree[k][node] < asks[k]) return false;
    return true;
  }

  /** Whether `gpus` devices of the node each have `milli` left. */
  gpusFit(node: number, gpus: number, milli: number): boolean {
    if (gpus === 1) return this.gpuMostFreeMilli[node] >= milli;
    if (milli === WHOLE_DEVICE_MILLI) return this.gpuWholeFree[node] >= gpus;
    let fitting = 0;
    const end = this.deviceFirst[node] + this.gpuCount[node];
    for (let device = this.deviceFirst[node]; device < end; device++)
      if (this.deviceFreeMilli[device] >= milli) fitting++;
    return fitting >= gpus;
  }

  /**
   * The devices a pod of this shape would get by default, as bits (bit 0 is the node's first device): those with the
   * least left that fit, lowest index on ties. 0 when the shape needs none. Assumes that it fits.
   */
  bestFitDevices(node: number, shape: number, shapes: ShapeTable): number {
    const wanted = shapes.gpuCount[shape];
    if (wanted === 0) return 0;
    const milli = shapes.gpuMilli[shape];
    const first = this.deviceFirst[node];
    const count = this.gpuCount[node];
    let chosen = 0;
    for (let picked = 0; picked < wanted; picked++) {
      let best = -1;
      let bestLeft = WHOLE_DEVICE_MILLI + 1;
      for (let device = 0; device < count; device++) {
        const left = this.deviceFreeMilli[first + device];
        if (left >= milli && left < bestLeft && (chosen & (1 << device)) === 0) {
          best = device;
          bestLeft = left;
        }
      }
      chosen |= 1 << best;
    }
    return chosen;
  }

  /** Takes the shape's request from the node, GPUs from the given devices. The caller has asked `fits`. */
  bind(node: number, shape: number, devices: number, shapes: ShapeTable): void {
    this.move(node, shape, devices, shapes, -1);
  }

  /** Gives back what `bind` took. */
  release(node: number, shape: number, devices: number, shapes: ShapeTable): void {
    this.move(node, shape, devices, shapes, 1);
  }

  setReady(node: number, ready: boolean): void {
    this.ready[node] = ready ? 1 : 0;
  }

  /** Says that the node has so much CPU; what its pods hold stays, so less may be free than nothing. */
  setCpu(node: number, cpuMilli: number): void {
    this.cpuFreeMilli[node] += cpuMilli - this.cpuMilli[node];
    this.cpuMilli[node] = cpuMilli;
  }

  /** Whether some resource of the node is below zero. */
  overCapacity(node: number): boolean {
    if (this.cpuFreeMilli[node] < 0 || this.memFreeBytes[node] < 0 || this.storageFreeBytes[node] < 0) return true;
    for (const free of this.extendedFree) if (free[node] < 0) return true;
    const end = this.deviceFirst[node] + this.gpuCount[node];
    for (let device = this.deviceFirst[node]; device < end; device++) if (this.deviceFreeMilli[device] < 0) return true;
    return this.podRoom[node] < 0;
  }

  private move(node: number, shape: number, devices: number, shapes: ShapeTable, sign: 1 | -1): void {
    this.cpuFreeMilli[node] += sign * shapes.cpuMilli[shape];
    this.memFreeBytes[node] += sign * shapes.memBytes[shape];
    this.podCount[node] -= sign;
    this.podRoom[node] += sign;
    if (shapes.plain[shape] === 1) return;
    this.storageFreeBytes[node] += sign * shapes.storageBytes[shape];
    const asks = shapes.extended[shape];
    if (asks) for (let k = 0; k < asks.length; k++) this.extendedFree[k][node] += sign * asks[k];
    if (devices === 0) return;
    this.moveGpus(node, devices, sign * shapes.gpuMilli[shape]);
    const kind = shapes.gpuMilli[shape] < WHOLE_DEVICE_MILLI ? 0 : shapes.gpuCount[shape];
    const pods = (this.gpuClassPods[node * 32 + kind] -= sign);
    if (pods === 0) this.gpuClasses[node] &= ~(1 << kind);
    else this.gpuClasses[node] |= 1 << kind;
  }

  private moveGpus(node: number, devices: number, milli: number): void {
    const first = this.deviceFirst[node];
    const count = this.gpuCount[node];
    let free = 0;
    let most = 0;
    let whole = 0;
    for (let device = 0; device < count; device++) {
      if ((devices & (1 << device)) !== 0) this.deviceFreeMilli[first + device] += milli;
      const left = this.deviceFreeMilli[first + device];
      free += left;
      if (left > most) most = left;
      if (left === WHOLE_DEVICE_MILLI) whole++;
    }
    this.gpuFreeMilli[node] = free;
    this.gpuMostFreeMilli[node] = most;
    this.gpuWholeFree[node] = whole;
  }
}

function sortedDistinct(names: readonly (string | undefined)[]): string[] {
  const distinct = new Set(names.filter((name): name is string => name !== undefined && name !== ''));
  return [...distinct].sort((one, other) => (one < other ? -1 : 1));
}
