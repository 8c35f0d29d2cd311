import type { Cluster } from './cluster.ts';
import type { Pods } from './pods.ts';
import type { ShapeTable } from './shapes.ts';

/**
 * The pod as a policy sees it: what its user asked for and said, never what only the future knows (its true run
 * time). One object is moved from pod to pod; read it at once and do not keep it.
 */
export class PodView {
  /**
   * Whether something was read that two pods of one shape need not share. A decision made with it must not be
   * remembered per shape, so the engine then scans every node.
   */
  readBeyondShape = false;
  private shape = 0;
  private slot = -1;
  private readonly shapes: ShapeTable;
  private readonly pods: Pods | undefined;

  constructor(shapes: ShapeTable, pods: Pods | undefined) {
    this.shapes = shapes;
    this.pods = pods;
  }

  /** Points the view at a pod; slot -1 stands for "any pod of this shape". */
  moveTo(shape: number, slot: number): this {
    this.shape = shape;
    this.slot = slot;
    return this;
  }

  /** Requested CPU in millicores. */
  get cpuMilli(): number {
    return this.shapes.cpuMilli[this.shape];
  }
  get memBytes(): number {
    return this.shapes.memBytes[this.shape];
  }
  /** Ephemeral storage. */
  get storageBytes(): number {
    return this.shapes.storageBytes[this.shape];
  }
  /** GPU devices wanted. */
  get gpuCount(): number {
    return this.shapes.gpuCount[this.shape];
  }
  /** Milli-GPU wanted on each device; 0 without GPUs. */
  get gpuMilli(): number {
    return this.shapes.gpuMilli[this.shape];
  }
  /** Models that will do; empty: any. */
  get gpuModels(): readonly string[] {
    return this.shapes.requests[this.shape].gpuModels ?? [];
  }
  /** The largest share of the whole cluster it asks for: of its CPU, its memory or its GPUs (Ghodsi et al., NSDI 2011). */
  get dominantShare(): number {
    return this.shapes.dominantShare(this.shape);
  }
  /** Amount of an extended resource. */
  extended(name: string): number {
    return this.shapes.requests[this.shape].extended?.[name] ?? 0;
  }

  /** Its number in order of arrival, from 0. */
  get number(): number {
    return this.beyond((pods, slot) => pods.number[slot], 0);
  }
  /** What its user says it will run, in microseconds; Infinity when nothing was said. */
  get estimateUs(): number {
    return this.beyond((pods, slot) => pods.estimateUs[slot], Infinity);
  }
  get priority(): number {
    return this.beyond((pods, slot) => pods.priority[slot], 0);
  }
  get arrivesUs(): number {
    return this.beyond((pods, slot) => pods.arrivesUs[slot], 0);
  }
  get user(): string {
    return this.beyond((pods, slot) => pods.userNames[pods.user[slot]], '');
  }
  /** Members of its gang, itself included; 1 outside gangs. */
  get gangSize(): number {
    return this.beyond((pods, slot) => pods.gangSize[slot], 1);
  }

  private beyond<T>(read: (pods: Pods, slot: number) => T, otherwise: T): T {
    this.readBeyondShape = true;
    return this.pods && this.slot >= 0 ? read(this.pods, this.slot) : otherwise;
  }
}

/** The node as a policy sees it: capacities, what is free, names. One object is moved from node to node. */
export class NodeView {
  private node = 0;
  private readonly cluster: Readonly<Cluster>;

  constructor(cluster: Readonly<Cluster>) {
    this.cluster = cluster;
  }

  moveTo(node: number): this {
    this.node = node;
    return this;
  }

  get id(): number {
    return this.node;
  }
  get name(): string {
    return this.cluster.specs[this.node]?.name ?? 'probe';
  }
  get cpuMilli(): number {
    return this.cluster.cpuMilli[this.node];
  }
  get cpuFreeMilli(): number {
    return this.cluster.cpuFreeMilli[this.node];
  }
  get memBytes(): number {
    return this.cluster.memBytes[this.node];
  }
  get memFreeBytes(): number {
    return this.cluster.memFreeBytes[this.node];
  }
  get storageBytes(): number {
    return this.cluster.storageBytes[this.node];
  }
  get storageFreeBytes(): number {
    return this.cluster.storageFreeBytes[this.node];
  }
  get gpuCount(): number {
    return this.cluster.gpuCount[this.node];
  }
  get gpuModel(): string {
    return this.cluster.gpuModels[this.cluster.gpuModel[this.node]];
  }
  /** Milli-GPU left over all its devices. */
  get gpuFreeMilli(): number {
    return this.cluster.gpuFreeMilli[this.node];
  }
  /** Devices nothing runs on. */
  get gpuWholeFree(): number {
    return this.cluster.gpuWholeFree[this.node];
  }
  /** Kinds of GPU pods on it, as bits: bit 0, pods that share a device; bit n, pods that take n whole devices. */
  get gpuClasses(): number {
    return this.cluster.gpuClasses[this.node];
  }
  /** Capacity of the cluster's largest node: one yardstick for nodes of different size. */
  get largestCpuMilli(): number {
    return this.cluster.largestCpuMilli;
  }
  get largestMemBytes(): number {
    return this.cluster.largestMemBytes;
  }
  get largestGpuMilli(): number {
    return this.cluster.largestGpuMilli;
  }
  /** Milli-GPU left on one device, 0 to gpuCount-1. */
  deviceFreeMilli(device: number): number {
    return this.cluster.deviceFreeMilli[this.cluster.deviceFirst[this.node] + device];
  }
  extended(name: string): number {
    return this.cluster.extended[this.cluster.extendedNames.indexOf(name)]?.[this.node] ?? 0;
  }
  extendedFree(name: string): number {
    return this.cluster.extendedFree[this.cluster.extendedNames.indexOf(name)]?.[this.node] ?? 0;
  }
  /** Pods on it now. */
  get podCount(): number {
    return this.cluster.podCount[this.node];
  }
  get zone(): string {
    return this.cluster.zones[this.cluster.zone[this.node]];
  }
  get labels(): Readonly<Record<string, string>> {
    return this.cluster.specs[this.node]?.labels ?? {};
  }
}
