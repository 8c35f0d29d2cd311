import { NO_RESOURCES, type Resources } from '../../data-plane/machine-spec.ts';
import { minus, plus } from './quantities.ts';

/** A node of the tree of clients. A client that has others below it is a leaf called `.` below itself. */
export interface ClientNode {
  readonly name: string;
  /** As weights are told. */
  readonly path: string;
  readonly parent: ClientNode | undefined;
  readonly children: ClientNode[];
  /** Set in leaves: the client, and whether it is listed. */
  client: string | undefined;
  active: boolean;
  allocation: Resources;
  /** Allocations made so far, here and below. */
  allocations: number;
}

function makeNode(name: string, path: string, parent: ClientNode | undefined): ClientNode {
  const node: ClientNode = {
    name,
    path,
    parent,
    children: [],
    client: undefined,
    active: false,
    allocation: NO_RESOURCES,
    allocations: 0,
  };
  parent?.children.push(node);
  return node;
}

/** Clients as a tree of their paths, with what each has been given (src/master/allocator/mesos/sorter/drf/sorter.cpp). */
export class ClientTree {
  readonly root = makeNode('', '', undefined);
  private readonly leaves = new Map<string, ClientNode>();
  private readonly weights = new Map<string, number>();

  has(client: string): boolean {
    return this.leaves.has(client);
  }

  leaf(client: string): ClientNode {
    const leaf = this.leaves.get(client);
    if (leaf === undefined) throw new Error(`the sorter does not know the client ${client}`);
    return leaf;
  }

  add(client: string): void {
    if (this.leaves.has(client)) return;
    let node = this.root;
    for (const name of client.split('/')) {
      if (node.client !== undefined) this.pushDown(node);
      const path = node === this.root ? name : `${node.path}/${name}`;
      node = node.children.find((one) => one.name === name) ?? makeNode(name, path, node);
    }
    if (node.children.length > 0) node = makeNode('.', `${node.path}/.`, node);
    node.client = client;
    this.leaves.set(client, node);
  }

  remove(client: string): void {
    const leaf = this.leaves.get(client);
    if (leaf === undefined) return;
    this.leaves.delete(client);
    for (let node: ClientNode | undefined = leaf; node !== undefined; node = node.parent) {
      node.allocation = minus(node.allocation, leaf.allocation);
      if (node === leaf) leaf.allocation = NO_RESOURCES;
    }
    for (let node = leaf; node.parent !== undefined && node.children.length === 0; node = node.parent)
      node.parent.children.splice(node.parent.children.indexOf(node), 1);
  }

  setWeight(path: string, weight: number): void {
    this.weights.set(path, weight);
  }

  /** Weights belong to paths, so the leaf `.` of a client has weight 1 among the client's children. */
  weightOf(node: ClientNode): number {
    return this.weights.get(node.path) ?? 1;
  }

  allocated(client: string, amount: Resources): void {
    for (let node: ClientNode | undefined = this.leaf(client); node !== undefined; node = node.parent) {
      node.allocation = plus(node.allocation, amount);
      node.allocations++;
    }
  }

  unallocated(client: string, amount: Resources): void {
    for (let node: ClientNode | undefined = this.leaf(client); node !== undefined; node = node.parent)
      node.allocation = minus(node.allocation, amount);
  }

  /** What a client has becomes what the leaf `.` below it has. */
  private pushDown(node: ClientNode): void {
    const leaf = makeNode('.', `${node.path}/.`, node);
    leaf.client = node.client;
    leaf.active = node.active;
    leaf.allocation = node.allocation;
    leaf.allocations = node.allocations;
    node.client = undefined;
    node.active = false;
    this.leaves.set(leaf.client!, leaf);
  }
}
