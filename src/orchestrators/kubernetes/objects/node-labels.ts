import type { Labels } from './meta.ts';

export const HOSTNAME_LABEL = 'kubernetes.io/hostname';
export const ZONE_LABEL = 'topology.kubernetes.io/zone';
export const REGION_LABEL = 'topology.kubernetes.io/region';
export const INSTANCE_TYPE_LABEL = 'node.kubernetes.io/instance-type';
/** Karpenter's: the pool that a node was bought for, and whether at the price of the day (`spot`) or the list's (`on-demand`). */
export const NODE_POOL_LABEL = 'karpenter.sh/nodepool';
export const CAPACITY_TYPE_LABEL = 'karpenter.sh/capacity-type';
/** Baton's own: the group of a scenario, or of the Cluster Autoscaler, that a node belongs to. */
export const NODE_GROUP_LABEL = 'baton.dev/node-group';

/** What zone and region were called before v1.17; volumes of those days still say so. */
export const OLD_ZONE_LABEL = 'failure-domain.beta.kubernetes.io/zone';
export const OLD_REGION_LABEL = 'failure-domain.beta.kubernetes.io/region';

/**
 * What tells zones apart: region and zone, the old labels before the new ones; empty without either
 * (`component-helpers/node/topology`, GetZoneKey).
 */
export function zoneKey(labels: Labels): string {
  const zone = labels[OLD_ZONE_LABEL] ?? labels[ZONE_LABEL] ?? '';
  const region = labels[OLD_REGION_LABEL] ?? labels[REGION_LABEL] ?? '';
  return zone === '' && region === '' ? '' : `${region}:\0:${zone}`;
}
