import { expect, test } from 'vitest';
import { at, poisson, ROUND_ROBIN, service } from '../../../test/request-world.ts';
import { zoneAware } from '../../policies/balancing/zone-aware.ts';
import { withDefaults } from '../../policies/policy-family.ts';
import { stream } from '../random.ts';
import { DiscreteRequests } from './discrete-requests.ts';
import { FluidRequests } from './fluid/fluid-requests.ts';
import type { RequestModel, RequestModelOptions } from './request-model.ts';
import { PATIENT, type Traffic } from './traffic.ts';
import type { RequestService } from './request-service.ts';

const S = 1_000_000;

function options(services: readonly RequestService[], traffic: readonly Traffic[]): RequestModelOptions {
  return { services, traffic, zones: ['a', 'b'], startUs: 0, streams: (name) => stream(1, name) };
}

function add(model: RequestModel, ofService: number, zone: number, weight = 1): number {
  return model.addEndpoint({ service: ofService, name: `${ofService}-${zone}`, zone, speed: 1, weight });
}

const constant = { kind: 'constant', meanUs: 100 } as const;
const everyMs = Array.from({ length: 10 }, (_, k) => k * 1000);

test.each([false, true])(
  'one by one: in turn, half of the calls go to the other zone (every event: %s)',
  (everyEvent) => {
    const web = service({ work: constant, balancing: ROUND_ROBIN });
    for (const [fromZone, crossing] of [
      [0, 5],
      [1, 5],
      // What comes from outside is in no zone.
      [-1, 0],
    ]) {
      const requests = new DiscreteRequests(options([web], [at(everyMs, { fromZone })]), { everyEvent });
      add(requests, 0, 0);
      add(requests, 0, 1);
      requests.advance(S);
      expect(requests.services[0].arrived).toBe(10);
      expect(requests.services[0].crossZone).toBe(crossing);
    }
  },
);

test('calls between services count with the service that is called, by where its caller runs', () => {
  // web, in zone a only, is asked from outside 10 times and calls the db twice each time; in turn, half of the 20 go to b.
  const calls = [[{ service: 1, chance: 1, fanOut: 2, client: PATIENT, required: true }]];
  const web = service({ work: constant, calls });
  const db = service({ name: 'db', work: constant, balancing: ROUND_ROBIN });
  const requests = new DiscreteRequests(options([web, db], [at(everyMs)]));
  add(requests, 0, 0);
  add(requests, 1, 0);
  add(requests, 1, 1);
  requests.advance(S);
  expect(requests.services.map(({ crossZone }) => crossZone)).toEqual([0, 10]);
});

test('what a cut link keeps from leaving does not count, nor what finds no endpoint', () => {
  const web = service({ work: constant, balancing: ROUND_ROBIN });
  const requests = new DiscreteRequests(options([web], [at(everyMs, { fromZone: 0 })]));
  requests.advance(2500);
  const far = add(requests, 0, 1);
  requests.advance(5500);
  requests.setLink(0, 1, false);
  requests.advance(8500);
  requests.remove(far);
  requests.advance(S);
  // At 0, 1 and 2 ms there is nobody; 3, 4 and 5 cross; 6, 7 and 8 are cut off; at 9 nobody is there again.
  const { crossZone, failedBy } = requests.services[0];
  expect([crossZone, failedBy.endpointLost, failedBy.noEndpoint]).toEqual([3, 3, 4]);
});

test('the fluid model takes the share of weights in other zones, whoever sends', () => {
  // 1000 a second from zone a for 10 s, weights 1 in a and 3 in b: three quarters cross. Each calls the db, whose weight is
  // 1 in a and 1 in b, so half of those calls cross from either zone.
  const calls = [[{ service: 1, chance: 1, fanOut: 1, client: PATIENT, required: true }]];
  const web = service({ calls });
  const both = options([web, service({ name: 'db' })], [poisson(1000, { fromZone: 0 })]);
  const fluid = new FluidRequests(both);
  const discrete = new DiscreteRequests(both);
  for (const model of [fluid, discrete]) {
    add(model, 0, 0);
    add(model, 0, 1, 3);
    add(model, 1, 0);
    add(model, 1, 1);
    model.advance(10 * S);
  }
  expect(fluid.services[0].crossZone).toBeCloseTo(7500, 3);
  expect(fluid.services[1].crossZone / fluid.services[1].arrived).toBeCloseTo(0.5, 6);
  // The deviation of so many coins is 43 and 50; four of them.
  expect(Math.abs(discrete.services[0].crossZone - 0.75 * discrete.services[0].arrived)).toBeLessThan(4 * 43);
  expect(Math.abs(discrete.services[1].crossZone - 0.5 * discrete.services[1].arrived)).toBeLessThan(4 * 50);
  // The one in zone b goes: everything stays in zone a.
  const before = fluid.services[0].crossZone;
  fluid.remove(1);
  fluid.advance(11 * S);
  expect(fluid.services[0].crossZone).toBe(before);
});

test('zone-aware balancing keeps calls in their zone where random balancing sends half of them away', () => {
  const from = (fromZone: number): Traffic => poisson(1000, { name: `users-${fromZone}`, fromZone });
  const crossing = [service().balancing, zoneAware.make(withDefaults(zoneAware), '')].map((balancing) => {
    const requests = new DiscreteRequests(options([service({ balancing })], [from(0), from(1)]));
    for (const zone of [0, 0, 1, 1]) add(requests, 0, zone);
    requests.advance(10 * S);
    return requests.services[0].crossZone / requests.services[0].arrived;
  });
  expect(crossing[0]).toBeGreaterThan(0.47);
  // As much as the shares of traffic that it has seen swing about a half.
  expect(crossing[1]).toBeLessThan(0.05);
});
