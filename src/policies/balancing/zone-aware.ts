import type { RandomStream } from '../../sim/random.ts';
import type { BalancingPolicy, EndpointTable } from '../../sim/requests/balancing-policy.ts';
import type { PolicyFamily } from '../policy-family.ts';

/** How fast the traffic shares forget: a request counts for 1/e after so many others. */
const MEMORY = 1000;

/**
 * Keeps a request in the zone that it comes from, as far as that zone's share of all weights reaches: of the traffic of a
 * zone whose share of all traffic is larger, 1 - capacity share / traffic share goes to the others, by what they
 * have to spare. Within the zone the endpoint is drawn by weight, or the less loaded of two drawn.
 */
export const zoneAware: PolicyFamily<BalancingPolicy> = {
  name: 'zone-aware',
  summary: 'in its own zone, as far as that zone has capacity for its traffic',
  source: 'Envoy zone aware routing; Kubernetes topology aware routing',
  options: [
    {
      name: 'inner',
      kind: 'choice',
      default: 'two-choices',
      meaning: 'How the endpoint is chosen within the zone.',
      choices: ['random', 'two-choices'],
    },
  ],
  make: (options, name) => {
    const twice = options['inner'] === 'two-choices';
    return {
      name,
      reads: twice ? 'probes' : 'nothing',
      make: ({ random, zones }) => {
        let members: ZoneMembers[] = [];
        /** Recent traffic by zone, the last entry for all that comes from outside. */
        const traffic = new Float64Array(zones.length + 1);
        let seen = 0;
        return {
          changed: (table) => {
            members = membersOf(table, zones.length);
          },
          pick: (table, _key, fromZone) => {
            // Older requests count for less: the newest weighs more each time.
            const from = fromZone < 0 ? zones.length : fromZone;
            seen = seen * (1 - 1 / MEMORY) + 1;
            for (let zone = 0; zone <= zones.length; zone++) traffic[zone] *= 1 - 1 / MEMORY;
            traffic[from]++;
            const zone = fromZone < 0 ? anyZone(members, random) : ownOrOther(members, traffic, seen, from, random);
            if (zone < 0) return -1;
            const first = draw(members[zone], random);
            if (!twice || members[zone].positions.length === 1) return first;
            const second = draw(members[zone], random);
            return table.probe(second) < table.probe(first) ? second : first;
          },
        };
      },
    };
  },
};

/** The endpoints of a zone that may get requests. */
interface ZoneMembers {
  readonly positions: number[];
  /** Weights up to and with each. */
  readonly sums: number[];
  readonly weight: number;
  /** Of the weights of all zones. */
  readonly share: number;
}

function membersOf(table: EndpointTable, zones: number): ZoneMembers[] {
  let total = 0;
  for (let at = 0; at < table.count; at++) total += table.weight[at];
  return Array.from({ length: zones }, (_, zone) => {
    const positions: number[] = [];
    const sums: number[] = [];
    let weight = 0;
    for (let at = 0; at < table.count; at++) {
      if (table.zone[at] !== zone || table.weight[at] <= 0) continue;
      positions.push(at);
      sums.push((weight += table.weight[at]));
    }
    return { positions, sums, weight, share: total > 0 ? weight / total : 0 };
  });
}

/** The zone itself, or with the chance of a spill another one by its spare capacity; -1: nobody has any. */
function ownOrOther(
  members: readonly ZoneMembers[],
  traffic: Float64Array,
  seen: number,
  own: number,
  random: RandomStream,
): number {
  const share = traffic[own] / seen;
  const kept = members[own].share >= share ? 1 : members[own].share / share;
  if (random.next() < kept) return members[own].positions.length > 0 ? own : anyZone(members, random);
  // What another zone has to spare: its capacity beyond its own traffic.
  let spare = 0;
  const spareOf = (zone: number): number => Math.max(0, members[zone].share - traffic[zone] / seen);
  for (let zone = 0; zone < members.length; zone++) if (zone !== own) spare += spareOf(zone);
  if (spare <= 0) return anyZone(members, random);
  let at = random.next() * spare;
  let last = -1;
  for (let zone = 0; zone < members.length; zone++) {
    const has = zone === own ? 0 : spareOf(zone);
    if (has === 0) continue;
    last = zone;
    if (at < has) return zone;
    at -= has;
  }
  return last;
}

/** Any zone by its weight. */
function anyZone(members: readonly ZoneMembers[], random: RandomStream): number {
  let at = random.next();
  let last = -1;
  for (let zone = 0; zone < members.length; zone++) {
    const { share } = members[zone];
    if (share === 0) continue;
    last = zone;
    if (at < share) return zone;
    at -= share;
  }
  return last;
}

function draw({ positions, sums, weight }: ZoneMembers, random: RandomStream): number {
  const value = random.next() * weight;
  let at = 0;
  while (at < positions.length - 1 && sums[at] <= value) at++;
  return positions[at];
}
