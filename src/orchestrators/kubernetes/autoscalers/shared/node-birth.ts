import type { ApiServer, NewObject } from '../../api/api-server.ts';
import { isRefusal } from '../../api/api-server.ts';
import type { Clock } from '../../../clock.ts';
import { newbornNode } from '../../nodes/node-birth.ts';
import { HOSTNAME_LABEL, NODE_GROUP_LABEL } from '../../objects/node-labels.ts';
import type { Node } from '../../objects/node.ts';

/** A machine that an autoscaler buys. */
export interface NodeOrder {
  /** The group or pool that it belongs to. */
  readonly source: string;
  /** What its Node object looks like; its name is completed with a number. */
  readonly template: NewObject<Node>;
  readonly usdPerHour: number;
  readonly spot: boolean;
  readonly bootUs: number;
}

/** Where machines come from and go back to. */
export interface NodeBirth {
  /** Orders a machine: its Node appears after its boot time. Returns the name it will have; undefined: none to be had. */
  buy(order: NodeOrder): string | undefined;
  /** Gives a machine back, be it there already or on its way: the Node object goes at once. */
  giveBack(nodeName: string): void;
}

/** A cloud that delivers on time, and always has machines unless it is told that it has none. */
export class PunctualCloud implements NodeBirth {
  private readonly api: ApiServer;
  private readonly clock: Clock;
  private readonly kind: number;
  private readonly orders = new Map<number, { readonly name: string; readonly order: NodeOrder }>();
  private readonly numbers = new Map<string, number>();
  private orderCount = 0;
  private readonly soldOut = new Set<string>();
  private spotInStock = true;
  private readonly register: (node: NewObject<Node>, nowUs: number) => NewObject<Node>;

  /** `register`: the Node object that a kubelet would register; it is not ready at first, unless said otherwise. */
  constructor(api: ApiServer, register: (node: NewObject<Node>, nowUs: number) => NewObject<Node> = newbornNode) {
    this.api = api;
    this.register = register;
    this.clock = api.clock;
    this.kind = this.clock.apiKind((order) => this.deliver(order));
  }

  /** Whether a group or pool has machines to be had; all have until someone says otherwise. */
  setStock(source: string, inStock: boolean): void {
    if (inStock) this.soldOut.delete(source);
    else this.soldOut.add(source);
  }

  /** Whether spot machines are to be had at all. */
  setSpotStock(inStock: boolean): void {
    this.spotInStock = inStock;
  }

  buy(order: NodeOrder): string | undefined {
    if (this.soldOut.has(order.source) || (order.spot && !this.spotInStock)) return undefined;
    const id = this.orderCount++;
    const name = this.freeName(order.template.metadata.name);
    this.orders.set(id, { name, order });
    this.clock.after(order.bootUs, this.kind, id);
    return name;
  }

  giveBack(nodeName: string): void {
    for (const [id, { name }] of this.orders) if (name === nodeName) this.orders.delete(id);
    const node = this.api.nodes.named('', nodeName);
    if (node !== undefined) this.api.remove('Node', node.id);
  }

  private deliver(id: number): void {
    const found = this.orders.get(id);
    if (found === undefined) return;
    this.orders.delete(id);
    const { name, order } = found;
    const { metadata } = order.template;
    const labels = { ...metadata.labels, [HOSTNAME_LABEL]: name, [NODE_GROUP_LABEL]: order.source };
    const node = { ...order.template, metadata: { ...metadata, name, labels } };
    const made = this.api.create('Node', this.register(node, this.clock.nowUs));
    // The name was free when it was ordered; someone may have taken it since.
    if (isRefusal(made)) this.orders.delete(id);
  }

  private freeName(prefix: string): string {
    let number = this.numbers.get(prefix) ?? 1;
    while (this.api.nodes.named('', `${prefix}-${number}`) !== undefined) number++;
    this.numbers.set(prefix, number + 1);
    return `${prefix}-${number}`;
  }
}
