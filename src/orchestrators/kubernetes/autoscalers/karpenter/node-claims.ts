import type { ApiServer } from '../../api/api-server.ts';
import type { NodePool } from '../../objects/autoscaling.ts';
import type { Labels } from '../../objects/meta.ts';
import { matchesLabels } from '../../objects/label-selector.ts';
import { ZONE_LABEL } from '../../objects/node-labels.ts';
import { matchesNodeTerms } from '../../objects/node-selector.ts';
import { podResources, type PodResources } from '../../objects/pod-resources.ts';
import type { Node } from '../../objects/node.ts';
import type { Pod, PodSpec } from '../../objects/pod.ts';
import { untoleratedTaint } from '../../objects/tolerations.ts';
import type { ClusterSnapshot } from '../shared/cluster-snapshot.ts';
import { daemonPodsFor, imaginedNode } from '../shared/imagined-objects.ts';
import { kindKeyOf } from '../shared/pod-kinds.ts';
import { nodeTemplate, poolLabels, type Offering } from './offerings.ts';
import { formsOf } from './preferences.ts';

/** Most instance types that a claim keeps open. */
const MOST_TYPES = 600;

/** A machine to be bought whose kind is still open: any of its offerings would hold its pods. */
export interface NodeClaim {
  readonly pool: NodePool;
  readonly pods: readonly Pod[];
  /** Cheapest first. */
  readonly offerings: readonly Offering[];
}

export interface Scheduled {
  readonly claims: readonly NodeClaim[];
  readonly unplaced: readonly Pod[];
}

/** What may be bought where: pools in the order in which they are asked, and their offerings. */
export interface PoolOfferings {
  readonly pool: NodePool;
  readonly offerings: readonly Offering[];
}

/**
 * Karpenter's scheduling of pods, in thought: the largest CPU request first, each on the first existing node that takes
 * it, else on the claim with the fewest pods that does, else on a new claim of the first pool that can. A pod that finds
 * nothing comes back with a preference less, until a whole pass makes no progress.
 *
 * The thoughts stay in the snapshot: mark before, revert after.
 *
 * Source: karpenter, pkg/controllers/provisioning/scheduling/{scheduler,queue,nodeclaim}.go.
 */
export class ClaimScheduler {
  private readonly api: ApiServer;
  private readonly snapshot: ClusterSnapshot;

  constructor(api: ApiServer, snapshot: ClusterSnapshot) {
    this.api = api;
    this.snapshot = snapshot;
  }

  /** `nodes`: existing ones that may be used, in the order in which they are tried. */
  schedule(pods: readonly Pod[], nodes: readonly string[], pools: readonly PoolOfferings[]): Scheduled {
    if (pods.some(({ spec }) => spreads(spec))) this.imagineZones(pools);
    const claims: OpenClaim[] = [];
    /** For kinds that do not look at other pods: from which node on it is worth looking. */
    const tried = new Map<string, number>();
    let queue = [...pods].sort(byQueueOrder).map((pod) => ({ pod, form: 0 }));
    for (let progress = true; progress && queue.length > 0;) {
      progress = false;
      const failed: typeof queue = [];
      for (const { pod, form } of queue) {
        const forms = formsOf(pod);
        if (this.place(forms[form], pod, nodes, claims, pools, tried)) progress = true;
        else if (form + 1 < forms.length) {
          failed.push({ pod, form: form + 1 });
          progress = true;
        } else failed.push({ pod, form });
      }
      queue = failed;
    }
    return {
      claims: claims.map(({ pool, pods: on, offerings }) => ({ pool, pods: on, offerings })),
      unplaced: queue.map(({ pod }) => pod),
    };
  }

  /**
   * A node without any room in every zone where a pool could buy: so that spreading counts the zones that are empty so
   * far, as Karpenter does, and not only those that have nodes.
   */
  private imagineZones(pools: readonly PoolOfferings[]): void {
    const { snapshot } = this;
    for (const { pool, offerings } of pools) {
      const zones = new Map(offerings.map((offering) => [offering.zone, offering]));
      for (const [zone, offering] of zones) {
        const node = imaginedNode(
          nodeTemplate(pool, offering),
          `${pool.metadata.name}/zone-${zone}`,
          snapshot.nextId(),
        );
        const status = { ...node.status, allocatable: { pods: '0' } };
        snapshot.addNode({ ...node, status });
      }
    }
  }

  private place(
    pod: Pod,
    original: Pod,
    nodes: readonly string[],
    claims: OpenClaim[],
    pools: readonly PoolOfferings[],
    tried: Map<string, number>,
  ): boolean {
    const { snapshot } = this;
    const plain = !looksAtPods(pod.spec);
    const kind = plain ? kindKeyOf(pod) : undefined;
    for (let k = kind === undefined ? 0 : (tried.get(kind) ?? 0); k < nodes.length; k++) {
      if (snapshot.fits(pod, nodes[k])) {
        snapshot.place(original, nodes[k]);
        return true;
      }
      if (kind !== undefined) tried.set(kind, k + 1);
    }
    // Sorting each time keeps claims of equally many pods in the order they had.
    claims.sort((a, b) => a.pods.length - b.pods.length);
    for (const claim of claims) {
      if (kind !== undefined && claim.refused.has(kind)) continue;
      if (this.join(claim, pod, original)) return true;
      if (kind !== undefined) claim.refused.add(kind);
    }
    for (const { pool, offerings } of pools) {
      const mark = snapshot.mark();
      const claim = this.open(pool, offerings);
      if (claim !== undefined && this.join(claim, pod, original)) {
        claims.push(claim);
        return true;
      }
      snapshot.revert(mark);
    }
    return false;
  }

  private open(pool: NodePool, offerings: readonly Offering[]): OpenClaim | undefined {
    if (offerings.length === 0) return undefined;
    const { snapshot } = this;
    const id = snapshot.nextId();
    const name = `${pool.metadata.name}/claim${-id}`;
    const node = this.represent(pool, offerings, offerings[0], name, id);
    snapshot.addNode(node);
    const daemons = daemonPodsFor(this.api, node, snapshot.nextId);
    const used = emptySum();
    for (const pod of daemons) {
      snapshot.place(pod, name);
      add(used, podResources(pod.spec));
    }
    const labels = poolLabels(pool);
    return { pool, labels, name, id, pods: [], offerings, used, daemons: daemons.length, refused: new Set<string>() };
  }

  /** Puts the pod on the claim, if an offering is left that holds all of its pods, in a zone that suits them. */
  private join(claim: OpenClaim, pod: Pod, original: Pod): boolean {
    const { snapshot } = this;
    const { pool, labels } = claim;
    if (untoleratedTaint(nodeTaints(pool), pod.spec.tolerations) !== undefined) return false;
    const used = { ...claim.used, scalars: new Map(claim.used.scalars) };
    add(used, podResources(pod.spec));
    const left = claim.offerings.filter(
      (offering) =>
        holds(offering, used, claim.daemons + claim.pods.length + 1) && suits(pod.spec, labels, offering.labels),
    );
    const mark = snapshot.mark();
    const zones: string[] = [];
    for (const offering of left) {
      if (zones.includes(offering.zone)) continue;
      snapshot.changeNode(this.represent(pool, left, offering, claim.name, claim.id));
      if (snapshot.fits(pod, claim.name)) zones.push(offering.zone);
      // A pod that does not look at other pods is at home in every zone, or in none.
      if (!looksAtPods(pod.spec) || (zones.length > 0 && looksAtZones(pod.spec))) break;
    }
    snapshot.revert(mark);
    if (zones.length === 0) return false;
    const narrowed = looksAtPods(pod.spec) ? left.filter(({ zone }) => zones.includes(zone)) : left;
    claim.offerings = narrowed;
    claim.used = used;
    claim.pods.push(original);
    snapshot.changeNode(this.represent(pool, narrowed, narrowed[0], claim.name, claim.id));
    snapshot.place(original, claim.name);
    return true;
  }

  /** A node with the labels of one offering and the size of the largest: its size is checked offering by offering. */
  private represent(pool: NodePool, offerings: readonly Offering[], one: Offering, name: string, id: number): Node {
    const node = imaginedNode(nodeTemplate(pool, one), name, id);
    let { cpuMilli, memBytes, gpuCount } = one.offer;
    for (const { offer } of offerings) {
      cpuMilli = Math.max(cpuMilli, offer.cpuMilli);
      memBytes = Math.max(memBytes, offer.memBytes);
      gpuCount = Math.max(gpuCount, offer.gpuCount);
    }
    const amounts = {
      ...node.status.allocatable,
      cpu: `${cpuMilli}m`,
      memory: `${memBytes}`,
      ...(gpuCount > 0 && { 'nvidia.com/gpu': `${gpuCount}` }),
    };
    return { ...node, status: { ...node.status, capacity: amounts, allocatable: amounts } };
  }
}

/** The offerings of at most 600 instance types, cheapest first. */
export function ofCheapestTypes(offerings: readonly Offering[]): Offering[] {
  const types = new Set<string>();
  return offerings.filter(({ offer }) => {
    if (types.size < MOST_TYPES) types.add(offer.name);
    return types.has(offer.name);
  });
}

interface OpenClaim {
  readonly pool: NodePool;
  readonly labels: Labels;
  readonly name: string;
  readonly id: number;
  readonly pods: Pod[];
  offerings: readonly Offering[];
  used: Sum;
  readonly daemons: number;
  /** Kinds of pods that it will never take. */
  readonly refused: Set<string>;
}

interface Sum {
  cpuMilli: number;
  memBytes: number;
  scalars: Map<string, number>;
}

function emptySum(): Sum {
  return { cpuMilli: 0, memBytes: 0, scalars: new Map() };
}

function add(sum: Sum, { cpuMilli, memBytes, scalars }: PodResources): void {
  sum.cpuMilli += cpuMilli;
  sum.memBytes += memBytes;
  for (const { name, amount } of scalars) sum.scalars.set(name, (sum.scalars.get(name) ?? 0) + amount);
}

function holds({ offer }: Offering, { cpuMilli, memBytes, scalars }: Sum, pods: number): boolean {
  if (cpuMilli > offer.cpuMilli || memBytes > offer.memBytes || pods > 110) return false;
  for (const [name, amount] of scalars) if (amount > (name === 'nvidia.com/gpu' ? offer.gpuCount : 0)) return false;
  return true;
}

function suits({ nodeSelector, nodeAffinity }: PodSpec, ofPool: Labels, ofOffering: Labels): boolean {
  if (Object.keys(nodeSelector).length === 0 && nodeAffinity?.required === undefined) return true;
  const labels = { ...ofPool, ...ofOffering };
  return matchesLabels(nodeSelector, labels) && matchesNodeTerms(nodeAffinity?.required, labels, '');
}

function nodeTaints(pool: NodePool): Node['spec']['taints'] {
  return pool.spec.template.taints as Node['spec']['taints'];
}

/** CPU, then memory, the largest first; then the oldest. */
function byQueueOrder(a: Pod, b: Pod): number {
  const first = podResources(a.spec);
  const second = podResources(b.spec);
  return (
    second.cpuMilli - first.cpuMilli ||
    second.memBytes - first.memBytes ||
    a.metadata.creationUs - b.metadata.creationUs ||
    (a.metadata.uid < b.metadata.uid ? -1 : a.metadata.uid > b.metadata.uid ? 1 : 0)
  );
}

function looksAtPods({ podAffinity, podAntiAffinity, topologySpreadConstraints }: PodSpec): boolean {
  return (
    (podAffinity?.required.length ?? 0) > 0 ||
    (podAntiAffinity?.required.length ?? 0) > 0 ||
    topologySpreadConstraints.some(({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule')
  );
}

/** Whether it asks, or would like, to be spread. */
function spreads({ topologySpreadConstraints }: PodSpec): boolean {
  return topologySpreadConstraints.length > 0;
}

/** Whether where its zone is matters to the pods that come after it. */
function looksAtZones({ podAffinity, podAntiAffinity, topologySpreadConstraints }: PodSpec): boolean {
  const keys = [
    ...(podAffinity?.required ?? []).map(({ topologyKey }) => topologyKey),
    ...(podAntiAffinity?.required ?? []).map(({ topologyKey }) => topologyKey),
    ...topologySpreadConstraints.map(({ topologyKey }) => topologyKey),
  ];
  return keys.includes(ZONE_LABEL);
}
