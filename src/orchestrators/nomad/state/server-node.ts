import type { MachineSpec, Resources } from '../../data-plane/machine-spec.ts';
import type { Allocation } from './allocation.ts';

/** What the servers know of a client. */
export interface ServerNode {
  /** Its machine's. */
  readonly number: number;
  readonly spec: MachineSpec;
  readonly name: string;
  readonly datacenter: string;
  readonly pool: string;
  /** By their names between `${` and `}`. */
  readonly attributes: ReadonlyMap<string, string>;
  /** Nodes with the same answers to all constraints that are not about one node alone have the same one. */
  readonly computedClass: string;
  status: 'initializing' | 'ready' | 'down' | 'disconnected';
  eligible: boolean;
  /** Being emptied, at the latest until this time. */
  drainDeadlineUs: number | undefined;
  /** Allocations that hold resources. */
  readonly allocs: Set<Allocation>;
  readonly used: { cpuMilli: number; memBytes: number; diskBytes: number; gpuCount: number; dynamicPorts: number };
  readonly staticPorts: Map<number, number>;
}

export function nodeIsReady(node: ServerNode): boolean {
  return node.status === 'ready' && node.eligible && node.drainDeadlineUs === undefined;
}

/** The allocation begins, or ceases, to hold its resources. */
export function hold(node: ServerNode, alloc: Allocation, sign: 1 | -1): void {
  const has = node.allocs.has(alloc);
  if (has === (sign === 1)) return;
  if (sign === 1) node.allocs.add(alloc);
  else node.allocs.delete(alloc);
  addResources(node.used, alloc.resources, sign);
  node.used.dynamicPorts += sign * alloc.dynamicPorts;
  for (const port of alloc.staticPorts) node.staticPorts.set(port, (node.staticPorts.get(port) ?? 0) + sign);
}

export function addResources(
  to: { cpuMilli: number; memBytes: number; diskBytes: number; gpuCount: number },
  what: Resources,
  sign: 1 | -1,
): void {
  to.cpuMilli += sign * what.cpuMilli;
  to.memBytes += sign * what.memBytes;
  to.diskBytes += sign * what.diskBytes;
  to.gpuCount += sign * what.gpuCount;
}
