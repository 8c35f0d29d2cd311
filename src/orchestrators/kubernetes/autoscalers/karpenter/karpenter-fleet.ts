import { minutes } from '../../../../sim/time.ts';
import { controllerOf } from '../../api/api-server.ts';
import type { ControlPlane } from '../../api/control-plane.ts';
import type { InstanceOffer } from '../../kubernetes-spec.ts';
import type { NodePool } from '../../objects/autoscaling.ts';
import { CAPACITY_TYPE_LABEL, INSTANCE_TYPE_LABEL, NODE_POOL_LABEL, ZONE_LABEL } from '../../objects/node-labels.ts';
import type { Node } from '../../objects/node.ts';
import { isActive } from '../../objects/pod-state.ts';
import type { Pod } from '../../objects/pod.ts';
import type { ClusterSnapshot } from '../shared/cluster-snapshot.ts';
import { daemonPodsFor, imaginedNode } from '../shared/imagined-objects.ts';
import type { NodeBirth } from '../shared/node-birth.ts';
import { amountIn } from '../shared/resource-amounts.ts';
import type { NodeClaim, PoolOfferings } from './node-claims.ts';
import { allOfferings, nodeTemplate, offeringsOfPool, type Offering } from './offerings.ts';

const COMPONENT = 'karpenter';
/** A machine that has not registered by then is given up (`registrationTimeout`). */
const REGISTRATION_US = minutes(15);
/** How long an offering that was not to be had is not asked for. */
const UNAVAILABLE_US = minutes(3);
const NOT_YET = new Set(['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']);

/** Karpenter's machines: those of its pools that are there, those on their way, and what can be bought. */
export class KarpenterFleet {
  private readonly plane: ControlPlane;
  private readonly birth: NodeBirth;
  private readonly offerings: readonly Offering[];
  private readonly bootUs: number;
  private readonly orders = new Map<string, Order>();
  /** Until when an offering is not asked for again. */
  private readonly unavailable = new Map<Offering, number>();
  /** Nodes that are on their way out. */
  private readonly leaving = new Set<number>();
  private readonly started = new Set<number>();

  constructor(plane: ControlPlane, birth: NodeBirth, instances: readonly InstanceOffer[], bootUs: number) {
    this.plane = plane;
    this.birth = birth;
    this.offerings = allOfferings(instances);
    this.bootUs = bootUs;
    plane.api.nodes.watch((node, before) => {
      if (node === undefined) {
        this.leaving.delete(before!.id);
        this.started.delete(before!.id);
      } else if (isReady(node)) this.started.add(node.id);
    });
    for (const node of plane.api.nodes.all()) if (isReady(node)) this.started.add(node.id);
  }

  /** The pools by weight, then name, with what each may buy now. */
  pools(): PoolOfferings[] {
    const { nowUs } = this.plane.clock;
    return [...this.plane.api.store('NodePool').all()]
      .sort((a, b) => b.spec.weight - a.spec.weight || (a.metadata.name < b.metadata.name ? -1 : 1))
      .map((pool) => ({
        pool,
        offerings: this.withinLimits(
          pool,
          offeringsOfPool(this.offerings, pool).filter((one) => (this.unavailable.get(one) ?? 0) <= nowUs),
        ),
      }));
  }

  poolOf(node: Node): NodePool | undefined {
    const name = node.metadata.labels[NODE_POOL_LABEL];
    return name === undefined ? undefined : this.plane.api.store('NodePool').named('', name);
  }

  /** What a node was bought as; undefined: not an instance that is for sale. */
  offeringOf({ metadata: { labels } }: Node): Offering | undefined {
    return this.offerings.find(
      (one) =>
        one.offer.name === labels[INSTANCE_TYPE_LABEL] &&
        one.zone === labels[ZONE_LABEL] &&
        one.labels[CAPACITY_TYPE_LABEL] === labels[CAPACITY_TYPE_LABEL],
    );
  }

  /** Nodes of its pools, in order of creation. */
  owned(): Node[] {
    return [...this.plane.api.nodes.all()].filter((node) => node.metadata.labels[NODE_POOL_LABEL] !== undefined);
  }

  isLeaving(node: Node): boolean {
    return this.leaving.has(node.id);
  }

  setLeaving(node: Node, leaving: boolean): void {
    if (leaving) this.leaving.add(node.id);
    else this.leaving.delete(node.id);
  }

  /** Whether it has come up (been ready once) and nobody wants it gone. */
  isInitialised(node: Node): boolean {
    return this.started.has(node.id);
  }

  isOrdered(name: string): boolean {
    return this.orders.has(name);
  }

  /**
   * Names of the nodes that pods may be put on, in Karpenter's order: those that are up by name, then those that come up,
   * then machines on their way, which are imagined in the snapshot.
   */
  usableNodes(snapshot: ClusterSnapshot, without: ReadonlySet<string>, withComing: boolean): string[] {
    const up: string[] = [];
    const coming: string[] = [];
    for (const name of snapshot.names()) {
      const node = snapshot.node(name);
      if (node === undefined || without.has(name) || this.leaving.has(node.id)) continue;
      if (this.started.has(node.id) || node.metadata.labels[NODE_POOL_LABEL] === undefined) up.push(name);
      else if (withComing) {
        coming.push(name);
        const taints = node.spec.taints.filter(({ key }) => !NOT_YET.has(key));
        snapshot.changeNode({ ...node, spec: { ...node.spec, taints } });
      }
    }
    up.sort();
    coming.sort();
    if (!withComing) return up;
    for (const [name, { pool, offering }] of this.orders) {
      if (snapshot.node(name) !== undefined) continue;
      const node = imaginedNode(nodeTemplate(pool, offering), name, snapshot.nextId());
      snapshot.addNode(node);
      for (const pod of daemonPodsFor(this.plane.api, node, snapshot.nextId)) snapshot.place(pod, name);
      coming.push(name);
    }
    return [...up, ...coming];
  }

  /** Does not ask for this offering during the next three minutes. */
  leaveOut(offering: Offering): void {
    this.unavailable.set(offering, this.plane.clock.nowUs + UNAVAILABLE_US);
  }

  /** Buys the cheapest machine that the claim's pods fit on and that is to be had. */
  buy(claim: NodeClaim): { readonly name: string; readonly offering: Offering } | undefined {
    const { clock, chronicle } = this.plane;
    for (const offering of this.withinLimits(claim.pool, claim.offerings)) {
      if ((this.unavailable.get(offering) ?? 0) > clock.nowUs) continue;
      const name = this.birth.buy({
        source: claim.pool.metadata.name,
        template: nodeTemplate(claim.pool, offering),
        usdPerHour: offering.usdPerHour,
        spot: offering.spot,
        bootUs: this.bootUs,
      });
      if (name !== undefined) {
        this.orders.set(name, { pool: claim.pool, offering, orderedUs: clock.nowUs });
        chronicle.timer({
          fromUs: clock.nowUs,
          toUs: clock.nowUs + this.bootUs,
          timer: 'node boot',
          about: `Node ${name}`,
        });
        return { name, offering };
      }
      this.leaveOut(offering);
      const message = `${offering.offer.name} in ${offering.zone} is not to be had, left out for 3 minutes`;
      chronicle.event(
        COMPONENT,
        'Warning',
        'InsufficientCapacityError',
        `NodePool ${claim.pool.metadata.name}`,
        message,
      );
    }
    return undefined;
  }

  /** Forgets orders that have come, and gives up those that are late. */
  look(): void {
    const { api, clock, chronicle } = this.plane;
    for (const [name, { orderedUs, pool }] of this.orders) {
      if (api.nodes.named('', name) !== undefined) this.orders.delete(name);
      else if (clock.nowUs - orderedUs >= REGISTRATION_US) {
        this.orders.delete(name);
        this.birth.giveBack(name);
        const message = `${name} has not registered within 15 minutes and is given up`;
        chronicle.event(COMPONENT, 'Warning', 'FailedRegistration', `NodePool ${pool.metadata.name}`, message);
      }
    }
  }

  /** Those that the pool's limits leave room for. */
  private withinLimits(pool: NodePool, offerings: readonly Offering[]): Offering[] {
    const { limits } = pool.spec;
    const names = Object.keys(limits);
    if (names.length === 0) return [...offerings];
    const left = new Map(names.map((name) => [name, amountIn(limits, name) ?? Infinity]));
    const take = (name: string, amount: number): void => void left.set(name, (left.get(name) ?? Infinity) - amount);
    const count = (offering: Offering): void => names.forEach((name) => take(name, sizeOf(offering, name)));
    for (const node of this.owned()) {
      if (node.metadata.labels[NODE_POOL_LABEL] !== pool.metadata.name) continue;
      for (const name of names) take(name, name === 'nodes' ? 1 : (amountIn(node.status.capacity, name) ?? 0));
    }
    for (const [name, order] of this.orders)
      if (order.pool.metadata.name === pool.metadata.name && this.plane.api.nodes.named('', name) === undefined)
        count(order.offering);
    return offerings.filter((offering) =>
      names.every((name) => sizeOf(offering, name) <= (left.get(name) ?? Infinity)),
    );
  }
}

interface Order {
  readonly pool: NodePool;
  readonly offering: Offering;
  readonly orderedUs: number;
}

function sizeOf({ offer }: Offering, resource: string): number {
  if (resource === 'cpu') return offer.cpuMilli;
  if (resource === 'memory') return offer.memBytes;
  return resource === 'nodes' ? 1 : resource === 'nvidia.com/gpu' ? offer.gpuCount : 0;
}

/** Whether it is up: ready, and the taint with which it registered is gone. */
export function isReady({ status, spec }: Node): boolean {
  return (
    status.conditions.some((one) => one.type === 'Ready' && one.status === 'True') &&
    !spec.taints.some(({ key }) => NOT_YET.has(key))
  );
}

/** Whether a pod must find another place when its node goes: not daemons', not ended ones, not those that go already. */
export function isReschedulable(pod: Pod): boolean {
  if (!isActive(pod) || pod.spec.nodeName === undefined) return false;
  const owner = controllerOf(pod);
  return owner?.kind !== 'DaemonSet' && owner?.kind !== 'Node';
}
