import type { Node } from '../../objects/node.ts';
import { nodeResources } from '../../objects/node-resources.ts';
import type { Pod } from '../../objects/pod.ts';
import type { PodInfo } from '../pod-info.ts';
import { volumeBinding, volumeRestrictions, volumeZone } from '../reference/plugins/volumes.ts';
import type { NodeFilter } from '../reference/plugin.ts';
import type { PlacedPod, ReferenceNode } from '../reference/reference-node.ts';
import type { SchedulerProfile } from '../scheduler-profile.ts';
import type { VolumeObjects } from '../volume-objects.ts';
import type { NodeTable } from './node-table.ts';
import type { PodRecord } from './pod-shape.ts';
import { PASSES, type Verdict, type VerdictTable } from './verdict-table.ts';

/** Filters of volumes, by their names. */
export const VOLUME_FILTERS = [volumeRestrictions, volumeBinding, volumeZone];

/**
 * The volume plugins for one decision about a pod with claims. They are too rare to be indexed: the reference's own
 * functions are asked, node by node.
 */
export class VolumeFilters {
  private readonly filters: readonly { readonly plugin: string; readonly filter: NodeFilter }[];
  private readonly nodes: NodeTable;
  private readonly table: VerdictTable;

  constructor(
    nodes: NodeTable,
    profile: SchedulerProfile,
    table: VerdictTable,
    volumes: VolumeObjects,
    pod: PlacedPod,
  ) {
    this.nodes = nodes;
    this.table = table;
    const cluster = {
      profile,
      volumes,
      namespaces: new Map(),
      node: () => undefined,
      defaultSpread: () => [],
      get nodes() {
        return Array.from(nodes.present(), (slot) => bareNode(nodes.nodes[slot]!, nodes.pods[slot]));
      },
    };
    this.filters = profile.filters.flatMap((name) => {
      const filter = VOLUME_FILTERS.find((plugin) => plugin.name === name)?.prepare(pod, cluster) ?? 'skip';
      return filter === 'skip' || 'reasons' in filter ? [] : [{ plugin: name, filter }];
    });
  }

  /** Whether no claim of the pod says anything about nodes. */
  get isEmpty(): boolean {
    return this.filters.length === 0;
  }

  /** PASSES, or the code of the first of the plugins that rejects the node. */
  judge(slot: number): number {
    const node = bareNode(this.nodes.nodes[slot]!, []);
    for (const { filter } of this.filters) {
      const rejection = filter.judge(node);
      if (rejection !== undefined) return this.table.code(rejection.plugin, rejection.reasons, !rejection.resolvable);
    }
    return PASSES;
  }

  /** What one of the plugins says of a node with some pods more and others less. */
  verdictOf(plugin: string, slot: number, more: readonly PodRecord[], less: readonly PodRecord[]): Verdict | undefined {
    const filter = this.filters.find((one) => one.plugin === plugin)?.filter;
    if (filter === undefined) return undefined;
    const node = bareNode(this.nodes.nodes[slot]!, []);
    for (const pod of more) filter.count?.(pod, node, 1);
    for (const pod of less) filter.count?.(pod, node, -1);
    const rejection = filter.judge(node);
    for (const pod of more) filter.count?.(pod, node, -1);
    for (const pod of less) filter.count?.(pod, node, 1);
    return rejection && { plugin, reasons: rejection.reasons, unresolvable: !rejection.resolvable };
  }
}

/** Whether a pod uses claims at all. */
export function claimsVolumes({ spec }: PodInfo): boolean {
  return spec.volumes.some(({ persistentVolumeClaim }) => persistentVolumeClaim !== undefined);
}

const NOTHING: ReferenceNode['requested'] = {
  cpuMilli: 0,
  memBytes: 0,
  ephemeralBytes: 0,
  scalars: new Map(),
  nonZeroCpuMilli: 0,
  nonZeroMemBytes: 0,
};
const NO_IMAGES: ReferenceNode['images'] = new Map();

/** As much of a node as these plugins look at. */
function bareNode(node: Node, pods: readonly { readonly pod: Pod; readonly info: PodInfo }[]): ReferenceNode {
  const { name, labels } = node.metadata;
  return { name, node, labels, allocatable: nodeResources(node), pods, requested: NOTHING, images: NO_IMAGES };
}
