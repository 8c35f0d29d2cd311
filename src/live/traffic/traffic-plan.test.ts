import { describe, expect, test } from 'vitest';
import { fc } from '../../../test/fuzz.ts';
import { randomLiving } from '../../../test/random-living.ts';
import { at, model, poisson, service, steps } from '../../../test/request-world.ts';
import { LivingSimulation } from '../../sim/living-simulation.ts';
import { stream } from '../../sim/random.ts';
import { Arrivals } from '../../sim/requests/arrivals.ts';
import type { Traffic } from '../../sim/requests/traffic.ts';
import { trafficOfSpec } from './run-traffic.ts';
import { sentTraffic } from './sent-traffic.ts';
import { trafficPlanOf, type TrafficPlan } from './traffic-plan.ts';

const DURATION_US = 2e6;

const planOf = (traffic: () => readonly Traffic[], mostTimes?: number): TrafficPlan =>
  trafficPlanOf(
    {
      seed: 7,
      durationUs: DURATION_US,
      scrapeUs: 500_000,
      zones: ['a'],
      delaysUs: { within: 0, between: 0, outside: 0 },
      services: [service()],
      traffic,
    },
    mostTimes,
  );

/** When the requests of a plan will be sent. */
function sentTimes(plan: TrafficPlan, which = 0): number[] {
  const arrivals = new Arrivals(sentTraffic(plan).traffic[which], 0, (name) => stream(plan.seed, name));
  const timesUs: number[] = [];
  for (; arrivals.nextUs < Infinity; arrivals.step())
    for (let k = 0; k < arrivals.batch; k++) timesUs.push(arrivals.nextUs);
  return timesUs;
}

test('requests come when they come in the simulation', () => {
  const traffic = (): Traffic[] => [poisson(steps([0, 100], [500_000, 900], [1_500_000, 0], [1_800_000, 50]))];
  const timesUs = sentTimes(planOf(traffic));
  const simulated = model([service()], traffic(), { seed: 7 });
  for (let k = 0; k < timesUs.length; k += 37) {
    simulated.advance(timesUs[k] - 1e-3);
    expect(simulated.traffic[0].offered).toBe(k);
    simulated.advance(timesUs[k]);
    expect(simulated.traffic[0].offered).toBe(k + 1);
  }
  simulated.advance(DURATION_US);
  expect(timesUs.length).toBe(simulated.traffic[0].offered);
  expect(timesUs.length).toBeGreaterThan(500);
});

test('of whole clusters as well: as many requests are planned as the run was offered', () => {
  let compared = 0;
  fc.assert(
    fc.property(fc.nat(500), (seed) => {
      const spec = { ...randomLiving(seed), requestModel: 'discrete' as const };
      const plan = trafficOfSpec(spec, seed);
      if (plan === undefined) return;
      const simulation = new LivingSimulation(spec, { seed });
      simulation.run();
      plan.traffic.forEach(({ source }, k) => {
        if (source.kind !== 'times') return;
        expect(source.timesUs.length).toBe(simulation.world.requests.traffic[k].offered);
        compared += source.timesUs.length;
      });
    }),
    { numRuns: 15 },
  );
  expect(compared).toBeGreaterThan(1000);
});

describe('too many to be written down', () => {
  const curve = steps([0, 300], [700_000, 1200], [900_000, 20]);

  test.each(['poisson', 'even'] as const)('those that are drawn from a rate (%s) are drawn again', (spacing) => {
    const traffic = (): Traffic[] => [poisson(0, { source: { kind: 'open', curve, spacing } })];
    const short = planOf(traffic, 10);
    expect(short.traffic[0].source.kind).toBe('open');
    expect(sentTimes(short)).toEqual(sentTimes(planOf(traffic)));
    expect(short.notes).toEqual([]);
  });

  test('of recorded ones the first are kept, with a note', () => {
    const plan = planOf(() => [at([1, 5, 9, 20_000])], 3);
    expect(sentTimes(plan)).toEqual([1, 5, 9]);
    expect(plan.notes).toEqual(['of the traffic "users" the first 3 requests are kept, up to 0.0 s; no more are sent']);
  });

  test('what one traffic takes is not there for the next', () => {
    const plan = planOf(() => [at([1, 5, 9]), poisson(1000, { name: 'others' })], 4);
    expect(plan.traffic.map(({ source }) => source.kind)).toEqual(['times', 'open']);
  });
});

test('those of a batch come together', () => {
  const batch = { mean: 3, sample: () => 3 };
  const timesUs = sentTimes(
    planOf(() => [poisson(0, { source: { kind: 'open', curve: steps([0, 5]), spacing: 'even', batch } })]),
  );
  expect(timesUs.slice(0, 6)).toEqual([200_000, 200_000, 200_000, 400_000, 400_000, 400_000]);
});

test('what comes after the end of the run is not sent, nor are users who stay', () => {
  const users = steps([0, 3], [1_000_000, 5]);
  const think = { kind: 'constant', meanUs: 1000 } as const;
  const plan = planOf(() => [
    at([DURATION_US, DURATION_US + 1]),
    poisson(0, { source: { kind: 'closed', users, think } }),
  ]);
  expect(sentTimes(plan)).toEqual([DURATION_US]);
  const { source } = sentTraffic(plan).traffic[1];
  expect(source.kind).toBe('closed');
  if (source.kind !== 'closed') return;
  expect([0, 999_999, 1_000_000, DURATION_US - 1, DURATION_US].map((us) => source.users.at(us))).toEqual([
    3, 3, 5, 5, 0,
  ]);
  expect([0, 1_000_000, DURATION_US].map((us) => source.users.untilUs(us))).toEqual([1_000_000, DURATION_US, Infinity]);
});

test('a plan is plain data, and the same each time', () => {
  const call = { service: 0, chance: 1, fanOut: 1, client: poisson(1).client, required: true };
  const make = (): TrafficPlan =>
    trafficPlanOf({
      ...planOf(() => []),
      services: [service(), service({ name: 'front', calls: [[call]], holdsPlace: true })],
      traffic: () => [poisson(100)],
    });
  const plan = make();
  expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  expect(make()).toEqual(plan);
  expect(plan.notes.length).toBe(2);
  const [, front] = sentTraffic(JSON.parse(JSON.stringify(plan)) as TrafficPlan).services;
  expect([front.queueLimit, front.calls[0][0].client.timeoutUs, front.balancing.name]).toEqual([
    Infinity,
    Infinity,
    'random',
  ]);
});

test('a policy that is not known is refused in a sentence', () => {
  const plan = planOf(() => [poisson(1)]);
  const services = [{ ...plan.services[0], balancing: 'rendom' }];
  expect(() => sentTraffic({ ...plan, services })).toThrow(/no balancing policy called "rendom"/);
});
