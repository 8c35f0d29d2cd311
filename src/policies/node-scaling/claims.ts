import type { FleetPod, FleetView, NodeDecision } from '../../sim/scaling/node-policy.ts';
import { byCpuThenId } from './fleet-sketch.ts';
import type { GroupCount } from './group-count.ts';
import { hourly, nodesText } from './phrases.ts';
import { podsText, type PodKind } from './pod-kinds.ts';
import { Room } from './room.ts';

/** Which groups Karpenter may choose from, and which it prefers. */
export type SpotRule = 'prefer' | 'cheapest' | 'never';

/** A machine to be bought whose kind is still open: any of `groups` would hold its pods. */
export interface Claim {
  readonly pods: readonly FleetPod[];
  /** Groups that would do, the one to be bought first. */
  readonly groups: readonly number[];
}

interface OpenClaim {
  readonly pods: FleetPod[];
  /** The groups that still would do, each with what its machine would have left. */
  options: { readonly group: number; readonly room: Room }[];
}

/** Groups in the order in which they are bought: spot before others where it is preferred, then by price, then by place. */
export function buyingOrder(view: FleetView, spot: SpotRule): number[] {
  return view.groups
    .map((_, g) => g)
    .filter((g) => spot !== 'never' || !view.groups[g].spot)
    .sort((a, b) => {
      const first = view.groups[a];
      const second = view.groups[b];
      const bySpot = spot === 'prefer' ? Number(second.spot) - Number(first.spot) : 0;
      return bySpot || first.usdPerHour - second.usdPerHour || a - b;
    });
}

/**
 * Karpenter's scheduling of pods on new machines (`provisioning/scheduling`): the largest CPU request first, each on
 * the claim with the fewest pods that still has a kind of machine for all of them, else on a new claim. At most
 * `most` claims are opened. Pods no group would hold are left.
 */
export function openClaims(
  view: FleetView,
  kinds: readonly PodKind[],
  groups: readonly number[],
  most = Infinity,
): { readonly claims: readonly Claim[]; readonly left: readonly FleetPod[] } {
  const claims: OpenClaim[] = [];
  const left: FleetPod[] = [];
  for (const pod of kinds.flatMap((kind) => kind.pods).sort(byCpuThenId)) {
    const able = groups.filter((g) => view.fitsTemplate(pod, g));
    // Sorting each time keeps claims of equally many pods in the order they had, as upstream does.
    claims.sort((a, b) => a.pods.length - b.pods.length);
    if (claims.some((claim) => join(claim, pod, able, view))) continue;
    const fresh = able
      .map((group) => ({ group, room: new Room(view.groups[group].template) }))
      .filter(({ room }) => room.fits(pod.request));
    if (fresh.length === 0 || claims.length >= most) {
      left.push(pod);
      continue;
    }
    for (const { room } of fresh) room.take(pod.request);
    claims.push({ pods: [pod], options: fresh });
  }
  return { claims: claims.map(({ pods, options }) => ({ pods, groups: options.map(({ group }) => group) })), left };
}

/** Buys for each claim the first of its groups that still has machines; orders for one group are put together. */
export function buyClaims(view: FleetView, claims: readonly Claim[], counts: GroupCount): NodeDecision[] {
  const bought = new Map<number, Claim[]>();
  for (const claim of claims) {
    const group = claim.groups.find((g) => counts.canAdd(g) > 0);
    if (group === undefined) continue;
    counts.add(group, 1);
    const others = bought.get(group);
    if (others) others.push(claim);
    else bought.set(group, [claim]);
  }
  return [...bought].map(([group, some]) => ({
    kind: 'add',
    group,
    count: some.length,
    why: whyBuy(view, group, some),
  }));
}

function join(claim: OpenClaim, pod: FleetPod, able: readonly number[], view: FleetView): boolean {
  const options = claim.options.filter(({ group, room }) => room.fits(pod.request) && able.includes(group));
  if (options.length === 0) return false;
  claim.options = options.map(({ group, room }) => {
    const fuller = room.copy(view.groups[group].template);
    fuller.take(pod.request);
    return { group, room: fuller };
  });
  claim.pods.push(pod);
  return true;
}

function whyBuy(view: FleetView, group: number, claims: readonly Claim[]): string {
  const { name, usdPerHour, spot } = view.groups[group];
  const pods = podsText(claims.flatMap((claim) => claim.pods));
  const others = [...new Set(claims.flatMap((claim) => claim.groups))].filter((g) => g !== group);
  const compared = others.slice(0, 3).map((g) => `${view.groups[g].name} ${hourly(view.groups[g].usdPerHour)}`);
  const over = compared.length > 0 ? `before ${compared.join(', ')}` : 'the only kind that holds them';
  return `${pods} have no room; ${nodesText(claims.length)} of ${name} at ${hourly(usdPerHour)}${spot ? ' (spot)' : ''}, ${over}`;
}
