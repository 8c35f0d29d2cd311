import type { NewObject } from '../../orchestrators/kubernetes/api/api-server.ts';
import type { InstanceOffer, NodeGroupSpec } from '../../orchestrators/kubernetes/kubernetes-spec.ts';
import {
  CAPACITY_TYPE_LABEL,
  INSTANCE_TYPE_LABEL,
  NODE_GROUP_LABEL,
} from '../../orchestrators/kubernetes/objects/node-labels.ts';
import type { Node } from '../../orchestrators/kubernetes/objects/node.ts';
import { instanceCatalogue } from '../../workloads/catalogue/index.ts';
import type { InstanceType } from '../../workloads/catalogue/instance-type.ts';
import { instanceOf } from '../scenario/instances.ts';

/** Families that are launched when nothing is said: the current general purpose, compute and memory ones of EC2. */
const FAMILIES = new Set(['m5', 'm6i', 'm7i', 'm6g', 'm7g', 'c5', 'c6i', 'c7i', 'c6g', 'c7g', 'r5', 'r6i', 'r7i']);

/** What Karpenter may launch: the types named, or usual ones of the catalogue, in each of the zones. */
export function instanceOffers(
  {
    launch,
    zones: own,
  }: { readonly launch?: readonly string[] | undefined; readonly zones?: readonly string[] | undefined },
  zones: readonly string[],
): InstanceOffer[] {
  const types =
    launch?.map((name) => instanceOf(name)) ??
    instanceCatalogue.filter((type) => type.cloud === 'aws' && FAMILIES.has(type.family));
  const places = own ?? (zones.length === 0 ? ['a'] : zones);
  return types.map((type) => offerOf(type, places));
}

function offerOf(type: InstanceType, zones: readonly string[]): InstanceOffer {
  return {
    name: type.name,
    cpuMilli: type.cpuMilli,
    memBytes: type.memBytes,
    gpuCount: type.gpuCount,
    architecture: type.arch === 'arm' ? 'arm64' : 'amd64',
    family: type.family,
    zones,
    onDemandUsdPerHour: type.usdPerHour,
    ...(type.spotUsdPerHour > 0 && { spotUsdPerHour: type.spotUsdPerHour }),
  };
}

/** A node's price: its group's, else that of its instance type in the catalogue, else none. */
export function nodePrices(groups: readonly NodeGroupSpec[]): (node: NewObject<Node>) => number {
  const ofGroup = new Map(groups.map(({ name, usdPerHour }) => [name, usdPerHour]));
  const ofType = new Map(instanceCatalogue.map((type) => [type.name, type]));
  return ({ metadata }) => {
    const own = ofGroup.get(metadata.labels?.[NODE_GROUP_LABEL] ?? '');
    if (own !== undefined) return own;
    const type = ofType.get(metadata.labels?.[INSTANCE_TYPE_LABEL] ?? '');
    const isSpot = metadata.labels?.[CAPACITY_TYPE_LABEL] === 'spot';
    return (isSpot ? type?.spotUsdPerHour : type?.usdPerHour) ?? 0;
  };
}
