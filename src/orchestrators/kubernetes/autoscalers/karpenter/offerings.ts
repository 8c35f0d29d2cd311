import type { NewObject } from '../../api/api-server.ts';
import type { InstanceOffer } from '../../kubernetes-spec.ts';
import type { NodePool } from '../../objects/autoscaling.ts';
import type { Labels } from '../../objects/meta.ts';
import { CAPACITY_TYPE_LABEL, INSTANCE_TYPE_LABEL, NODE_POOL_LABEL, ZONE_LABEL } from '../../objects/node-labels.ts';
import { matchesNodeRequirement } from '../../objects/node-selector.ts';
import type { Node, Taint } from '../../objects/node.ts';
import type { NodeSelectorRequirement } from '../../objects/pod.ts';

/** What the template looked like when the node was launched: a node whose template has changed since has drifted. */
export const HASH_ANNOTATION = 'karpenter.sh/nodepool-hash';
/** A cloud's limit of pods on one node where nothing else is said. */
const PODS = '110';

/** Something that can be bought: an instance type in one zone, on demand or on the spot market. */
export interface Offering {
  readonly offer: InstanceOffer;
  readonly zone: string;
  readonly spot: boolean;
  readonly usdPerHour: number;
  /** Labels that its node will have. */
  readonly labels: Labels;
}

/** Everything that can be bought, cheapest first; equal prices by name, then zone. */
export function allOfferings(instances: readonly InstanceOffer[]): Offering[] {
  const offerings: Offering[] = [];
  for (const offer of instances)
    for (const zone of offer.zones) {
      offerings.push(offeringOf(offer, zone, false, offer.onDemandUsdPerHour));
      if (offer.spotUsdPerHour !== undefined) offerings.push(offeringOf(offer, zone, true, offer.spotUsdPerHour));
    }
  return offerings.sort(
    (a, b) => a.usdPerHour - b.usdPerHour || compare(a.offer.name, b.offer.name) || compare(a.zone, b.zone),
  );
}

/** Those that a pool's requirements allow. A pool that does not speak of capacity types buys on demand only. */
export function offeringsOfPool(offerings: readonly Offering[], pool: NodePool): Offering[] {
  const { requirements } = pool.spec.template;
  const speaksOfSpot = requirements.some(({ key }) => key === CAPACITY_TYPE_LABEL);
  return offerings.filter(
    ({ labels, spot }) =>
      (speaksOfSpot || !spot) &&
      requirements.every(
        (one) => !(one.key in labels) || matchesNodeRequirement(one as NodeSelectorRequirement, labels[one.key]),
      ),
  );
}

/** Whether a node that is there still satisfies the pool's requirements, as far as its labels tell. */
export function satisfiesPool(labels: Labels, pool: NodePool): boolean {
  return pool.spec.template.requirements.every(
    (one) => !(one.key in labels) || matchesNodeRequirement(one as NodeSelectorRequirement, labels[one.key]),
  );
}

/** Labels of the nodes of a pool: the template's own, and those that a requirement with one value fixes. */
export function poolLabels(pool: NodePool): Labels {
  const labels: Record<string, string> = { ...pool.spec.template.labels, [NODE_POOL_LABEL]: pool.metadata.name };
  for (const { key, operator, values } of pool.spec.template.requirements)
    if (operator === 'In' && values.length === 1 && !(key in labels)) labels[key] = values[0];
  return labels;
}

/** The Node object of an offering, bought for a pool. */
export function nodeTemplate(pool: NodePool, { offer, labels }: Offering): NewObject<Node> {
  const capacity: Record<string, string> = { cpu: `${offer.cpuMilli}m`, memory: `${offer.memBytes}`, pods: PODS };
  if (offer.gpuCount > 0) capacity['nvidia.com/gpu'] = `${offer.gpuCount}`;
  return {
    kind: 'Node',
    metadata: {
      name: pool.metadata.name,
      namespace: '',
      labels: { ...poolLabels(pool), ...labels },
      annotations: { [HASH_ANNOTATION]: templateHash(pool) },
    },
    spec: { unschedulable: false, taints: pool.spec.template.taints as readonly Taint[] },
    status: {
      capacity,
      allocatable: capacity,
      conditions: [{ type: 'Ready', status: 'True', changedUs: 0, reason: 'KubeletReady' }],
      images: [],
    },
  };
}

/** Of what drift is told by. Requirements are looked at by themselves, expiry and disruption do not count. */
export function templateHash(pool: NodePool): string {
  const { labels, taints } = pool.spec.template;
  const text = JSON.stringify([Object.entries(labels).sort(([a], [b]) => compare(a, b)), taints]);
  let hash = 0x811c9dc5;
  for (let k = 0; k < text.length; k++) hash = Math.imul(hash ^ text.charCodeAt(k), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** "c5.large spot in a at $0.034/h". */
export function offeringText({ offer, zone, spot, usdPerHour }: Offering): string {
  return `${offer.name} ${spot ? 'spot' : 'on demand'} in ${zone} at $${Number(usdPerHour.toFixed(4))}/h`;
}

function offeringOf(offer: InstanceOffer, zone: string, spot: boolean, usdPerHour: number): Offering {
  const labels = {
    [INSTANCE_TYPE_LABEL]: offer.name,
    [ZONE_LABEL]: zone,
    [CAPACITY_TYPE_LABEL]: spot ? 'spot' : 'on-demand',
    'kubernetes.io/arch': offer.architecture,
    'kubernetes.io/os': 'linux',
    'karpenter.k8s.aws/instance-family': offer.family,
    'karpenter.k8s.aws/instance-cpu': `${Math.floor(offer.cpuMilli / 1000)}`,
    'karpenter.k8s.aws/instance-memory': `${Math.floor(offer.memBytes / 1024 / 1024)}`,
  };
  return { offer, zone, spot, usdPerHour, labels };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
