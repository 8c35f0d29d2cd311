import type { Cluster } from './cluster.ts';
import type { Pods } from './pods.ts';

/** How many pods of each user (a service, a tenant) are on each node and in each zone, for policies that spread. */
export class OwnerCounts {
  private readonly cluster: Cluster;
  private readonly pods: Pods;
  private kept = false;
  private readonly onNodes = new Map<string, Int32Array>();
  private readonly inZones = new Map<string, Int32Array>();

  constructor(cluster: Cluster, pods: Pods) {
    this.cluster = cluster;
    this.pods = pods;
  }

  /** Must be called before the first pod is placed; without it nothing is counted and nothing costs time. */
  keep(): this {
    this.kept = true;
    return this;
  }

  /** Pods of the user on the node. */
  onNode(user: string, node: number): number {
    return this.onNodes.get(user)?.[node] ?? 0;
  }

  /** Pods of the user in the node's zone. */
  inZoneOf(user: string, node: number): number {
    return this.inZones.get(user)?.[this.cluster.zone[node]] ?? 0;
  }

  change(slot: number, node: number, by: 1 | -1): void {
    if (!this.kept) return;
    const user = this.pods.userNames[this.pods.user[slot]];
    let nodes = this.onNodes.get(user);
    let zones = this.inZones.get(user);
    if (nodes === undefined || zones === undefined) {
      nodes = new Int32Array(this.cluster.count);
      zones = new Int32Array(this.cluster.zones.length);
      this.onNodes.set(user, nodes);
      this.inZones.set(user, zones);
    }
    nodes[node] += by;
    zones[this.cluster.zone[node]] += by;
  }
}
