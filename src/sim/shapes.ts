import type { NodeSpec } from './node-spec.ts';
import { requestKey, type PodRequest } from './pod-request.ts';

/** What the shapes must know of the cluster: enough to say once, per shape, where it may run at all. */
export interface ShapeHome {
  readonly count: number;
  readonly specs: readonly NodeSpec[];
  readonly extendedNames: readonly string[];
}

/** Shapes no living pod has are kept this long in case they come back, then their ids are used again. */
const IDLE_SHAPES_KEPT = 4096;

/**
 * The distinct requests of the pods alive, each under a small whole number: its *shape*. Decisions are indexed by
 * shape, since two pods of one shape are alike to every policy that looks at requests only.
 *
 * Columns grow, so read them through the table (`shapes.cpuMilli[shape]`) and do not keep them.
 */
export class ShapeTable {
  cpuMilli = new Float64Array(16);
  memBytes = new Float64Array(16);
  storageBytes = new Float64Array(16);
  gpuCount = new Uint8Array(16);
  gpuMilli = new Int32Array(16);
  /** 1 when the shape asks for CPU and memory only and may run on every node. */
  plain = new Uint8Array(16);
  /** How often this id has been given to another request; an index that remembers shapes compares it. */
  generation = new Uint32Array(16);
  /** Amounts in the order of the cluster's `extendedNames`; null when it asks for none. */
  readonly extended: (Float64Array | null)[] = [];
  /** 1 for each node it may run on by labels, taints and GPU model; null when it may run on all. */
  readonly allowed: (Uint8Array | null)[] = [];
  readonly requests: PodRequest[] = [];

  private readonly home: ShapeHome;
  private readonly totals = { cpuMilli: 0, memBytes: 0, gpuMilli: 0 };
  /** Whether any node has a taint; if none has, most requests may run everywhere and no node need be asked. */
  private readonly tainted: boolean;
  private readonly keys: string[] = [];
  private readonly users: number[] = [];
  private readonly byIdentity = new Map<PodRequest, number>();
  private readonly byKey = new Map<string, number>();
  private readonly aliases: PodRequest[][] = [];
  /** Shapes without users, oldest first; an entry is void when the shape has found users again. */
  private idle: number[] = [];
  private idleHead = 0;
  private readonly idleAt: number[] = [];

  constructor(home: ShapeHome) {
    this.home = home;
    this.tainted = home.specs.some((node) => node.taints !== undefined && node.taints.length > 0);
    for (const node of home.specs) {
      this.totals.cpuMilli += node.cpuMilli;
      this.totals.memBytes += node.memBytes;
      this.totals.gpuMilli += 1000 * (node.gpuCount ?? 0);
    }
  }

  /** Ids given out so far; some may be idle. */
  get count(): number {
    return this.requests.length;
  }

  /** The shape of this request, counted as used by one more pod until `release`. */
  acquire(request: PodRequest): number {
    let shape = this.byIdentity.get(request);
    if (shape === undefined) shape = this.intern(request);
    this.users[shape]++;
    return shape;
  }

  /** One pod fewer has this shape. */
  release(shape: number): void {
    if (--this.users[shape] > 0) return;
    this.idleAt[shape] = this.idleHead + this.idle.length;
    this.idle.push(shape);
    if (this.idle.length > 2 * IDLE_SHAPES_KEPT) this.compactIdle();
  }

  /** The largest share of the cluster's CPU, memory or GPUs that the shape asks for; what no node has counts as nothing. */
  dominantShare(shape: number): number {
    const share = (asked: number, total: number): number => (total > 0 ? asked / total : 0);
    return Math.max(
      share(this.cpuMilli[shape], this.totals.cpuMilli),
      share(this.memBytes[shape], this.totals.memBytes),
      share(this.gpuCount[shape] * this.gpuMilli[shape], this.totals.gpuMilli),
    );
  }

  private intern(request: PodRequest): number {
    const key = requestKey(request);
    let shape = this.byKey.get(key);
    if (shape === undefined) {
      shape = this.recycle() ?? this.append();
      this.fill(shape, request, key);
    }
    // A source that makes a new object for every row must not make the identity map grow with it.
    const aliases = this.aliases[shape];
    if (aliases.length === 8) this.byIdentity.delete(aliases.shift()!);
    aliases.push(request);
    this.byIdentity.set(request, shape);
    return shape;
  }

  private recycle(): number | undefined {
    this.dropRevived();
    if (this.idle.length <= IDLE_SHAPES_KEPT) return undefined;
    const shape = this.idle.shift()!;
    this.idleHead++;
    this.byKey.delete(this.keys[shape]);
    for (const alias of this.aliases[shape]) this.byIdentity.delete(alias);
    this.aliases[shape] = [];
    this.generation[shape]++;
    return shape;
  }

  private dropRevived(): void {
    while (this.idle.length > 0 && this.isRevived(this.idle[0], this.idleHead)) {
      this.idle.shift();
      this.idleHead++;
    }
  }

  private compactIdle(): void {
    const kept: number[] = [];
    this.idle.forEach((shape, k) => {
      if (!this.isRevived(shape, this.idleHead + k)) kept.push(shape);
    });
    this.idle = kept;
    this.idleHead = 0;
    kept.forEach((shape, k) => (this.idleAt[shape] = k));
  }

  /** Whether the idle list's entry at this position is void: the shape has users, or went idle again later. */
  private isRevived(shape: number, position: number): boolean {
    return this.users[shape] > 0 || this.idleAt[shape] !== position;
  }

  private append(): number {
    const shape = this.requests.length;
    if (shape === this.cpuMilli.length) this.grow();
    this.users[shape] = 0;
    this.aliases[shape] = [];
    return shape;
  }

  private grow(): void {
    const size = this.cpuMilli.length * 2;
    const wider = <T extends { set(from: T): void }>(column: T, make: (size: number) => T): T => {
      const copy = make(size);
      copy.set(column);
      return copy;
    };
    this.cpuMilli = wider(this.cpuMilli, (n) => new Float64Array(n));
    this.memBytes = wider(this.memBytes, (n) => new Float64Array(n));
    this.storageBytes = wider(this.storageBytes, (n) => new Float64Array(n));
    this.gpuCount = wider(this.gpuCount, (n) => new Uint8Array(n));
    this.gpuMilli = wider(this.gpuMilli, (n) => new Int32Array(n));
    this.plain = wider(this.plain, (n) => new Uint8Array(n));
    this.generation = wider(this.generation, (n) => new Uint32Array(n));
  }

  private fill(shape: number, request: PodRequest, key: string): void {
    this.requests[shape] = request;
    this.keys[shape] = key;
    this.byKey.set(key, shape);
    this.users[shape] = 0;
    this.cpuMilli[shape] = request.cpuMilli;
    this.memBytes[shape] = request.memBytes;
    this.storageBytes[shape] = request.storageBytes ?? 0;
    const gpus = request.gpuCount ?? 0;
    this.gpuCount[shape] = gpus;
    this.gpuMilli[shape] = gpus > 0 ? (request.gpuMilli ?? 1000) : 0;
    const { extended, known } = extendedAsks(request, this.home.extendedNames);
    this.extended[shape] = extended;
    this.allowed[shape] = known ? whereAllowed(request, this.home, this.tainted) : new Uint8Array(this.home.count + 1);
    this.plain[shape] =
      this.allowed[shape] === null && extended === null && gpus === 0 && this.storageBytes[shape] === 0 ? 1 : 0;
  }
}

/** The request's extended resources in the cluster's order, and whether some node has each of them at all. */
function extendedAsks(
  request: PodRequest,
  names: readonly string[],
): { extended: Float64Array | null; known: boolean } {
  const asked = Object.entries(request.extended ?? {}).filter(([, amount]) => amount > 0);
  if (asked.length === 0) return { extended: null, known: true };
  const extended = new Float64Array(names.length);
  let known = true;
  for (const [name, amount] of asked) {
    const k = names.indexOf(name);
    if (k < 0) known = false;
    else extended[k] = amount;
  }
  return { extended, known };
}

/** Which nodes the request may run on by what never changes; null for all of them. The probe's row stays 1. */
function whereAllowed(request: PodRequest, home: ShapeHome, tainted: boolean): Uint8Array | null {
  const choosy = request.nodeSelector !== undefined || (request.gpuCount && request.gpuModels?.length);
  if (!tainted && !choosy) return null;
  const allowed = new Uint8Array(home.count + 1).fill(1);
  let barred = false;
  for (let node = 0; node < home.count; node++) {
    if (whyBarred(request, home.specs[node]) !== undefined) {
      allowed[node] = 0;
      barred = true;
    }
  }
  return barred ? allowed : null;
}

/** The rule that keeps the request off this node whatever its load, as a phrase; undefined when none does. */
export function whyBarred(request: PodRequest, node: NodeSpec): string | undefined {
  for (const [label, value] of Object.entries(request.nodeSelector ?? {})) {
    if (node.labels?.[label] !== value) return `lacks label ${label}=${value}`;
  }
  for (const taint of node.taints ?? []) {
    const tolerated = request.tolerations?.some((one) => one === taint || taint.startsWith(`${one}=`));
    if (!tolerated) return `has taint ${taint}`;
  }
  if (request.gpuCount && request.gpuModels?.length && !request.gpuModels.includes(node.gpuModel ?? ''))
    return `has GPU model ${node.gpuModel ?? 'none'}, not ${request.gpuModels.join(' or ')}`;
  return undefined;
}
