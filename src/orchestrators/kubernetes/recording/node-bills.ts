import { MachineBills } from '../../recording/machine-bills.ts';
import type { KubernetesSpec } from '../kubernetes-spec.ts';
import { CAPACITY_TYPE_LABEL, INSTANCE_TYPE_LABEL, NODE_GROUP_LABEL, NODE_POOL_LABEL } from '../objects/node-labels.ts';
import type { Node } from '../objects/node.ts';
import type { NodeBook } from './node-books.ts';

/** Whom pods are billed to that no workload keeps. */
export const NOBODY = ['jobs', 'other pods'] as const;

/** What nodes cost, by their groups, pools or types. */
export class NodeBills extends MachineBills {
  private readonly spec: KubernetesSpec;
  /** By node number: CPU in use, where energy is measured. */
  private readonly usedMilli = new Map<number, number>();

  constructor(spec: KubernetesSpec) {
    super(spec.besideMachines ?? { usdPerGbBetweenZones: 0, kgPerKWh: 0 });
    this.spec = spec;
  }

  nodeStarted(book: NodeBook, node: Node): void {
    const { labels } = node.metadata;
    const watts = this.spec.besideMachines?.watts(node);
    const kind = {
      name: this.groupNameOf(node) ?? labels[NODE_POOL_LABEL] ?? labels[INSTANCE_TYPE_LABEL] ?? 'nodes',
      instanceType: labels[INSTANCE_TYPE_LABEL] ?? '',
      usdPerHour: this.priceOf(node),
      pullBytesPerSecond: this.spec.defaults.pullBytesPerSecond,
      idleWatts: watts?.idleWatts ?? 0,
      busyWatts: watts?.busyWatts ?? 0,
    };
    // A bought machine is paid for since its order; its Node object comes when it has booted.
    this.start(book, kind, this.bootUs(node));
  }

  /** So much CPU is used on it from now on; for the energy only. */
  nodeUses(book: NodeBook, milli: number): void {
    this.used(book, milli - (this.usedMilli.get(book.number) ?? 0));
    this.usedMilli.set(book.number, milli);
  }

  nodeStopped(book: NodeBook): void {
    if (this.usedMilli.has(book.number)) this.nodeUses(book, 0);
    this.usedMilli.delete(book.number);
    this.stop(book);
  }

  /** By its group, else by what Karpenter pays for its type, else as the run says. */
  private priceOf(node: Node): number {
    const { labels } = node.metadata;
    const group = this.groupNameOf(node);
    const ofGroup = this.spec.nodeGroups.find(({ name }) => name === group);
    if (ofGroup !== undefined) return ofGroup.usdPerHour;
    const offer = this.spec.instances?.find(({ name }) => name === labels[INSTANCE_TYPE_LABEL]);
    if (offer === undefined || labels[NODE_POOL_LABEL] === undefined) return this.spec.usdPerHour(node);
    return labels[CAPACITY_TYPE_LABEL] === 'spot'
      ? (offer.spotUsdPerHour ?? offer.onDemandUsdPerHour)
      : offer.onDemandUsdPerHour;
  }

  private bootUs(node: Node): number {
    if (node.metadata.labels[NODE_POOL_LABEL] !== undefined) return this.spec.instanceBootUs;
    const group = this.groupNameOf(node);
    return this.spec.nodeGroups.find(({ name }) => name === group)?.bootUs ?? 0;
  }

  private groupNameOf({ metadata }: Node): string | undefined {
    const said = metadata.labels[NODE_GROUP_LABEL];
    if (said !== undefined) return said;
    let found: string | undefined;
    for (const { name, template } of this.spec.nodeGroups) {
      const prefix = template.metadata.name;
      if (metadata.name.startsWith(prefix) && /^[-\d]/.test(metadata.name.slice(prefix.length)))
        if (found === undefined || name.length > found.length) found = name;
    }
    return found;
  }
}
