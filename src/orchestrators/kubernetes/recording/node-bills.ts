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

  constructor(spec: KubernetesSpec) {
    super({ usdPerGbBetweenZones: 0, kgPerKWh: 0 });
    this.spec = spec;
  }

  nodeStarted(book: NodeBook, node: Node): void {
    const { labels } = node.metadata;
    const kind = {
      name: this.groupNameOf(node) ?? labels[NODE_POOL_LABEL] ?? labels[INSTANCE_TYPE_LABEL] ?? 'nodes',
      instanceType: labels[INSTANCE_TYPE_LABEL] ?? '',
      usdPerHour: this.priceOf(node),
      pullBytesPerSecond: this.spec.defaults.pullBytesPerSecond,
      idleWatts: 0,
      busyWatts: 0,
    };
    // A bought machine is paid for since its order; its Node object comes when it has booted.
    this.start(book, kind, this.bootUs(node));
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
