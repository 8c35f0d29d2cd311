import { describe, expect, test } from 'vitest';
import { fc } from '../../../test/fuzz.ts';
import { LEAST, poisson, RANDOM, ROUND_ROBIN, service, steps, TWO_CHOICES } from '../../../test/request-world.ts';
import { stream } from '../../sim/random.ts';
import type { BalancingPolicy } from '../../sim/requests/balancing-policy.ts';
import { DiscreteRequests } from '../../sim/requests/discrete-requests.ts';
import { GOOD } from '../../sim/requests/events/outcomes.ts';
import { LatencyHistogram } from '../../sim/requests/latency-histogram.ts';
import type { RequestService } from '../../sim/requests/request-service.ts';
import type { ClientSpec, Traffic } from '../../sim/requests/traffic.ts';
import { LiveRequests } from './live-requests.ts';
import type { Answer, Exchanges } from './live-world.ts';
import { type TrafficOrigin, trafficPlanOf } from './traffic-plan.ts';

const END_US = 400_000;
const ZONES = ['a', 'b'];
const NO_DELAYS = { within: 0, between: 0, outside: 0 };

/** Servers that keep time by hand: places, a queue, and work that takes as long as it is told to. */
class PaperServers implements Exchanges {
  private readonly limits: readonly { readonly concurrency: number; readonly queueLimit: number }[];
  private readonly queues: Job[][] = [];
  private readonly working: number[] = [];
  private readonly due: { atUs: number; act: () => void }[] = [];
  private nowUs = 0;

  constructor(limits: readonly { readonly concurrency: number; readonly queueLimit: number }[]) {
    this.limits = limits;
  }

  get nextUs(): number {
    return this.due.reduce((least, { atUs }) => Math.min(least, atUs), Infinity);
  }

  /** Does what is next. */
  step(): void {
    this.due.sort((a, b) => a.atUs - b.atUs);
    const { atUs, act } = this.due.shift()!;
    this.nowUs = atUs;
    act();
  }

  /** It is now so late. */
  at(nowUs: number): void {
    this.nowUs = nowUs;
  }

  send(endpoint: number, workUs: number, done: (answer: Answer) => void): () => void {
    const { concurrency, queueLimit } = this.limits[endpoint];
    const queue = (this.queues[endpoint] ??= []);
    const job: Job = { workUs, done, isWanted: true };
    if ((this.working[endpoint] ?? 0) < concurrency) this.start(endpoint, job);
    else if (queue.length < queueLimit) queue.push(job);
    else this.due.push({ atUs: this.nowUs, act: () => job.done({ said: 'full' }) });
    return () => {
      job.isWanted = false;
      if (queue.includes(job)) queue.splice(queue.indexOf(job), 1);
    };
  }

  private start(endpoint: number, job: Job): void {
    this.working[endpoint] = (this.working[endpoint] ?? 0) + 1;
    const finish = (): void => {
      this.working[endpoint]--;
      const next = this.queues[endpoint].shift();
      if (next) this.start(endpoint, next);
      if (job.isWanted) job.done({ said: 'good', workedMs: job.workUs / 1000 });
    };
    this.due.push({ atUs: this.nowUs + job.workUs, act: finish });
  }
}

interface Job {
  readonly workUs: number;
  readonly done: (answer: Answer) => void;
  isWanted: boolean;
}

interface Change {
  readonly atUs: number;
  readonly do: 'add' | 'withdraw';
  readonly service: number;
  readonly zone: number;
}

interface Case {
  readonly services: readonly RequestService[];
  readonly traffic: () => readonly Traffic[];
  readonly delaysUs?: typeof NO_DELAYS;
  readonly changes: readonly Change[];
  readonly seed?: number;
}

function originOf({ services, traffic, delaysUs = NO_DELAYS, seed = 1 }: Case): TrafficOrigin {
  return { seed, durationUs: END_US, scrapeUs: 100_000, zones: ZONES, delaysUs, services, traffic };
}

/** What the simulator says of the case. */
function simulated(which: Case): unknown {
  const { seed, zones, delaysUs, services, traffic } = originOf(which);
  const requests = new DiscreteRequests({
    services,
    traffic: traffic((name) => stream(seed, name)),
    zones,
    startUs: 0,
    streams: (name) => stream(seed, name),
  });
  for (let from = -1; from < zones.length; from++)
    for (let to = -1; to < zones.length; to++)
      requests.setDelay(
        from,
        to,
        from < 0 || to < 0 ? delaysUs.outside : from === to ? delaysUs.within : delaysUs.between,
      );
  const added: number[] = [];
  for (const { atUs, do: what, service: of, zone } of which.changes) {
    requests.advance(atUs);
    if (what === 'add')
      added.push(requests.addEndpoint({ service: of, name: `replica-${added.length}`, zone, speed: 1, weight: 1 }));
    else requests.drain(added[added.length >> 1]);
  }
  requests.advance(END_US);
  requests.check();
  return {
    services: requests.services,
    traffic: requests.traffic,
    servedBy: added.map((endpoint) => requests.servedBy(endpoint)),
    latency: services.map((_, k) => told(requests.takeServiceLatency(k))),
  };
}

/** The same from the live side, over servers that keep time by hand. */
function live(which: Case): unknown {
  const plan = JSON.parse(JSON.stringify(trafficPlanOf(originOf(which)))) as ReturnType<typeof trafficPlanOf>;
  const { services } = which;
  const limits: RequestService[] = [];
  const servers = new PaperServers(limits);
  const latency = services.map(() => new LatencyHistogram());
  const servedBy: number[] = [];
  let begun = 0;
  const requests: LiveRequests = new LiveRequests(plan, servers, {
    begun: () => begun++,
    ended: () => begun--,
    settled: (of, issuedUs, outcome) => {
      if (outcome === GOOD) latency[of].add(Math.floor(requests.nowUs - issuedUs + 0.5));
    },
    answered: () => {},
  });
  const runTo = (toUs: number): void => {
    for (;;) {
      const nextUs = Math.min(servers.nextUs, requests.nextUs);
      if (nextUs > toUs) break;
      servers.at(nextUs);
      if (servers.nextUs <= requests.nextUs) {
        requests.advance(nextUs);
        servers.step();
      } else requests.advance(nextUs);
    }
    requests.advance(toUs);
    servers.at(toUs);
  };
  const added: number[] = [];
  for (const { atUs, do: what, service: of, zone } of which.changes) {
    runTo(atUs);
    if (what === 'add') {
      limits.push(services[of]);
      added.push(requests.add({ service: of, name: `replica-${added.length}`, zone, speed: 1, weight: 1 }));
    } else requests.withdraw(added[added.length >> 1]);
  }
  runTo(END_US);
  requests.check();
  expect(begun).toBe(requests.waiting);
  for (const endpoint of added) servedBy.push(requests.servedBy(endpoint));
  const { services: counted, traffic } = requests.counters;
  return { services: counted, traffic, servedBy, latency: latency.map((one) => told(one)) };
}

function told(latency: LatencyHistogram): unknown {
  return [latency.count, latency.sumUs, latency.maxUs, latency.quantileUs(0.5), latency.quantileUs(0.99)];
}

const replicas = (count: number, of = 0): Change[] =>
  Array.from({ length: count }, (_, k) => ({ atUs: 0, do: 'add', service: of, zone: k % 2 }));

const IMPATIENT: ClientSpec = {
  timeoutUs: 3000,
  attempts: 3,
  backoff: { baseUs: 500, capUs: 4000, jitter: 'full' },
  retryBudget: 0.5,
};

describe('over servers that do as the simulated ones, live requests come to the simulated numbers', () => {
  test.each<readonly [string, BalancingPolicy]>([
    ['random', RANDOM],
    ['round-robin', ROUND_ROBIN],
    ['least-connections', LEAST],
    ['two choices', TWO_CHOICES],
  ])('%s', (_, balancing) => {
    const which: Case = {
      services: [service({ balancing, queueLimit: 3 })],
      traffic: () => [poisson(3000), poisson(200, { name: 'others' })],
      changes: [
        ...replicas(4),
        { atUs: 100_000, do: 'withdraw', service: 0, zone: 0 },
        { atUs: 200_000, do: 'add', service: 0, zone: 1 },
      ],
    };
    const of = simulated(which);
    expect(live(which)).toEqual(of);
    expect((of as { services: { served: number }[] }).services[0].served).toBeGreaterThan(1000);
  });

  test('with timeouts, retries, a budget, and rates that change', () => {
    const which: Case = {
      services: [service({ balancing: ROUND_ROBIN, queueLimit: 4 })],
      traffic: () => [poisson(steps([0, 1500], [150_000, 4000], [250_000, 500]), { client: IMPATIENT })],
      changes: replicas(3),
    };
    const of = simulated(which) as { services: { timedOut: number; retries: number }[] };
    expect(live(which)).toEqual(of);
    expect([of.services[0].timedOut > 10, of.services[0].retries > 10]).toEqual([true, true]);
  });

  test('with a breaker and hedges', () => {
    const client: ClientSpec = {
      ...IMPATIENT,
      hedgeAfterUs: 1500,
      breaker: { failureShare: 0.3, minimumCalls: 10, windowUs: 10_000, openUs: 5000, probes: 2 },
    };
    const which: Case = {
      services: [service({ balancing: RANDOM, queueLimit: 4 })],
      traffic: () => [poisson(2800, { client })],
      changes: replicas(3),
    };
    const of = simulated(which) as { services: { hedges: number; failedBy: { breakerOpen: number } }[] };
    expect(live(which)).toEqual(of);
    expect([of.services[0].hedges > 10, of.services[0].failedBy.breakerOpen > 10]).toEqual([true, true]);
  });

  test('with services that call each other over a network, and nobody there for a while', () => {
    const call = { chance: 0.8, fanOut: 2, required: true, client: IMPATIENT };
    const which: Case = {
      services: [
        service({ name: 'front', balancing: LEAST, calls: [[{ ...call, service: 1 }]], concurrency: 4 }),
        service({ name: 'back', balancing: ROUND_ROBIN, work: { kind: 'constant', meanUs: 300 }, holdUs: 2000 }),
      ],
      traffic: () => [poisson(900, { fromZone: 0 })],
      delaysUs: { within: 100, between: 400, outside: 0 },
      changes: [
        ...replicas(3),
        { atUs: 20_000, do: 'add', service: 1, zone: 0 },
        { atUs: 30_000, do: 'add', service: 1, zone: 1 },
      ],
    };
    const of = simulated(which) as { services: { served: number }[] };
    expect(live(which)).toEqual(of);
    expect(of.services[1].served).toBeGreaterThan(300);
  });

  test('with users who wait and think', () => {
    const users = steps([0, 20], [100_000, 60], [300_000, 10]);
    const source = { kind: 'closed', users, think: { kind: 'exponential', meanUs: 10_000 } } as const;
    const which: Case = {
      services: [service({ balancing: TWO_CHOICES })],
      traffic: () => [poisson(0, { source })],
      changes: replicas(4),
    };
    expect(live(which)).toEqual(simulated(which));
  });

  test('whatever the load, the limits and the seed', () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.nat(1000),
          perSecond: fc.integer({ min: 100, max: 6000 }),
          replicas: fc.integer({ min: 0, max: 5 }),
          concurrency: fc.integer({ min: 1, max: 3 }),
          queueLimit: fc.constantFrom(0, 2, Infinity),
          balancing: fc.constantFrom(RANDOM, ROUND_ROBIN, LEAST, TWO_CHOICES),
          spacing: fc.constantFrom<'poisson' | 'even'>('poisson', 'even'),
        }),
        ({ seed, perSecond, replicas: count, concurrency, queueLimit, balancing, spacing }) => {
          const curve = steps([0, perSecond], [200_000, perSecond / 2]);
          const which: Case = {
            seed,
            services: [service({ balancing, concurrency, queueLimit })],
            traffic: () => [poisson(0, { source: { kind: 'open', curve, spacing } })],
            changes: replicas(count),
          };
          expect(live(which)).toEqual(simulated(which));
        },
      ),
      { numRuns: 30 },
    );
  });
});

test('nobody asks any more once they have been told to stop, and who has asked is answered', () => {
  const servers = new PaperServers([service()]);
  const which: Case = { services: [service()], traffic: () => [poisson(2000)], changes: [] };
  const requests: LiveRequests = new LiveRequests(trafficPlanOf(originOf(which)), servers, {
    begun: () => {},
    ended: () => {},
    settled: () => {},
    answered: () => {},
  });
  requests.add({ service: 0, name: 'one', zone: 0, speed: 1, weight: 1 });
  requests.advance(10_000);
  servers.at(10_000);
  const { offered } = requests.counters.traffic[0];
  requests.stopAsking();
  while (servers.nextUs < Infinity) {
    requests.advance(servers.nextUs);
    servers.step();
  }
  const { offered: afterwards, good, inFlight } = requests.counters.traffic[0];
  expect([afterwards, good, inFlight, offered > 5]).toEqual([offered, offered, 0, true]);
});

test('a replay that goes on later sends what is left, with the work that it has in a whole one', () => {
  const which: Case = {
    services: [service()],
    traffic: () => [poisson(500), poisson(300, { name: 'others' })],
    changes: [],
  };
  const sentFrom = (fromUs: number): (readonly [atUs: number, workUs: number])[] => {
    const sent: (readonly [number, number])[] = [];
    const exchanges: Exchanges = {
      send: (_, workUs) => {
        sent.push([requests.nowUs, workUs]);
        return () => {};
      },
    };
    const ears = { begun: () => {}, ended: () => {}, settled: () => {}, answered: () => {} };
    const requests: LiveRequests = new LiveRequests(trafficPlanOf(originOf(which)), exchanges, ears, fromUs);
    requests.add({ service: 0, name: 'one', zone: 0, speed: 1, weight: 1 });
    requests.advance(END_US);
    return sent;
  };
  const whole = sentFrom(0);
  const rest = sentFrom(150_000);
  expect(rest).toEqual(whole.filter(([atUs]) => atUs >= 150_000));
  expect([rest.length > 100, whole.length - rest.length > 50]).toEqual([true, true]);
});
