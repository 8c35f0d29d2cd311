import { expect, test } from 'vitest';
import type { DurationSpec } from '../../duration-spec.ts';
import { stream } from '../../random.ts';
import type { BalancingPolicy } from '../balancing-policy.ts';
import type { RequestModelOptions } from '../request-model.ts';
import type { RequestService } from '../request-service.ts';
import { type ClientSpec, type LevelCurve, PATIENT, type TrafficSource } from '../traffic.ts';
import { SQUARED_CVS, STEADY_LOADS, SWING_LOADS, type ValidatedLoads } from './validated-loads.ts';
import { outsideValidated, validatedLoad } from './validated-region.ts';

const SECOND = 1_000_000;
const MEAN_US = 10_000;
const constant: LevelCurve = { at: () => 100, untilUs: () => Infinity };
const open = (curve: LevelCurve): TrafficSource => ({ kind: 'open', curve, spacing: 'poisson' });
const balancing = (fluid: BalancingPolicy['fluid']): BalancingPolicy => ({
  name: fluid?.kind ?? 'hashing',
  reads: 'nothing',
  ...(fluid !== undefined && { fluid }),
  make: () => ({ changed: () => undefined, pick: () => 0 }),
});
const service = (more: Partial<RequestService> = {}): RequestService => ({
  name: 'shop',
  concurrency: 1,
  queueLimit: Infinity,
  work: { kind: 'exponential', meanUs: MEAN_US },
  calls: [],
  holdsPlace: false,
  balancing: balancing({ kind: 'random' }),
  staleUs: 0,
  balancers: 1,
  slowStartUs: 0,
  ...more,
});
const options = (services: RequestService[], source: TrafficSource, client: ClientSpec): RequestModelOptions => ({
  services,
  traffic: [{ name: 'users', service: 0, source, fromZone: -1, client }],
  zones: ['a'],
  startUs: 0,
  endUs: 500 * SECOND,
  streams: (name) => stream(1, name),
});
/** Why not, for a service with ten replicas at half load unless told otherwise. */
const why = (
  more: Partial<RequestService> = {},
  { load = 0.5, replicas = 10, source = open(constant), client = PATIENT } = {},
): string | undefined => outsideValidated(options([service(more)], source, client), 0, replicas, load);

test('what was measured is inside', () => {
  expect(why()).toBeUndefined();
  expect(why({ balancing: balancing({ kind: 'choices', choices: 2 }) })).toBeUndefined();
  expect(why({ balancing: balancing({ kind: 'round-robin' }) }, { replicas: 1000 })).toBeUndefined();
  expect(why({}, { replicas: 1 })).toBeUndefined();
  // Any number of queues that know nothing of each other.
  expect(why({}, { replicas: 123_456 })).toBeUndefined();
});

test('each rule by itself puts a service outside', () => {
  const two = balancing({ kind: 'choices', choices: 2 });
  const work: DurationSpec = { kind: 'constant', meanUs: MEAN_US };
  const call = { service: 0, chance: 1, fanOut: 1, client: PATIENT, required: true };
  const cases: [Partial<RequestService>, string][] = [
    [{ balancing: balancing(undefined) }, 'no equations for the balancer "hashing"'],
    [{ balancing: balancing({ kind: 'choices', choices: 3 }) }, 'only two choices were compared, not 3'],
    [{ balancing: two, staleUs: 1 }, 'old loads'],
    [{ balancing: two, balancers: 2 }, 'several balancers'],
    [{ slowStartUs: 1 }, 'start slowly'],
    [{ holdUs: 1 }, 'an activator'],
    [{ queueLimit: 10 }, 'queues are limited'],
    [{ holdsPlace: true, calls: [[call]] }, 'keep their place'],
    [{ work }, 'variation of 0 were not compared'],
    [{ work: { kind: 'hyperexponential', meanUs: MEAN_US, squaredCv: 4.5 } }, 'variation of 4.5'],
    [{ concurrency: 5 }, '5 requests at once are more than 4'],
  ];
  for (const [more, reason] of cases) expect(why(more)).toContain(reason);
});

test('each rule about callers puts a service outside', () => {
  const cases: [Partial<ClientSpec>, string][] = [
    [{ timeoutUs: SECOND }, 'a timeout or retries'],
    [{ attempts: 2 }, 'a timeout or retries'],
    [{ hedgeAfterUs: SECOND }, 'hedges'],
  ];
  for (const [more, reason] of cases) expect(why({}, { client: { ...PATIENT, ...more } })).toContain(reason);
  const sources: [TrafficSource, string][] = [
    [{ kind: 'closed', users: constant, think: { kind: 'constant', meanUs: 1 } }, 'wait for answers'],
    [{ kind: 'times', next: () => Infinity }, 'recorded one by one'],
    [{ kind: 'open', curve: constant, spacing: 'even' }, 'evenly spaced'],
    [{ kind: 'open', curve: constant, spacing: 'poisson', batch: { mean: 2, sample: () => 2 } }, 'in batches'],
  ];
  for (const [source, reason] of sources) expect(why({}, { source })).toContain(reason);
});

test('loads and numbers of replicas that were not compared, or not known, are outside', () => {
  expect(why({}, { load: 0.96 })).toContain('a load of 0.96 is above 0.95');
  expect(why({ balancing: balancing({ kind: 'choices', choices: 2 }) }, { replicas: 1001 })).toContain(
    '1001 replicas behind "choices" were not compared',
  );
  expect(outsideValidated(options([service()], open(constant), PATIENT), 0, undefined, undefined)).toContain(
    'not known',
  );
});

test('between two measured points both must agree', () => {
  const row = (replicas: number, places: number, ...loads: number[]) => ({ replicas, places, loads });
  const rows = [
    row(10, 1, 0.9, 0.8, 0.7),
    row(100, 1, 0.5, 0.95, 0.6),
    row(10, 4, 0.3, 0.9, 0.9),
    row(100, 4, 0.9, 0.9, 0.9),
  ];
  const loads: ValidatedLoads = { random: rows, 'round-robin': rows, choices: rows, least: rows };
  expect(validatedLoad(loads, 'least', 10, 1, 1)).toBe(0.8);
  expect(validatedLoad(loads, 'least', 30, 1, 1)).toBe(0.8);
  expect(validatedLoad(loads, 'least', 100, 1, 2)).toBe(0.6);
  expect(validatedLoad(loads, 'least', 10, 2, 0.1)).toBe(0.3);
  expect(validatedLoad(loads, 'least', 9, 1, 1)).toBeUndefined();
  expect(validatedLoad(loads, 'random', 9, 1, 1)).toBe(0.8);
});

test('quick swings need to have been compared, slow ones do not', () => {
  // A cosine-like curve of eight steps up and eight down between 50 and 100, turning after so many service times.
  const wave = (halfServiceTimes: number, low = 50): LevelCurve => {
    const step = (halfServiceTimes * MEAN_US) / 8;
    const levels = Array.from({ length: 16 }, (_, k) => low + ((100 - low) * Math.min(k, 16 - k)) / 8);
    return {
      at: (us) => levels[Math.floor(us / step + 1e-9) % 16],
      untilUs: (us) => (Math.floor(us / step + 1e-9) + 1) * step,
    };
  };
  const pooled = { balancing: balancing({ kind: 'least' }), concurrency: 4 };
  expect(why({}, { source: open(wave(50)) })).toBeUndefined();
  expect(why({}, { source: open(wave(5)) })).toContain('swings within 20 service times');
  expect(why({}, { source: open(wave(50, 20)) })).toContain('less than 40 %');
  // Places above one were compared at rest only.
  expect(why(pooled)).toBeUndefined();
  expect(why(pooled, { source: open(wave(50)) })).toContain('changes quickly');
  const top = SWING_LOADS.random[0].loads[SQUARED_CVS.indexOf(1)];
  expect(why({}, { load: top + 0.02, source: open(wave(50)) })).toContain(`up to ${top} at its top`);
  // A service that is called gets the swings of who calls it.
  const calls = [[{ service: 1, chance: 1, fanOut: 1, client: PATIENT, required: true }]];
  const both = options([service({ calls }), service(pooled)], open(wave(50)), PATIENT);
  expect(outsideValidated(both, 1, 10, 0.5)).toContain('changes quickly');
});

test('nothing is taken for valid above the highest load that was compared', () => {
  for (const rows of [...Object.values(STEADY_LOADS), ...Object.values(SWING_LOADS)])
    for (const { loads } of rows) for (const load of loads) expect(load).toBeLessThanOrEqual(0.95);
});
