import type { BalancingPolicy, EndpointTable } from '../../sim/requests/balancing-policy.ts';
import type { PolicyFamily } from '../policy-family.ts';

/**
 * Each endpoint stands at many places of a ring of 2^32, as many as its weight says, and a request goes to the first
 * endpoint at or after its key: the same key to the same endpoint, and when an endpoint goes only its keys move. With
 * `bound` an endpoint that has more than so many times its share of all requests in flight is passed over.
 */
export const consistentHashing: PolicyFamily<BalancingPolicy> = {
  name: 'consistent-hashing',
  summary: 'the same key to the same endpoint, on a ring of hashes',
  source:
    'D. Karger et al., Consistent Hashing and Random Trees, STOC 1997; V. Mirrokni, M. Thorup, M. Zadimoghaddam, Consistent Hashing with Bounded Loads, SODA 2018',
  options: [
    {
      name: 'places',
      kind: 'count',
      default: 100,
      meaning: 'Places on the ring of an endpoint with the mean weight.',
      minimum: 1,
      maximum: 10_000,
    },
    {
      name: 'bound',
      kind: 'number',
      default: 0,
      meaning: 'Passes over endpoints with more than so many times their share of the requests in flight; 0: never.',
      minimum: 0,
    },
  ],
  make: (options, name) => {
    const places = Number(options['places']);
    const bound = Number(options['bound']);
    return {
      name,
      reads: bound > 0 ? 'load' : 'nothing',
      make: () => {
        let ring: Ring = { hashes: new Uint32Array(0), positions: new Int32Array(0) };
        return {
          changed: (table) => {
            ring = ringOf(table, places);
          },
          pick: (table, key) => {
            const { hashes, positions } = ring;
            if (hashes.length === 0) return -1;
            const first = firstFrom(hashes, key >>> 0);
            if (bound <= 0) return positions[first];
            return firstWithRoom(table, positions, first, bound);
          },
        };
      },
    };
  },
};

interface Ring {
  readonly hashes: Uint32Array;
  /** Whose place it is, in the table. */
  readonly positions: Int32Array;
}

function ringOf(table: EndpointTable, places: number): Ring {
  let total = 0;
  let drawable = 0;
  for (let at = 0; at < table.count; at++)
    if (table.weight[at] > 0) {
      total += table.weight[at];
      drawable++;
    }
  const keys: number[] = [];
  for (let at = 0; at < table.count; at++) {
    const share = (table.weight[at] * drawable) / total;
    const own = table.weight[at] > 0 ? Math.max(1, Math.round(places * share)) : 0;
    // A key holds hash and position, so that equal hashes go to the first of the table on every machine.
    for (let place = 0; place < own; place++) keys.push((placeHash(table.hash[at], place) >>> 0) * 2 ** 20 + at);
  }
  const sorted = Float64Array.from(keys).sort();
  return {
    hashes: Uint32Array.from(sorted, (key) => Math.floor(key / 2 ** 20)),
    positions: Int32Array.from(sorted, (key) => key % 2 ** 20),
  };
}

/** The hash of an endpoint's place, from the hash of its name (the finaliser of MurmurHash3 over a Weyl sequence). */
function placeHash(hash: number, place: number): number {
  let bits = (hash + Math.imul(place, 0x9e3779b9)) | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

/** The first place at or after the key, round the ring. */
function firstFrom(hashes: Uint32Array, key: number): number {
  let low = 0;
  let high = hashes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (hashes[middle] < key) low = middle + 1;
    else high = middle;
  }
  return low === hashes.length ? 0 : low;
}

function firstWithRoom(table: EndpointTable, positions: Int32Array, first: number, bound: number): number {
  let inFlight = 1;
  let weights = 0;
  for (let at = 0; at < table.count; at++)
    if (table.weight[at] > 0) {
      inFlight += table.inFlight[at];
      weights += table.weight[at];
    }
  for (let step = 0, place = first; step < positions.length; step++) {
    const at = positions[place];
    const most = Math.ceil((bound * inFlight * table.weight[at]) / weights);
    if (table.inFlight[at] + 1 <= most) return at;
    place = place + 1 === positions.length ? 0 : place + 1;
  }
  return positions[first];
}
