import { type BatchMeans, batchMeans } from '../src/experiment/statistics/batch-means.ts';
import { powerOfChoices } from '../src/policies/balancing/power-of-choices.ts';
import { randomBalancing } from '../src/policies/balancing/random.ts';
import { roundRobin } from '../src/policies/balancing/round-robin.ts';
import { withDefaults } from '../src/policies/policy-family.ts';
import type { DurationSpec } from '../src/sim/duration-spec.ts';
import { stream } from '../src/sim/random.ts';
import type { BalancingPolicy } from '../src/sim/requests/balancing-policy.ts';
import { DiscreteRequests } from '../src/sim/requests/discrete-requests.ts';
import { PATIENT } from '../src/sim/requests/traffic.ts';
import type { Benchmark, BenchRow, Verdict } from './benchmark.ts';
import { Checksum } from './checksum.ts';
import { cpuTime } from './cpu-time.ts';

const WORK_US = 1000;
const US_PER_S = 1_000_000;
const BATCHES = 20;
/** Half of the interval, at most, as a share of the exact value. */
export const WIDEST = 0.02;

/** A queueing system whose mean response is known exactly, as a multiple of the mean work. */
export interface QueueingOracle {
  readonly name: string;
  readonly exact: number;
  readonly servers: number;
  readonly concurrency: number;
  readonly load: number;
  readonly work: DurationSpec;
  readonly balancing: BalancingPolicy;
  /** Requests that make the interval narrow enough. */
  readonly requests: number;
}

const exponential: DurationSpec = { kind: 'exponential', meanUs: WORK_US };
const random = randomBalancing.make(withDefaults(randomBalancing), 'random');
const inTurn = roundRobin.make(withDefaults(roundRobin), 'round-robin');
const twoChoices = powerOfChoices.make(withDefaults(powerOfChoices), 'power-of-choices');
const one = { servers: 1, concurrency: 1, load: 0.8, work: exponential, balancing: random };

/**
 * Exact values: M/M/1 W = 1 / (1 - load); M/M/c by Erlang's C; M/G/1 by Pollaczek and Khinchine; round robin as n queues
 * E_n/M/1, W = 1 / (1 - σ), σ = (nλ / (nλ + 1 - σ))^n; two choices in the limit of many servers (Mitzenmacher 2001),
 * W = Σ λ^(2^i - 2).
 */
export const oracles: readonly QueueingOracle[] = [
  { ...one, name: 'M/M/1, load 0.5', exact: 2, load: 0.5, requests: 2e6 },
  { ...one, name: 'M/M/1, load 0.8', exact: 5, requests: 1e7 },
  ...[2, 4, 10].map((servers) => ({
    ...one,
    name: `M/M/${servers}, load 0.8`,
    exact: responseOfMmc(servers, 0.8 * servers),
    concurrency: servers,
    requests: 4e6,
  })),
  { ...one, name: 'M/D/1, load 0.8', exact: 1 + 2, work: { kind: 'constant', meanUs: WORK_US }, requests: 4e6 },
  {
    ...one,
    name: 'M/E2/1, load 0.8',
    exact: 1 + 3,
    work: { kind: 'erlang', meanUs: WORK_US, phases: 2 },
    requests: 6e6,
  },
  {
    ...one,
    name: 'M/H2/1 with C² = 4, load 0.8',
    exact: 1 + 10,
    work: { kind: 'hyperexponential', meanUs: WORK_US, squaredCv: 4 },
    requests: 6e7,
  },
  ...[2, 5, 10, 100].map((servers) => ({
    ...one,
    name: `round robin over ${servers}, load 0.8`,
    exact: responseInTurn(servers, 0.8),
    servers,
    balancing: inTurn,
    requests: 4e6,
  })),
  {
    ...one,
    name: 'two choices of 1000, load 0.8',
    exact: responseOfTwoChoices(0.8),
    servers: 1000,
    balancing: twoChoices,
    requests: 4e6,
  },
  {
    ...one,
    name: 'two choices of 1000, load 0.5',
    exact: responseOfTwoChoices(0.5),
    servers: 1000,
    load: 0.5,
    balancing: twoChoices,
    requests: 2e6,
  },
];

/** Mean response by simulation, in multiples of the mean work, over 20 batches after a warm-up. */
export function simulated(oracle: QueueingOracle, seed: number, requests = oracle.requests): BatchMeans {
  const { servers, concurrency, load, work, balancing } = oracle;
  const perSecond = (servers * concurrency * load * US_PER_S) / WORK_US;
  const source = { kind: 'open', curve: { at: () => perSecond, untilUs: () => Infinity }, spacing: 'poisson' } as const;
  const web = {
    name: 'web',
    concurrency,
    queueLimit: Infinity,
    work,
    calls: [],
    holdsPlace: false,
    balancing,
    staleUs: 0,
    balancers: 1,
    slowStartUs: 0,
  };
  const model = new DiscreteRequests({
    services: [web],
    traffic: [{ name: 'users', service: 0, source, fromZone: -1, client: PATIENT }],
    zones: ['a'],
    startUs: 0,
    streams: (name) => stream(seed, name),
  });
  for (let k = 0; k < servers; k++)
    model.addEndpoint({ service: 0, name: `replica-${k}`, zone: 0, speed: 1, weight: 1 });
  // Ten relaxation times, 1 / (1 - load)^2 each.
  let nowUs = (10 * WORK_US) / (1 - load) / (1 - load);
  model.advance(nowUs);
  model.takeServiceLatency(0);
  const batchUs = ((requests / perSecond) * US_PER_S) / BATCHES;
  const means = Array.from({ length: BATCHES }, () => {
    model.advance((nowUs += batchUs));
    return model.takeServiceLatency(0).meanUs / WORK_US;
  });
  model.check();
  return batchMeans(means);
}

/** The interval holds the exact value and is narrow enough. */
export function agrees({ exact }: QueueingOracle, { mean, halfWidth }: BatchMeans): boolean {
  return Math.abs(mean - exact) <= halfWidth && halfWidth <= WIDEST * exact;
}

/** `npm run bench -- oracles`: the whole table. */
export const queueingOracles: Benchmark = {
  name: 'oracles',
  summary:
    'Mean response of queueing systems that are known exactly, in multiples of the mean work, times a million in the column of work: exact, simulated, and half of the 95 % interval by 20 batch means. The interval must hold the exact value and be at most ±2 % wide.',
  repeat: 1,
  tasks: ({ tiny }) =>
    oracles.map((oracle) => ({
      name: oracle.name,
      measure: () => {
        const requests = tiny ? 20_000 : oracle.requests;
        const { value, cpuS } = cpuTime(() => simulated(oracle, 1, requests));
        const work = {
          exact: Math.round(oracle.exact * 1e6),
          simulated: Math.round(value.mean * 1e6),
          halfWidth: Math.round(value.halfWidth * 1e6),
        };
        const checksum = new Checksum();
        for (const number of Object.values(work)) checksum.add(number);
        return { cpuS, amount: requests, unit: 'requests', fingerprint: checksum.text, work };
      },
    })),
  verdicts: (rows: readonly BenchRow[], { tiny }): Verdict[] =>
    tiny
      ? []
      : oracles.flatMap((oracle) => {
          const row = rows.find(({ task }) => task === oracle.name);
          if (row === undefined) return [];
          const result = { mean: row.work['simulated'] / 1e6, halfWidth: row.work['halfWidth'] / 1e6 };
          const text = `${oracle.name}: exact ${oracle.exact.toFixed(4)}, simulated ${result.mean.toFixed(4)} ± ${result.halfWidth.toFixed(4)}`;
          return [{ text, met: agrees(oracle, result) }];
        }),
};

/** Chance that an arrival at M/M/c/c finds all servers busy, for so many Erlangs (A. K. Erlang 1917, by recursion). */
export function erlangB(servers: number, erlangs: number): number {
  let blocked = 1;
  for (let k = 1; k <= servers; k++) blocked = (erlangs * blocked) / (k + erlangs * blocked);
  return blocked;
}

/** Mean response of M/M/c. */
export function responseOfMmc(servers: number, erlangs: number): number {
  const blocked = erlangB(servers, erlangs);
  const waits = blocked / (1 - (erlangs / servers) * (1 - blocked));
  return 1 + waits / (servers - erlangs);
}

function responseInTurn(servers: number, load: number): number {
  let sigma = load;
  for (let k = 0; k < 10_000; k++) sigma = Math.pow((servers * load) / (servers * load + 1 - sigma), servers);
  return 1 / (1 - sigma);
}

function responseOfTwoChoices(load: number): number {
  let sum = 0;
  for (let i = 1; i < 30; i++) sum += Math.pow(load, Math.pow(2, i) - 2);
  return sum;
}
