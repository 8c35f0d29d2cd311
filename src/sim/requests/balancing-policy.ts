import type { RandomStream } from '../random.ts';

/** The endpoints of one service as one balancer knows them: columns, of which the first `count` entries are meant. */
export interface EndpointTable {
  count: number;
  /** The endpoint's id in the request model. */
  id: Int32Array;
  /** Requests at the endpoint (queued and served), as old as the balancer's knowledge is. */
  inFlight: Float64Array;
  /** Share of traffic it should get, relative to the others; 1 is usual, 0 none. */
  weight: Float64Array;
  /** Index of its zone. */
  zone: Int32Array;
  /** A hash of the endpoint's name, 32 bits, for consistent hashing. */
  hash: Int32Array;
  /** `inFlight` of one position, for policies that look at a few of them only: cheaper than having all brought up to date. */
  probe(position: number): number;
}

/** What a balancer made for one run is given. */
export interface BalancerContext {
  /** Its own stream. */
  readonly random: RandomStream;
  /** Zones by index; endpoints and clients name theirs by it. */
  readonly zones: readonly string[];
}

/** Sends requests to endpoints. One is made for each balancer of each service. */
export interface Balancer {
  /** The set of endpoints or a weight has changed: rings and tables are made anew here. */
  changed(table: EndpointTable): void;
  /**
   * The position in the table of the endpoint that gets the request; -1: none. `key` is the request's 32-bit hash
   * (its client or session), `fromZone` the zone that it comes from, -1 from outside.
   */
  pick(table: EndpointTable, key: number, fromZone: number): number;
}

/** Which endpoint gets a request. */
export interface BalancingPolicy {
  readonly name: string;
  readonly summary?: string;
  readonly source?: string;
  /**
   * What `pick` reads besides weights and zones: `load` has all of `inFlight` brought up to date before each pick,
   * `probes` asks for single positions by `probe`, `nothing` asks for neither.
   */
  readonly reads: 'nothing' | 'probes' | 'load';
  /** What the fluid model takes it for; absent: it has no equations for it, and `auto` runs the service discretely. */
  readonly fluid?: { readonly kind: 'random' | 'round-robin' | 'least' | 'choices'; readonly choices?: number };
  make(context: BalancerContext): Balancer;
}
