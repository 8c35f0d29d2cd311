import { leastConnections } from '../src/policies/balancing/least-connections.ts';
import { powerOfChoices } from '../src/policies/balancing/power-of-choices.ts';
import { randomBalancing } from '../src/policies/balancing/random.ts';
import { roundRobin } from '../src/policies/balancing/round-robin.ts';
import { withDefaults } from '../src/policies/policy-family.ts';
import { stream } from '../src/sim/random.ts';
import type { BalancingPolicy } from '../src/sim/requests/balancing-policy.ts';
import { DiscreteRequests } from '../src/sim/requests/discrete-requests.ts';
import type { RequestModelOptions } from '../src/sim/requests/request-model.ts';
import type { RequestService } from '../src/sim/requests/request-service.ts';
import { type LevelCurve, PATIENT, type Traffic } from '../src/sim/requests/traffic.ts';

/** Balancers for tests, at their defaults. */
export const RANDOM: BalancingPolicy = randomBalancing.make(withDefaults(randomBalancing), 'random');
export const ROUND_ROBIN: BalancingPolicy = roundRobin.make(withDefaults(roundRobin), 'round-robin');
export const LEAST: BalancingPolicy = leastConnections.make(withDefaults(leastConnections), 'least-connections');
export const TWO_CHOICES: BalancingPolicy = powerOfChoices.make(withDefaults(powerOfChoices), 'power-of-choices');

/** A service with one place a replica, exponential work of a millisecond, no limits and no calls, but for what is given. */
export function service(given: Partial<RequestService> = {}): RequestService {
  return {
    name: 'web',
    concurrency: 1,
    queueLimit: Infinity,
    work: { kind: 'exponential', meanUs: 1000 },
    calls: [],
    holdsPlace: false,
    balancing: RANDOM,
    staleUs: 0,
    balancers: 1,
    slowStartUs: 0,
    ...given,
  };
}

/** The same level for ever. */
export function level(value: number): LevelCurve {
  return { at: () => value, untilUs: () => Infinity };
}

/** These levels, each from its time on. */
export function steps(...points: readonly (readonly [fromUs: number, value: number])[]): LevelCurve {
  return {
    at: (timeUs) => points.findLast(([fromUs]) => fromUs <= timeUs)?.[1] ?? 0,
    untilUs: (timeUs) => points.find(([fromUs]) => fromUs > timeUs)?.[0] ?? Infinity,
  };
}

/** Patient Poisson traffic from outside to service 0, but for what is given. */
export function poisson(perSecond: number | LevelCurve, given: Partial<Traffic> = {}): Traffic {
  const curve = typeof perSecond === 'number' ? level(perSecond) : perSecond;
  return {
    name: 'users',
    service: 0,
    source: { kind: 'open', curve, spacing: 'poisson' },
    fromZone: -1,
    client: PATIENT,
    ...given,
  };
}

/** Requests at these times. */
export function at(timesUs: readonly number[], given: Partial<Traffic> = {}): Traffic {
  let next = 0;
  const source = { kind: 'times', next: () => (next < timesUs.length ? timesUs[next++] : Infinity) } as const;
  return poisson(0, { source, ...given });
}

/** A discrete model in one zone, from time 0. */
export function model(
  services: readonly RequestService[],
  traffic: readonly Traffic[],
  {
    seed = 1,
    everyEvent = false,
    zones = ['a'],
  }: { seed?: number; everyEvent?: boolean; zones?: readonly string[] } = {},
): DiscreteRequests {
  const options: RequestModelOptions = {
    services,
    traffic,
    zones,
    startUs: 0,
    streams: (name) => stream(seed, name),
  };
  return new DiscreteRequests(options, { everyEvent });
}

/** Adds so many replicas of a service; returns their numbers. */
export function replicas(requests: DiscreteRequests, count: number, ofService = 0, zone = 0): number[] {
  return Array.from({ length: count }, (_, k) =>
    requests.addEndpoint({ service: ofService, name: `replica-${ofService}-${zone}-${k}`, zone, speed: 1, weight: 1 }),
  );
}
