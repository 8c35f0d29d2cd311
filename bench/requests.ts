import { leastConnections } from '../src/policies/balancing/least-connections.ts';
import { powerOfChoices } from '../src/policies/balancing/power-of-choices.ts';
import { roundRobin } from '../src/policies/balancing/round-robin.ts';
import { withDefaults } from '../src/policies/policy-family.ts';
import { stream } from '../src/sim/random.ts';
import type { BalancingPolicy } from '../src/sim/requests/balancing-policy.ts';
import { DiscreteRequests } from '../src/sim/requests/discrete-requests.ts';
import type { RequestService } from '../src/sim/requests/request-service.ts';
import { type ClientSpec, PATIENT } from '../src/sim/requests/traffic.ts';
import type { BenchOptions, Benchmark, BenchRow, BenchTask, Sample, Verdict } from './benchmark.ts';
import { Checksum } from './checksum.ts';
import { cpuTime } from './cpu-time.ts';

const WORK_US = 1000;
const LOAD = 0.8;
const US_PER_S = 1_000_000;

/** Gives up after 6 ms (one in 50 would take longer), asks three times, and may make a tenth more requests by it. */
const IMPATIENT: ClientSpec = {
  timeoutUs: 6000,
  attempts: 3,
  backoff: { baseUs: 1000, capUs: 10_000, jitter: 'full' },
  retryBudget: 0.1,
};

const TARGETS: readonly (readonly [task: string, millions: number])[] = [
  ['1000 replicas, two choices, departures at arrival', 4],
  ['1000 replicas, two choices, timeouts, retries and queue limits', 1],
];

/** Discrete requests, each of them simulated. */
export const requests: Benchmark = {
  name: 'requests',
  summary:
    'Discrete requests: exponential work of 1 ms on replicas with one place each, Poisson arrivals at 80 % load. Departures are computed at arrival where nothing can change a request’s fate; else every request is a chain of events. The same requests as events must come to the same numbers.',
  repeat: 3,
  tasks: ({ tiny }) => [
    ...pair(
      '1000 replicas, two choices',
      { replicas: tiny ? 20 : 1000, balancing: powerOfChoices.make(withDefaults(powerOfChoices), '') },
      tiny,
    ),
    {
      name: TARGETS[1][0],
      measure: () =>
        measure(
          { replicas: tiny ? 20 : 1000, client: IMPATIENT, service: { queueLimit: 6 } },
          tiny ? 20_000 : 4_000_000,
        ),
    },
    ...pair('one replica', { replicas: 1 }, tiny),
    ...pair('100 replicas, round robin', { replicas: 100, balancing: roundRobin.make({}, '') }, tiny),
    ...pair('10 replicas, least connections', { replicas: 10, balancing: leastConnections.make({}, '') }, tiny),
    { name: 'three tiers, 10 + 10 + 10 replicas, events', measure: () => measureTiers(tiny ? 5000 : 1_000_000) },
  ],
  verdicts: (rows: readonly BenchRow[], options: BenchOptions): Verdict[] =>
    options.tiny
      ? []
      : TARGETS.flatMap(([name, millions]) => {
          const row = rows.find(({ task }) => task === name);
          if (row === undefined) return [];
          const perS = row.amount / row.cpuS / 1e6;
          return [{ text: `${name}: at least ${millions} M a CPU second (${perS.toFixed(2)})`, met: perS >= millions }];
        }),
};

interface Case {
  readonly replicas: number;
  readonly balancing?: BalancingPolicy;
  readonly client?: ClientSpec;
  readonly service?: Partial<RequestService>;
  readonly everyEvent?: boolean;
}

function pair(name: string, what: Case, tiny: boolean): BenchTask[] {
  const count = tiny ? 20_000 : 4_000_000;
  const events = `${name}, events`;
  return [
    { name: events, measure: () => measure({ ...what, everyEvent: true }, count) },
    { name: `${name}, departures at arrival`, against: events, measure: () => measure(what, count) },
  ];
}

const SERVICE: RequestService = {
  name: 'web',
  concurrency: 1,
  queueLimit: Infinity,
  work: { kind: 'exponential', meanUs: WORK_US },
  calls: [],
  holdsPlace: false,
  balancing: powerOfChoices.make(withDefaults(powerOfChoices), 'power-of-choices'),
  staleUs: 0,
  balancers: 1,
  slowStartUs: 0,
};

function measure({ replicas, balancing, client, service, everyEvent = false }: Case, count: number): Sample {
  const web = { ...SERVICE, ...service, ...(balancing && { balancing }) };
  const model = modelOf([web], (replicas * LOAD * US_PER_S) / WORK_US, client ?? PATIENT, everyEvent);
  for (let k = 0; k < replicas; k++) addReplica(model, 0, k);
  return run(model, (count / (replicas * LOAD)) * WORK_US);
}

/** A front end calls a middle tier, which calls a store twice at a time, all with timeouts. */
function measureTiers(count: number): Sample {
  const call = { chance: 1, fanOut: 1, client: IMPATIENT, required: true };
  const work = { kind: 'exponential', meanUs: WORK_US / 4 } as const;
  const front: RequestService = { ...SERVICE, name: 'front', work, calls: [[{ ...call, service: 1 }]], concurrency: 4 };
  const middle: RequestService = { ...front, name: 'middle', calls: [[{ ...call, service: 2, fanOut: 2 }]] };
  const store: RequestService = { ...front, name: 'store', calls: [] };
  const perSecond = 10_000;
  const model = modelOf([front, middle, store], perSecond, IMPATIENT, false);
  for (let of = 0; of < 3; of++) for (let k = 0; k < 10; k++) addReplica(model, of, k);
  return run(model, (count / 4 / perSecond) * US_PER_S);
}

function modelOf(
  services: readonly RequestService[],
  perSecond: number,
  client: ClientSpec,
  everyEvent: boolean,
): DiscreteRequests {
  const curve = { at: () => perSecond, untilUs: () => Infinity };
  const source = { kind: 'open', curve, spacing: 'poisson' } as const;
  return new DiscreteRequests(
    {
      services,
      traffic: [{ name: 'users', service: 0, source, fromZone: -1, client }],
      zones: ['a'],
      startUs: 0,
      streams: (name) => stream(1, name),
    },
    { everyEvent },
  );
}

function addReplica(model: DiscreteRequests, service: number, k: number): void {
  model.addEndpoint({ service, name: `replica-${service}-${k}`, zone: 0, speed: 1, weight: 1 });
}

/** Counts the attempts made; the fingerprint is of all counters and latencies. */
function run(model: DiscreteRequests, toUs: number): Sample {
  const { cpuS } = cpuTime(() => model.advance(toUs));
  model.check();
  const checksum = new Checksum();
  model.services.forEach(({ arrived, served, failed, timedOut, retries }, k) => {
    const latency = model.takeServiceLatency(k);
    for (const count of [arrived, served, failed, timedOut, retries, latency.sumUs % 2 ** 31, latency.maxUs])
      checksum.add(count);
    for (const share of [0.5, 0.99, 0.999]) checksum.add(latency.quantileUs(share));
  });
  const { requests: made, events } = model.work;
  return { cpuS, amount: made, unit: 'requests', fingerprint: checksum.text, work: { requests: made, events } };
}
