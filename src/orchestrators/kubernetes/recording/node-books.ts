import { quantityMilli, quantityValue } from '../objects/quantity.ts';
import { nodeResources, type NodeResources } from '../objects/node-resources.ts';
import type { Node } from '../objects/node.ts';
import { podResources, type PodResources } from '../objects/pod-resources.ts';
import type { Pod } from '../objects/pod.ts';
import type { Taken } from '../../recording/pod-numbers.ts';

/** One node's pods, by the scheduler's books. */
export interface NodeBook {
  readonly number: number;
  readonly name: string;
  capacity: NodeResources;
  /** Of the machine, for its price and its use. */
  machineCpuMilli: number;
  machineMemBytes: number;
  readonly pods: Map<number, Pod>;
  cpuMilli: number;
  memBytes: number;
  ephemeralBytes: number;
  readonly scalars: Map<string, number>;
  /** Resources of which more was taken than there was when the run began, or that shrank since. */
  readonly excused: Set<string>;
}

/** A book for a node that has just come. */
export function newBook(number: number, node: Node): NodeBook {
  return {
    number,
    name: node.metadata.name,
    capacity: nodeResources(node),
    machineCpuMilli: quantityMilli(node.status.capacity['cpu'] ?? node.status.allocatable['cpu'] ?? '0'),
    machineMemBytes: quantityValue(node.status.capacity['memory'] ?? node.status.allocatable['memory'] ?? '0'),
    pods: new Map(),
    cpuMilli: 0,
    memBytes: 0,
    ephemeralBytes: 0,
    scalars: new Map(),
    excused: new Set(),
  };
}

/** The pod takes its part of the node, or gives it back. */
export function enter(book: NodeBook, pod: Pod, sign: 1 | -1): void {
  const resources = podResources(pod.spec);
  book.cpuMilli += sign * resources.cpuMilli;
  book.memBytes += sign * resources.memBytes;
  book.ephemeralBytes += sign * resources.ephemeralBytes;
  for (const { name, amount } of resources.scalars)
    book.scalars.set(name, (book.scalars.get(name) ?? 0) + sign * amount);
  if (sign === 1) book.pods.set(pod.id, pod);
  else book.pods.delete(pod.id);
}

/** Resources of which more is taken than there is; `of`: only those that this pod asks for. */
export function overfull(book: NodeBook, of?: PodResources): string[] {
  const { capacity } = book;
  const over: string[] = [];
  const check = (name: string, taken: number, has: number, asked: number): void => {
    if (taken > has && asked > 0) over.push(name);
  };
  check('cpu', book.cpuMilli, capacity.cpuMilli, of?.cpuMilli ?? 1);
  check('memory', book.memBytes, capacity.memBytes, of?.memBytes ?? 1);
  check('ephemeral-storage', book.ephemeralBytes, capacity.ephemeralBytes, of?.ephemeralBytes ?? 1);
  check('pods', book.pods.size, capacity.pods, 1);
  for (const [name, taken] of book.scalars) {
    const asked = of === undefined ? 1 : (of.scalars.find((one) => one.name === name)?.amount ?? 0);
    check(name, taken, capacity.scalars.get(name) ?? 0, asked);
  }
  return over;
}

/** What reports count of a pod: CPU, memory and GPUs of any maker. */
export function takenBy(pod: Pod): Taken {
  const { cpuMilli, memBytes, scalars } = podResources(pod.spec);
  let gpus = 0;
  for (const { name, amount } of scalars) if (name.endsWith('/gpu')) gpus += amount;
  return { cpuMilli, memBytes, gpuMilli: gpus * 1000 };
}

/** GPUs of a node, in thousandths. */
export function gpuMilliOf({ scalars }: NodeResources): number {
  let gpus = 0;
  for (const [name, amount] of scalars) if (name.endsWith('/gpu')) gpus += amount;
  return gpus * 1000;
}
