import { powerOfChoices } from '../src/policies/balancing/power-of-choices.ts';
import { randomBalancing } from '../src/policies/balancing/random.ts';
import { cos } from '../src/sim/exact-math.ts';
import { stream } from '../src/sim/random.ts';
import { FluidRequests } from '../src/sim/requests/fluid/fluid-requests.ts';
import type { RequestService } from '../src/sim/requests/request-service.ts';
import { type LevelCurve, PATIENT, type Traffic } from '../src/sim/requests/traffic.ts';

const MINUTE_US = 60_000_000;
/** Services that users ask; each calls two of the others, which call one more each. */
const MOST_FRONTS = 50;
const REQUESTS_PER_S = 1_000_000;
/** Every quarter of a minute the counters of all services are read, and the busy time of a replica of each, as metrics are. */
const LOOK_US = 15_000_000;

/** What a day came to. */
export interface FluidDay {
  readonly requests: number;
  readonly steps: number;
  readonly served: number;
  readonly busyUs: number;
  readonly p99Us: readonly number[];
}

/**
 * A day of 200 services with calls in three tiers and a diurnal curve each, minute by minute; a million requests a second
 * in all on average, calls included. `minutes` and the services that users
 * ask may be fewer.
 */
export function fluidDay(minutes: number, fronts = MOST_FRONTS): FluidDay {
  const services = 4 * fronts;
  const model = new FluidRequests({
    services: Array.from({ length: services }, (_, index) => service(index, fronts)),
    traffic: Array.from({ length: fronts }, (_, index) => users(index)),
    zones: ['a'],
    startUs: 0,
    streams: (name) => stream(1, name),
  });
  for (let index = 0; index < services; index++)
    for (let replica = 0; replica < REPLICAS; replica++)
      model.addEndpoint({ service: index, name: `${index}/${replica}`, zone: 0, speed: 1, weight: 1 });
  let busyUs = 0;
  let served = 0;
  for (let us = LOOK_US; us <= minutes * MINUTE_US; us += LOOK_US) {
    model.advance(us);
    busyUs = 0;
    for (let endpoint = 0; endpoint < services * REPLICAS; endpoint += REPLICAS) busyUs += model.busyUs(endpoint);
    served = 0;
    for (const tally of model.services) served += tally.served;
  }
  model.check();
  return {
    requests: model.services.reduce((sum, { arrived }) => sum + arrived, 0),
    steps: model.work.steps,
    served,
    busyUs,
    p99Us: Array.from({ length: services }, (_, index) => model.takeServiceLatency(index).quantileUs(0.99)),
  };
}

const REPLICAS = 100;
/** Fronts get 1/4 of all calls, the middle 2/4, the last 1/4. */
const PER_FRONT = REQUESTS_PER_S / 4 / MOST_FRONTS;

function service(index: number, fronts: number): RequestService {
  const tier = index < fronts ? 0 : index < 3 * fronts ? 1 : 2;
  const called = tier === 0 ? [fronts + index, 2 * fronts + index] : tier === 1 ? [3 * fronts + (index % fronts)] : [];
  // A load of 0.5 on average: 100 replicas with 4 places serve 5,000 a second in 40 ms.
  const perSecond = PER_FRONT;
  const meanUs = (0.5 * REPLICAS * 4 * 1e6) / perSecond;
  return {
    name: `service-${index}`,
    concurrency: 4,
    queueLimit: Infinity,
    work: { kind: 'exponential', meanUs: meanUs * (1 + (index % 7) / 20) },
    calls:
      called.length === 0
        ? []
        : [
            called.map((to) => ({
              service: to,
              chance: tier === 0 ? 1 : 0.5,
              fanOut: 1,
              client: PATIENT,
              required: true,
            })),
          ],
    holdsPlace: false,
    balancing:
      index % 2 === 0 ? powerOfChoices.make({ choices: 2 }, 'power-of-choices') : randomBalancing.make({}, 'random'),
    staleUs: 0,
    balancers: 1,
    slowStartUs: 0,
  };
}

function users(index: number): Traffic {
  const levels = Array.from(
    { length: 1440 },
    (_, minute) => PER_FRONT * (1 - 0.4 * cos((2 * Math.PI * (minute + 7 * index)) / 1440)),
  );
  const curve: LevelCurve = {
    at: (us) => levels[Math.floor(us / MINUTE_US) % 1440],
    untilUs: (us) => (Math.floor(us / MINUTE_US) + 1) * MINUTE_US,
  };
  return {
    name: `users-${index}`,
    service: index,
    source: { kind: 'open', curve, spacing: 'poisson' },
    fromZone: -1,
    client: PATIENT,
  };
}
