import type { Clock } from '../../clock.ts';
import type { Balancers } from '../../data-plane/data-plane.ts';
import type { RandomStream } from '../../../sim/random.ts';
import type { SwarmValues } from '../constants.ts';
import { lossNoticedAfterUs } from './gossip-delay.ts';

interface Backend {
  readonly container: number;
  readonly service: number;
  readonly node: number;
  /** Its node wants requests to be led to it. */
  isWanted: boolean;
}

/**
 * Which containers get requests. Nodes tell each other by gossip, the managers have no part in it: a node announces its
 * running tasks and takes them back before it stops them; those of a node that has gone silent stay until the others
 * have agreed that it is lost. (moby daemon/libnetwork/service_linux.go and networkdb.) VIPs on every node choose in
 * turn; the modelled service has one balancer for all.
 */
export class RoutingMesh {
  private readonly balancers: Balancers;
  private readonly clock: Clock;
  private readonly values: SwarmValues;
  private readonly stream: RandomStream;
  private readonly backends = new Map<number, Backend>();
  private readonly spreadKind: number;
  private readonly agreeKind: number;
  private readonly backKind: number;
  /** By node: what it awaits; NaN: the others hear it. */
  private readonly agreedUs: number[] = [];
  private readonly lost = new Set<number>();
  private readonly nodes: () => number;

  constructor(balancers: Balancers, clock: Clock, stream: RandomStream, values: SwarmValues, nodes: () => number) {
    this.balancers = balancers;
    this.clock = clock;
    this.stream = stream;
    this.values = values;
    this.nodes = nodes;
    this.spreadKind = clock.kind((container) => this.spread(container));
    this.agreeKind = clock.kind((node) => this.agree(node));
    this.backKind = clock.kind((node) => this.isBack(node));
  }

  /** Its node announces a container of a modelled service. */
  announce(service: number, container: number, node: number): void {
    if (service < 0) return;
    this.backends.set(container, { container, service, node, isWanted: true });
    this.clock.after(this.values.gossipInterval, this.spreadKind, container);
  }

  /** Its node takes it back. */
  withdraw(container: number): void {
    const backend = this.backends.get(container);
    if (backend === undefined || !backend.isWanted) return;
    backend.isWanted = false;
    this.clock.after(this.values.gossipInterval, this.spreadKind, container);
  }

  /** Nobody hears the node any more. */
  nodeIsSilent(node: number): void {
    this.agreedUs[node] = this.clock.nowUs + lossNoticedAfterUs(this.nodes(), () => this.stream.fine(), this.values);
    this.clock.at(this.agreedUs[node], this.agreeKind, node);
  }

  /** It is heard again: at once where nobody had given it up, else when somebody tries. */
  nodeIsHeard(node: number): void {
    this.agreedUs[node] = Number.NaN;
    const afterUs = this.lost.has(node) ? this.stream.below(Math.max(1, this.values.gossipRejoin)) : 0;
    this.clock.after(afterUs, this.backKind, node);
  }

  private agree(node: number): void {
    if (this.agreedUs[node] !== this.clock.nowUs) return;
    this.lost.add(node);
    this.spreadAllOf(node);
  }

  private isBack(node: number): void {
    if (!Number.isNaN(this.agreedUs[node])) return;
    this.lost.delete(node);
    this.spreadAllOf(node);
  }

  private spreadAllOf(node: number): void {
    for (const backend of this.backends.values()) if (backend.node === node) this.spread(backend.container);
  }

  /** The other nodes learn what became of a container, unless its node cannot tell them. */
  private spread(container: number): void {
    const backend = this.backends.get(container);
    if (backend === undefined) return;
    const { service, node, isWanted } = backend;
    const isLost = this.lost.has(node);
    const isSilent = !isLost && this.agreedUs[node] !== undefined && !Number.isNaN(this.agreedUs[node]);
    if (isSilent) return;
    const isListed = this.balancers.isListed(service, container);
    if (isWanted && !isLost && !isListed) this.balancers.list(service, container);
    else if ((!isWanted || isLost) && isListed) this.balancers.unlist(service, container);
    if (!isWanted) this.backends.delete(container);
  }
}
