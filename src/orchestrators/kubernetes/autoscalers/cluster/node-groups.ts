import { GroupBackoff } from '../../../../policies/node-scaling/group-backoff.ts';
import { spanText } from '../../../../policies/node-scaling/phrases.ts';
import type { ControlPlane } from '../../api/control-plane.ts';
import type { NodeGroupSpec } from '../../kubernetes-spec.ts';
import type { Node } from '../../objects/node.ts';
import type { NodeBirth } from '../shared/node-birth.ts';
import type { ClusterAutoscalerSettings } from './cluster-autoscaler-flags.ts';

const COMPONENT = 'cluster-autoscaler';

/** The node groups: how large they are, what is on its way, and which are left alone after a failure. */
export class NodeGroups {
  readonly specs: readonly NodeGroupSpec[];
  private readonly plane: ControlPlane;
  private readonly birth: NodeBirth;
  private readonly groupOf: (node: Node) => string | undefined;
  private readonly settings: ClusterAutoscalerSettings;
  private readonly backoff: GroupBackoff;
  /** Nodes that were ordered and have not registered: group and time. */
  private readonly orders = new Map<string, { readonly group: number; readonly orderedUs: number }>();
  /** Nodes that have been ready once. */
  private readonly started = new Set<string>();
  private members: Node[][] = [];
  private unreadyNodes: Node[] = [];
  /** Whether any node has changed since they were counted. */
  private changed = true;

  constructor(
    plane: ControlPlane,
    specs: readonly NodeGroupSpec[],
    birth: NodeBirth,
    groupOf: (node: Node) => string | undefined,
    settings: ClusterAutoscalerSettings,
  ) {
    this.plane = plane;
    this.specs = specs;
    this.birth = birth;
    this.groupOf = groupOf;
    this.settings = settings;
    this.backoff = new GroupBackoff({
      initialUs: settings['initial-node-group-backoff-duration'],
      maxUs: settings['max-node-group-backoff-duration'],
      resetUs: settings['node-group-backoff-reset-timeout'],
    });
    plane.api.nodes.watch(() => {
      this.changed = true;
    });
  }

  /** Counts anew, and gives up orders that are late. Says how many were. */
  look(): number {
    if (this.changed) this.count();
    return this.giveUpLateOrders();
  }

  /** Nodes, of any group or none, that are not ready and do not just start. */
  unready(): readonly Node[] {
    return this.unreadyNodes.filter((node) => !this.isStarting(node));
  }

  private count(): void {
    this.changed = false;
    const numbers = new Map(this.specs.map(({ name }, k) => [name, k]));
    this.members = this.specs.map(() => []);
    this.unreadyNodes = [];
    for (const node of this.plane.api.nodes.all()) {
      this.orders.delete(node.metadata.name);
      if (isReady(node)) this.started.add(node.metadata.name);
      else this.unreadyNodes.push(node);
      const group = numbers.get(this.groupOf(node) ?? '');
      if (group !== undefined) this.members[group].push(node);
    }
  }

  nodesOf(group: number): readonly Node[] {
    return this.members[group] ?? [];
  }

  /** The group of a node, as its number; -1: none. */
  numberOf(node: Node): number {
    const name = this.groupOf(node);
    return this.specs.findIndex((spec) => spec.name === name);
  }

  /** What the cloud has been told the group's size is. */
  sizeOf(group: number): number {
    return this.nodesOf(group).length + this.orderedOf(group);
  }

  /** How many of its nodes will be ready soon: ordered, or registered but never ready yet. */
  upcomingOf(group: number): number {
    const starting = this.nodesOf(group).filter((node) => this.isStarting(node)).length;
    return this.orderedOf(group) + starting;
  }

  /** Whether the node has registered a short while ago and was never ready. */
  isStarting(node: Node): boolean {
    const youngUs = this.plane.clock.nowUs - node.metadata.creationUs;
    return !isReady(node) && !this.started.has(node.metadata.name) && youngUs < this.settings['max-node-startup-time'];
  }

  /** Why the group gets no nodes now; undefined: it may get some. */
  refusal(group: number): string | undefined {
    if (this.sizeOf(group) >= this.specs[group].max) return 'max node group size reached';
    if (this.backoff.blocks(group, this.plane.clock.nowUs)) return 'in backoff after failed scale-up';
    return undefined;
  }

  /** Orders nodes; returns how many could be had. */
  order(group: number, count: number): number {
    const spec = this.specs[group];
    const { clock, chronicle } = this.plane;
    for (let k = 0; k < count; k++) {
      const name = this.birth.buy({
        source: spec.name,
        template: spec.template,
        usdPerHour: spec.usdPerHour,
        spot: spec.spot,
        bootUs: spec.bootUs,
      });
      if (name === undefined) {
        this.backoff.failed(group, clock.nowUs);
        const message = `${spec.name}: ${count - k} of ${count} nodes are not to be had`;
        chronicle.event(COMPONENT, 'Warning', 'FailedToScaleUpGroup', `NodeGroup ${spec.name}`, message);
        return k;
      }
      this.orders.set(name, { group, orderedUs: clock.nowUs });
    }
    return count;
  }

  private orderedOf(group: number): number {
    let count = 0;
    for (const order of this.orders.values()) if (order.group === group) count++;
    return count;
  }

  private giveUpLateOrders(): number {
    const { clock, chronicle } = this.plane;
    const limitUs = this.settings['max-node-provision-time'];
    let late = 0;
    for (const [name, { group, orderedUs }] of this.orders) {
      if (clock.nowUs - orderedUs < limitUs) continue;
      this.orders.delete(name);
      this.birth.giveBack(name);
      late++;
      const { name: groupName } = this.specs[group];
      if (!this.backoff.blocks(group, clock.nowUs)) this.backoff.failed(group, clock.nowUs);
      const message = `Nodes added to group ${groupName} failed to register within ${spanText(limitUs)}`;
      chronicle.event(COMPONENT, 'Warning', 'ScaleUpTimedOut', `NodeGroup ${groupName}`, message);
      chronicle.decision({
        component: COMPONENT,
        about: `NodeGroup ${groupName}`,
        what: `gives ${name} up`,
        why: `ordered ${spanText(clock.nowUs - orderedUs)} ago and not registered within ${spanText(limitUs)}`,
      });
    }
    return late;
  }
}

/** Whether its condition Ready is True, and no taint of a condition says otherwise (`utils/kubernetes/ready.go`). */
export function isReady({ status, spec }: Node): boolean {
  return (
    status.conditions.some((one) => one.type === 'Ready' && one.status === 'True') &&
    !spec.taints.some(({ key }) => NOT_READY.has(key))
  );
}

const NOT_READY: ReadonlySet<string> = new Set([
  'node.kubernetes.io/not-ready',
  'node.kubernetes.io/disk-pressure',
  'node.kubernetes.io/network-unavailable',
]);
