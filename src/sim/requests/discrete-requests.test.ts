import { describe, expect, test } from 'vitest';
import {
  LEAST,
  model,
  poisson,
  RANDOM,
  replicas,
  ROUND_ROBIN,
  service,
  steps,
  TWO_CHOICES,
} from '../../../test/request-world.ts';
import type { DurationSpec } from '../duration-spec.ts';
import { type RandomStream, stream } from '../random.ts';
import type { DiscreteRequests } from './discrete-requests.ts';
import type { CallSpec, RequestService } from './request-service.ts';
import { type ClientSpec, PATIENT, type Traffic } from './traffic.ts';

const BALANCERS = [RANDOM, ROUND_ROBIN, LEAST, TWO_CHOICES];
const ZONES = ['a', 'b'];
const WORLDS = 60;

/** Everything that can be read from a model, in one text. */
function told(requests: DiscreteRequests, endpoints: number): string {
  requests.check();
  const numbers = Array.from({ length: endpoints }, (_, endpoint) => [
    requests.inFlight(endpoint),
    requests.started(endpoint),
    Math.round(requests.busyUs(endpoint)),
    requests.servedBy(endpoint),
    requests.badBy(endpoint),
    requests.latencySumUs(endpoint),
  ]);
  const latency = requests.services.map((_, k) => requests.takeServiceLatency(k));
  const trafficLatency = requests.traffic.map((_, k) => requests.takeTrafficLatency(k));
  const quantiles = [...latency, ...trafficLatency].map((one) => [
    one.count,
    one.sumUs,
    one.maxUs,
    one.quantileUs(0.5),
    one.quantileUs(0.99),
  ]);
  return JSON.stringify([requests.services, requests.traffic, numbers, quantiles]);
}

/** Changes a world at random times, the same ones for the same seed, and tells what it reads in between. */
function live(requests: DiscreteRequests, services: number, seed: number, drastic: boolean): string[] {
  const random = stream(seed, 'changes');
  const texts: string[] = [];
  let endpoints = 0;
  const add = (of: number): void => {
    const speed = 0.5 + random.next();
    const weight = 1 + random.below(3);
    requests.addEndpoint({ service: of, name: `replica-${endpoints++}`, zone: random.below(2), speed, weight });
  };
  for (let of = 0; of < services; of++) for (let k = 1 + random.below(4); k > 0; k--) add(of);
  let nowUs = 0;
  for (let change = 0; change < 40; change++) {
    nowUs += random.below(30_000);
    requests.advance(nowUs);
    const endpoint = random.below(endpoints);
    switch (random.below(drastic ? 10 : 6)) {
      case 0:
        add(random.below(services));
        break;
      case 1:
      case 2:
        requests.setSpeed(endpoint, random.below(4) === 0 ? 0 : 0.3 + random.next());
        break;
      case 3:
        requests.setWeight(endpoint, random.below(3));
        break;
      case 4:
        if (random.below(2) === 0) requests.drain(endpoint);
        break;
      case 5:
        if (random.below(2) === 0) requests.remove(endpoint);
        break;
      case 6:
        requests.setReachable(endpoint, random.below(2) === 0);
        break;
      case 7:
        requests.setLink(random.below(3) - 1, random.below(2), random.below(2) === 0);
        break;
      case 8:
        requests.setDelay(random.below(3) - 1, random.below(2), random.below(800));
        break;
      default:
        requests.setErrorShare(endpoint, random.below(3) / 10);
    }
    if (random.below(3) === 0) texts.push(told(requests, endpoints));
  }
  requests.advance(nowUs + 1_000_000);
  texts.push(told(requests, endpoints));
  return texts;
}

function someWork(random: RandomStream): DurationSpec {
  const meanUs = 500 + random.below(3000);
  const kinds: DurationSpec[] = [
    { kind: 'constant', meanUs },
    { kind: 'exponential', meanUs },
    { kind: 'hyperexponential', meanUs, squaredCv: 4 },
  ];
  return kinds[random.below(kinds.length)];
}

function someClient(random: RandomStream): ClientSpec {
  if (random.below(4) === 0) return PATIENT;
  const jitters = ['none', 'full', 'equal', 'decorrelated'] as const;
  return {
    timeoutUs: random.below(3) === 0 ? Infinity : 2000 + random.below(20_000),
    attempts: 1 + random.below(4),
    backoff: { baseUs: random.below(2000), capUs: 5000, jitter: jitters[random.below(4)] },
    ...(random.below(3) === 0 && { retryBudget: 0.2 }),
    ...(random.below(3) === 0 && {
      breaker: { failureShare: 0.5, minimumCalls: 10, windowUs: 20_000, openUs: 10_000, probes: 2 },
    }),
    ...(random.below(3) === 0 && { hedgeAfterUs: 3000 }),
  };
}

/** A service of any kind that calls services with higher numbers only. */
function someService(random: RandomStream, index: number, services: number): RequestService {
  const calls: CallSpec[][] = [];
  if (index + 1 < services)
    for (let stage = random.below(3); stage > 0; stage--)
      calls.push(
        Array.from({ length: 1 + random.below(2) }, () => ({
          service: index + 1 + random.below(services - index - 1),
          chance: random.below(2) === 0 ? 1 : 0.5,
          fanOut: 1 + random.below(2),
          client: someClient(random),
          required: random.below(2) === 0,
        })),
      );
  return { ...someAlone(random), name: `service-${index}`, calls, holdsPlace: random.below(2) === 0 };
}

function someAlone(random: RandomStream): RequestService {
  return service({
    concurrency: 1 + random.below(4),
    queueLimit: random.below(2) === 0 ? Infinity : random.below(6),
    work: someWork(random),
    balancing: BALANCERS[random.below(BALANCERS.length)],
    staleUs: random.below(3) === 0 ? 5000 : 0,
    balancers: 1 + random.below(3),
    slowStartUs: random.below(3) === 0 ? 100_000 : 0,
  });
}

function someTraffic(random: RandomStream, index: number, client: ClientSpec, fromZone: number): Traffic {
  const curve = {
    at: (timeUs: number) => (Math.floor(timeUs / 200_000) % 2 === 0 ? 300 : 900),
    untilUs: (timeUs: number) => (Math.floor(timeUs / 200_000) + 1) * 200_000,
  };
  const batch = { mean: 2, sample: (own: RandomStream) => 1 + own.below(3) };
  const sources: Traffic['source'][] = [
    { kind: 'open', curve, spacing: 'poisson' },
    { kind: 'open', curve, spacing: 'even' },
    { kind: 'open', curve, spacing: 'poisson', batch },
  ];
  return poisson(0, { name: `traffic-${index}`, source: sources[random.below(3)], client, fromZone });
}

function closedLoop(random: RandomStream): Traffic {
  const users = {
    at: (timeUs: number) => (Math.floor(timeUs / 300_000) % 2 === 0 ? 20 : 7),
    untilUs: (timeUs: number) => (Math.floor(timeUs / 300_000) + 1) * 300_000,
  };
  const think: DurationSpec = { kind: 'exponential', meanUs: 10_000 };
  return poisson(0, { name: 'loop', source: { kind: 'closed', users, think }, client: someClient(random) });
}

describe('random graphs of services, clients and changes', () => {
  test(`${WORLDS} worlds keep every count, and come out the same again`, () => {
    let seen = 0;
    const causes = { timedOut: 0, retries: 0, hedges: 0, queueFull: 0, breakerOpen: 0, callFailed: 0, endpointLost: 0 };
    for (let seed = 1; seed <= WORLDS; seed++) {
      const make = (): { requests: DiscreteRequests; count: number } => {
        const random = stream(seed, 'world');
        const count = 1 + random.below(5);
        const services = Array.from({ length: count }, (_, k) => someService(random, k, count));
        const traffic = [someTraffic(random, 0, someClient(random), random.below(3) - 1), closedLoop(random)];
        return { requests: model(services, traffic, { seed, zones: ZONES }), count };
      };
      const first = make();
      const texts = live(first.requests, first.count, seed, true);
      const again = make();
      expect(live(again.requests, again.count, seed, true), `seed ${seed}`).toEqual(texts);
      for (const { arrived, timedOut, retries, hedges, failedBy } of first.requests.services) {
        seen += arrived;
        causes.timedOut += timedOut;
        causes.retries += retries;
        causes.hedges += hedges;
        causes.queueFull += failedBy.queueFull;
        causes.breakerOpen += failedBy.breakerOpen;
        causes.callFailed += failedBy.callFailed;
        causes.endpointLost += failedBy.endpointLost;
      }
    }
    expect(seen).toBeGreaterThan(10_000);
    // The worlds have met everything that can become of a call.
    for (const [cause, count] of Object.entries(causes)) expect(count, cause).toBeGreaterThan(100);
  });
});

describe('departures computed at arrival', () => {
  const make = (seed: number, everyEvent: boolean): DiscreteRequests => {
    const random = stream(seed, 'world');
    const one = someAlone(random);
    const fromZone = random.below(3) - 1;
    const traffic = [0, 1].map((k) => someTraffic(random, k, PATIENT, fromZone));
    const requests = model([one], traffic, { seed, everyEvent, zones: ZONES });
    // With a queue limit refusals would travel as well, which is the event tier's.
    if (one.queueLimit === Infinity && random.below(2) === 0)
      for (const zone of [0, 1]) requests.setDelay(fromZone, zone, 100 + random.below(1000));
    return requests;
  };

  test(`come to the same numbers as events, in ${WORLDS} worlds that change their speeds, weights and endpoints`, () => {
    for (let seed = 1; seed <= WORLDS; seed++) {
      const arrivals = make(seed, false);
      const texts = live(arrivals, 1, seed, false);
      expect(arrivals.work.events, `seed ${seed}`).toBe(0);
      const events = make(seed, true);
      expect(texts, `seed ${seed}`).toEqual(live(events, 1, seed, false));
      expect(events.work.events).toBeGreaterThan(0);
    }
  });

  test(`and go on as events when answers may get lost, in ${WORLDS} worlds`, () => {
    let moved = 0;
    for (let seed = 1; seed <= WORLDS; seed++) {
      const arrivals = make(seed, false);
      const texts = live(arrivals, 1, seed, true);
      if (arrivals.work.events > 0) moved++;
      expect(texts, `seed ${seed}`).toEqual(live(make(seed, true), 1, seed, true));
    }
    expect(moved).toBeGreaterThan(WORLDS / 2);
  });
});

describe('common random numbers', () => {
  test.each([false, true])(
    'every policy meets the same arrivals with the same work (every event: %s)',
    (everyEvent) => {
      const seen = BALANCERS.map((balancing) => {
        const requests = model([service({ balancing })], [poisson(steps([0, 3000], [1_000_000, 0]))], { everyEvent });
        const numbers = replicas(requests, 4);
        requests.advance(3_000_000);
        expect(requests.services[0].inFlight).toBe(0);
        const busyUs = numbers.reduce((sum, replica) => sum + requests.busyUs(replica), 0);
        return { arrived: requests.services[0].arrived, busyUs: Math.round(busyUs) };
      });
      expect(seen[0].arrived).toBeGreaterThan(2500);
      for (const one of seen) expect(one).toEqual(seen[0]);
    },
  );

  test('how often the world looks in between does not matter', () => {
    for (const everyEvent of [false, true]) {
      const make = () => {
        const balanced = service({
          balancing: LEAST,
          staleUs: 3000,
          balancers: 2,
          slowStartUs: 50_000,
          concurrency: 2,
        });
        const requests = model([balanced], [poisson(5000)], { everyEvent });
        replicas(requests, 4);
        return requests;
      };
      const [once, often] = [make(), make()];
      once.advance(1_000_000);
      for (let us = 0; us <= 1_000_000; us += 500) {
        often.advance(us);
        expect(often.traffic[0].inFlight).toBeLessThan(200);
      }
      expect(told(often, 4)).toBe(told(once, 4));
    }
  });
});
