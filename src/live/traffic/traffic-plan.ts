import type { DurationSpec } from '../../sim/duration-spec.ts';
import type { Streams } from '../../sim/living-spec.ts';
import { Arrivals } from '../../sim/requests/arrivals.ts';
import type { CallSpec, RequestService } from '../../sim/requests/request-service.ts';
import type { ClientSpec, LevelCurve, Traffic } from '../../sim/requests/traffic.ts';
import { stream } from '../../sim/random.ts';

/**
 * The requests of a run as plain data: enough to send them again without the scenario. Times are simulated
 * microseconds. The streams of random numbers are not kept; their seed and their names are (the names of services and
 * traffic), and whoever sends the requests draws from them as the run did.
 */
export interface TrafficPlan {
  readonly seed: number;
  readonly durationUs: number;
  /** How often the run was looked at: intervals of what is measured begin and end then. */
  readonly scrapeUs: number;
  readonly zones: readonly string[];
  /** One way: within a zone, between zones, and from outside. */
  readonly delaysUs: { readonly within: number; readonly between: number; readonly outside: number };
  readonly services: readonly PlannedService[];
  readonly traffic: readonly PlannedTraffic[];
  /** Sentences: what of the requests is not as it was in the run, and why. */
  readonly notes: readonly string[];
}

/** A service; Infinity is written as null, since JSON has none. */
export interface PlannedService extends Omit<RequestService, 'balancing' | 'queueLimit' | 'calls'> {
  readonly queueLimit: number | null;
  /** The policy as it is written in scenarios: `power-of-choices(choices=3)`. */
  readonly balancing: string;
  readonly calls: readonly (readonly PlannedCall[])[];
}

export interface PlannedCall extends Omit<CallSpec, 'client'> {
  readonly client: PlannedClient;
}

export interface PlannedClient extends Omit<ClientSpec, 'timeoutUs'> {
  readonly timeoutUs: number | null;
}

export interface PlannedTraffic extends Omit<Traffic, 'source' | 'client'> {
  readonly client: PlannedClient;
  readonly source: PlannedSource;
}

export type PlannedSource =
  /** Every request's time, in order; those of a batch have the same. */
  | { readonly kind: 'times'; readonly timesUs: readonly number[] }
  /** Too many to write down: the level from each time on, and the stream that they are drawn from. */
  | { readonly kind: 'open'; readonly levels: Levels; readonly spacing: 'poisson' | 'even' }
  | { readonly kind: 'closed'; readonly levels: Levels; readonly think: DurationSpec };

/** Times, and the level that holds from each of them to the next. */
export type Levels = readonly (readonly [fromUs: number, level: number])[];

/** What a plan is made of: what a run's requests were made of. */
export interface TrafficOrigin {
  readonly seed: number;
  readonly durationUs: number;
  readonly scrapeUs: number;
  readonly zones: readonly string[];
  readonly delaysUs: { readonly within: number; readonly between: number; readonly outside: number };
  readonly services: readonly RequestService[];
  /** Called anew for each look, since what it makes may remember. */
  readonly traffic: (streams: Streams) => readonly Traffic[];
}

/** Times that are written down in one plan, at most. */
const MOST_TIMES = 200_000;
/** Changes of a level. */
const MOST_LEVELS = 100_000;

/** The plan of a run's requests, and what of them it cannot hold. */
export function trafficPlanOf(origin: TrafficOrigin, mostTimes = MOST_TIMES): TrafficPlan {
  const { seed, durationUs, scrapeUs, zones, delaysUs, services } = origin;
  const streams: Streams = (name) => stream(seed, name);
  const notes: string[] = [];
  let left = mostTimes;
  const traffic = origin.traffic(streams).map((one, index): PlannedTraffic => {
    const { name, service, fromZone, client, source } = one;
    const planned = { name, service, fromZone, client: plannedClient(client) };
    if (source.kind === 'closed')
      return {
        ...planned,
        source: { kind: 'closed', levels: levelsOf(source.users, durationUs), think: source.think },
      };
    const { timesUs, isAll } = timesOf(one, durationUs, streams, left);
    // Arrivals that do not come in batches can be drawn again from what is short: the curve. It is asked anew.
    const again = isAll ? source : origin.traffic(streams)[index].source;
    if (again.kind === 'open' && !isAll && again.batch === undefined) {
      const levels = levelsOf(again.curve, durationUs);
      return { ...planned, source: { kind: 'open', levels, spacing: again.spacing } };
    }
    if (!isAll)
      notes.push(
        `of the traffic "${name}" the first ${timesUs.length} requests are kept, up to ${seconds(timesUs.at(-1) ?? 0)} s; no more are sent`,
      );
    left -= timesUs.length;
    return { ...planned, source: { kind: 'times', timesUs } };
  });
  return {
    seed,
    durationUs,
    scrapeUs,
    zones,
    delaysUs,
    services: services.map((service) => plannedService(service)),
    traffic,
    notes: [...notes, ...services.flatMap((service) => unlike(service))],
  };
}

function timesOf(
  traffic: Traffic,
  durationUs: number,
  streams: Streams,
  most: number,
): { readonly timesUs: number[]; readonly isAll: boolean } {
  const timesUs: number[] = [];
  for (const arrivals = new Arrivals(traffic, 0, streams); arrivals.nextUs <= durationUs; arrivals.step())
    for (let k = 0; k < arrivals.batch; k++) {
      if (timesUs.length >= most) return { timesUs, isAll: false };
      timesUs.push(arrivals.nextUs);
    }
  return { timesUs, isAll: true };
}

function levelsOf(curve: LevelCurve, durationUs: number): Levels {
  const levels: [number, number][] = [];
  for (let atUs = 0; atUs <= durationUs && levels.length < MOST_LEVELS; atUs = curve.untilUs(atUs))
    levels.push([atUs, curve.at(atUs)]);
  return levels;
}

function plannedClient(client: ClientSpec): PlannedClient {
  return { ...client, timeoutUs: client.timeoutUs === Infinity ? null : client.timeoutUs };
}

function plannedService({ balancing, queueLimit, calls, ...service }: RequestService): PlannedService {
  return {
    ...service,
    queueLimit: queueLimit === Infinity ? null : queueLimit,
    balancing: balancing.name,
    calls: calls.map((stage) => stage.map((call) => ({ ...call, client: plannedClient(call.client) }))),
  };
}

/** What a service does in the simulation and its containers do not. */
function unlike({ name, calls, holdsPlace }: RequestService): string[] {
  if (calls.length === 0) return [];
  return [
    `the calls that service "${name}" makes are made for it by the load generator, when its container has answered`,
    ...(holdsPlace
      ? [`a container of "${name}" has no place taken by a request that waits for calls, as a simulated one has`]
      : []),
  ];
}

function seconds(us: number): string {
  return (us / 1e6).toFixed(1);
}
