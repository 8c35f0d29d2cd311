import { expect, test } from 'vitest';
import { stream } from '../random.ts';
import type { BalancingPolicy } from './balancing-policy.ts';
import { type AutoOptions, expectedRates, requestModelFor } from './auto-requests.ts';
import type { RequestService } from './request-service.ts';
import { PATIENT } from './traffic.ts';

const balancing: BalancingPolicy = {
  name: 'random',
  reads: 'nothing',
  fluid: { kind: 'random' },
  make: () => ({ changed: () => undefined, pick: () => 0 }),
};
const service = (name: string, calls: RequestService['calls'] = []): RequestService => ({
  name,
  calls,
  balancing,
  concurrency: 1,
  queueLimit: Infinity,
  work: { kind: 'exponential', meanUs: 1000 },
  holdsPlace: false,
  staleUs: 0,
  balancers: 1,
  slowStartUs: 0,
});
const options = (perSecond: number, chance = 1, fanOut = 1): AutoOptions => ({
  services: [
    service('front', [[{ service: 1, chance, fanOut, client: PATIENT, required: true }]]),
    service('back'),
    service('alone'),
  ],
  traffic: [
    {
      name: 'users',
      service: 0,
      fromZone: -1,
      client: PATIENT,
      source: { kind: 'open', spacing: 'poisson', curve: { at: () => perSecond, untilUs: () => Infinity } },
    },
  ],
  zones: ['a'],
  startUs: 0,
  endUs: 1000 * 1_000_000,
  replicas: [1000, 1000, 1],
  streams: (name) => stream(1, name),
});

test('calls count: half of the requests make two', () => {
  expect(expectedRates(options(100, 0.5, 2)).map(({ mean }) => Math.round(mean))).toEqual([100, 100, 0]);
});

test('few requests are simulated one by one, many as a fluid if all connected services allow it', () => {
  // 10,000 a second and as many calls for 1,000 s: 20 million; ten times as many: 200 million.
  expect(requestModelFor(options(10_000), 'auto').notes[0]).toContain('discrete');
  const notes = requestModelFor(options(100_000), 'auto').notes;
  expect(notes[0]).toContain('fluid');
  expect(notes[1]).toContain('fluid');
  expect(notes[2]).toContain('discrete');
  // A load of 1 is outside of what was compared.
  expect(requestModelFor(options(1_000_000), 'auto').notes[0]).toContain('a load of 1 is above 0.9');
});

test('too many requests are a fluid, validated or not', () => {
  // 2 million a second for 1,000 s are 2 billion, and a load of 2 was compared with nothing.
  const [note] = requestModelFor(options(2_000_000), 'auto').notes;
  expect(note).toContain('ran on the fluid model: there are too many requests for the discrete one');
  expect(note).toContain('though of service "front", a load of 2 is above 0.9');
});
