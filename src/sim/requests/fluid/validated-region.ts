import { durationMeanUs, durationSquaredCv } from '../../duration-spec.ts';
import { US_PER_SECOND } from '../../time.ts';
import type { RequestModelOptions } from '../request-model.ts';
import type { RequestService } from '../request-service.ts';
import type { ClientSpec } from '../traffic.ts';
import { swingOf } from './swing.ts';
import { SQUARED_CVS, STEADY_LOADS, SWING_LOADS, type ValidatedLoads } from './validated-loads.ts';

/** Swings that turn sooner than this many service times were not compared; slower than the other, each load is steady. */
export const SWING_HALF = { shortest: 10, longest: 5000 } as const;
/** Service times of a run with quick swings: the work budget allows no more in any case. */
const QUICK_RUN = 100_000;
/** Levels on both sides of a quick swing are at least in this ratio: 0.4 was compared. */
const DEEPEST = 0.39;

/** Why a service is outside of what the fluid model was validated for (docs/fluid.md); undefined: it is inside. */
export function outsideValidated(
  options: RequestModelOptions,
  index: number,
  replicas: number | undefined,
  load: number | undefined,
): string | undefined {
  const service = options.services[index];
  return ownLimits(service) ?? clientLimits(options, index) ?? loadLimits(options, index, replicas, load);
}

function ownLimits(service: RequestService): string | undefined {
  const { balancing } = service;
  const { fluid } = balancing;
  if (fluid === undefined) return `the fluid model has no equations for the balancer "${balancing.name}"`;
  if (fluid.kind === 'choices' && (fluid.choices ?? 2) !== 2)
    return `only two choices were compared, not ${fluid.choices}`;
  if (service.staleUs > 0 && fluid.kind !== 'random' && fluid.kind !== 'round-robin')
    return 'its balancers see old loads';
  if (service.balancers > 1 && fluid.kind !== 'random') return 'it has several balancers';
  if (service.slowStartUs > 0) return 'new endpoints start slowly';
  if ((service.holdUs ?? 0) > 0) return 'calls wait where there is no endpoint (an activator)';
  if (service.queueLimit < Infinity) return 'its queues are limited';
  if (service.holdsPlace && service.calls.length > 0) return 'requests keep their place while they wait for calls';
  return undefined;
}

function loadLimits(
  options: RequestModelOptions,
  index: number,
  replicas: number | undefined,
  load: number | undefined,
): string | undefined {
  const { balancing, concurrency, work } = options.services[index];
  const kind = balancing.fluid?.kind ?? 'random';
  const squaredCv = durationSquaredCv(work);
  if (!(squaredCv >= LEAST_CV && squaredCv <= MOST_CV))
    return `service times with a squared coefficient of variation of ${short(squaredCv)} were not compared (${LEAST_CV} to ${MOST_CV} were)`;
  if (concurrency > MOST_PLACES) return `${concurrency} requests at once are more than ${MOST_PLACES}`;
  if (replicas === undefined || load === undefined)
    return 'it is not known how many replicas it has and how busy they are';
  const steady = validatedLoad(STEADY_LOADS, kind, replicas, concurrency, squaredCv);
  if (steady === undefined) return `${replicas} replicas behind "${balancing.name}" were not compared`;
  if (load > steady)
    return steady > 0
      ? `a load of ${short(load)} is above ${steady}`
      : `such service times behind "${balancing.name}" are off by more than 5 %`;
  return swingLimits(options, index, () => validatedLoad(SWING_LOADS, kind, replicas, concurrency, squaredCv), load);
}

/** Quick swings were compared less widely; whoever calls the service hands on how his requests swing. */
function swingLimits(
  options: RequestModelOptions,
  index: number,
  most: () => number | undefined,
  load: number,
): string | undefined {
  const meanUs = Math.max(1, durationMeanUs(options.services[index].work));
  const callers = callersOf(options, index);
  for (const { service, source } of options.traffic) {
    if (source.kind !== 'open' || !callers.has(service)) continue;
    const { halfUs, depth, jumps } = swingOf(source.curve, options.startUs, options.endUs ?? options.startUs + DAY_US);
    if (halfUs < SWING_HALF.shortest * meanUs) return `its load swings within ${SWING_HALF.shortest * 2} service times`;
    if (!jumps && halfUs > SWING_HALF.longest * meanUs) continue;
    if ((options.endUs ?? options.startUs + DAY_US) - options.startUs > QUICK_RUN * meanUs)
      return 'its load changes quickly for longer than the equations can be followed';
    if (depth < DEEPEST) return 'its load changes quickly to less than 40 %, or from so little';
    const swings = most() ?? 0;
    if (load > swings)
      return `its load changes quickly, which was ${swings > 0 ? `compared up to ${swings} at its top` : 'not compared for such services'}`;
  }
  return undefined;
}

/** The service and all that call it, directly or not. */
function callersOf({ services }: RequestModelOptions, index: number): Set<number> {
  const found = new Set([index]);
  for (const one of found)
    services.forEach(({ calls }, caller) => {
      if (calls.flat().some(({ service }) => service === one)) found.add(caller);
    });
  return found;
}

const LEAST_CV = 0.097;
const MOST_CV = 4;
const MOST_PLACES = 4;
const DAY_US = 86_400 * US_PER_SECOND;

/**
 * The highest load up to which both models agreed within 5 % on mean and 99th percentile, for what was measured on both
 * sides of these numbers; undefined when they lie outside of what was measured.
 */
export function validatedLoad(
  loads: ValidatedLoads,
  kind: keyof ValidatedLoads,
  replicas: number,
  places: number,
  squaredCv: number,
): number | undefined {
  const rows = loads[replicas === 1 ? 'random' : kind];
  // Queues behind `random` know nothing of each other.
  const counts = [...new Set(rows.map((row) => row.replicas))];
  const near = kind === 'random' || replicas === 1 ? counts : around(counts, replicas, 0);
  const nearPlaces = around([...new Set(rows.map((row) => row.places))], places);
  const nearCvs = around(SQUARED_CVS, squaredCv);
  if (near.length === 0 || nearPlaces.length === 0 || nearCvs.length === 0) return undefined;
  let least = Infinity;
  for (const row of rows)
    if (near.includes(row.replicas) && nearPlaces.includes(row.places))
      for (const cv of nearCvs) least = Math.min(least, row.loads[SQUARED_CVS.indexOf(cv)]);
  return least < Infinity ? least : undefined;
}

/** Those of some rising numbers that are next to this one, or it alone; none when it lies outside. */
function around(numbers: readonly number[], value: number, near = 0.03): number[] {
  const below = numbers.findLast((one) => one <= value * (1 + near));
  const above = numbers.find((one) => one >= value * (1 - near));
  return below === undefined || above === undefined ? [] : below === above ? [below] : [below, above];
}

function clientLimits(options: RequestModelOptions, index: number): string | undefined {
  const clients: ClientSpec[] = [];
  for (const traffic of options.traffic) {
    if (traffic.service !== index) continue;
    clients.push(traffic.client);
    if (traffic.source.kind === 'closed') return 'its users wait for answers';
    if (traffic.source.kind === 'times') return 'its arrivals are recorded one by one';
    if (traffic.source.batch !== undefined) return 'its requests come in batches';
    if (traffic.source.spacing === 'even') return 'its requests are evenly spaced';
  }
  for (const caller of options.services)
    for (const call of caller.calls.flat())
      if (call.service === index) {
        if (call.fanOut > 1) return 'calls to it come several at once';
        clients.push(call.client);
      }
  for (const client of clients) {
    if (client.breaker !== undefined) return 'a caller has a circuit breaker';
    if (client.hedgeAfterUs !== undefined) return 'a caller hedges';
    if (client.timeoutUs < Infinity || client.attempts > 1) return 'a caller has a timeout or retries';
  }
  return undefined;
}

function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}
