import { expect, test } from 'vitest';
import { stream } from '../../random.ts';
import type { BalancingPolicy } from '../balancing-policy.ts';
import type { RequestModelOptions } from '../request-model.ts';
import type { RequestService } from '../request-service.ts';
import { type ClientSpec, type LevelCurve, PATIENT, type Traffic } from '../traffic.ts';
import { slowTest } from '../../../../test/slow.ts';
import { FluidRequests } from './fluid-requests.ts';

const SECOND = 1_000_000;
const MEAN_US = 10_000;

const service = (more: Partial<RequestService> = {}): RequestService => ({
  name: 'shop',
  concurrency: 1,
  queueLimit: Infinity,
  work: { kind: 'exponential', meanUs: MEAN_US },
  calls: [],
  holdsPlace: false,
  balancing: balancing('random'),
  staleUs: 0,
  balancers: 1,
  slowStartUs: 0,
  ...more,
});

function balancing(kind: 'random' | 'round-robin' | 'least' | 'choices'): BalancingPolicy {
  return { name: kind, reads: 'nothing', fluid: { kind }, make: () => ({ changed: () => undefined, pick: () => 0 }) };
}

const constant = (level: number): LevelCurve => ({ at: () => level, untilUs: () => Infinity });

const users = (curve: LevelCurve, client: ClientSpec = PATIENT): Traffic => ({
  name: 'users',
  service: 0,
  source: { kind: 'open', curve, spacing: 'poisson' },
  fromZone: -1,
  client,
});

function run(services: RequestService[], traffic: Traffic[], replicas: number): FluidRequests {
  const options: RequestModelOptions = {
    services,
    traffic,
    zones: ['a'],
    startUs: 0,
    streams: (name) => stream(1, name),
  };
  const model = new FluidRequests(options);
  services.forEach((_, index) => {
    for (let k = 0; k < replicas; k++)
      model.addEndpoint({ service: index, name: `${index}/${k}`, zone: 0, speed: 1, weight: 1 });
  });
  return model;
}

test('ten M/M/1 queues at 0.8 respond in 5 service times, 99 % within 23.026', () => {
  const model = run([service()], [users(constant(800))], 10);
  model.advance(20 * SECOND);
  model.takeServiceLatency(0);
  model.advance(100 * SECOND);
  model.check();
  const latency = model.takeServiceLatency(0);
  expect(latency.meanUs / MEAN_US / 5).toBeCloseTo(1, 2);
  expect(latency.quantileUs(0.99) / MEAN_US / 23.026).toBeCloseTo(1, 1);
  // 80 s at 800 a second.
  expect(latency.count / 64_000).toBeCloseTo(1, 2);
  // Every replica is busy for 0.8 of the time.
  expect(model.busyUs(0) / (100 * SECOND)).toBeCloseTo(0.8, 2);
});

test('a tandem of M/M/1 queues takes the sum of both (Jackson)', () => {
  const front = service({
    name: 'front',
    calls: [[{ service: 1, chance: 1, fanOut: 1, client: PATIENT, required: true }]],
  });
  const model = run([front, service({ name: 'back' })], [users(constant(600))], 10);
  model.advance(20 * SECOND);
  model.takeTrafficLatency(0);
  model.advance(100 * SECOND);
  model.check();
  // 1 / (1 - 0.6) each.
  expect(model.takeTrafficLatency(0).meanUs / MEAN_US).toBeCloseTo(5, 0);
  expect(model.services[1].arrived / model.services[0].served).toBeCloseTo(1, 2);
});

test('a full queue loses what Erlang says', () => {
  // M/M/4/4 with an offered load of 3.2: B = 0.22814493 (traffic.md).
  const model = run([service({ concurrency: 4, queueLimit: 0 })], [users(constant(320))], 1);
  model.advance(1000 * SECOND);
  model.check();
  const { arrived, failed, failedBy } = model.services[0];
  expect(failed / arrived).toBeCloseTo(0.228, 2);
  expect(failedBy.queueFull).toBe(failed);
});

slowTest('under overload the backlog grows by what is not served, and drains', () => {
  // 150 a second to one replica that serves 100: after 240 s 12,000 wait; a second replica's worth drains 50 a second.
  const curve: LevelCurve = {
    at: (us) => (us < 240 * SECOND ? 150 : 50),
    untilUs: (us) => (us < 240 * SECOND ? 240 * SECOND : Infinity),
  };
  const model = run([service()], [users(curve)], 1);
  model.advance(240 * SECOND);
  model.check();
  expect(model.inFlight(0) / 12_000).toBeCloseTo(1, 1);
  model.advance(360 * SECOND);
  expect(model.inFlight(0) / 6000).toBeCloseTo(1, 1);
  model.advance(600 * SECOND);
  model.check();
  expect(model.inFlight(0)).toBeLessThan(3);
  // Whoever came last in the rush waited for 12,000 before him: 120 s.
  const latency = model.takeServiceLatency(0);
  expect(latency.maxUs / (120 * SECOND)).toBeGreaterThan(0.98);
  expect(latency.maxUs / (120 * SECOND)).toBeLessThan(1.1);
});

slowTest('retries after timeouts keep an overload up when its cause is gone', () => {
  const client: ClientSpec = { timeoutUs: SECOND, attempts: 3, backoff: { baseUs: 0, capUs: 0, jitter: 'none' } };
  // 70 a second to a replica that serves 100; for 10 s it serves none. Attempts then come up to 3 times as often: 210.
  const outage = (retrying: ClientSpec): number => {
    const model = run([service()], [users(constant(70), retrying)], 1);
    model.advance(20 * SECOND);
    model.setSpeed(0, 0);
    model.advance(30 * SECOND);
    model.setSpeed(0, 1);
    model.advance(60 * SECOND);
    const before = model.traffic[0].good;
    model.advance(65 * SECOND);
    model.check();
    return (model.traffic[0].good - before) / 350;
  };
  expect(outage(client)).toBeLessThan(0.2);
  expect(outage({ ...client, attempts: 1 })).toBeGreaterThan(0.9);
});

slowTest('what a removed endpoint holds fails, and nothing is lost from the books', () => {
  for (const kind of ['random', 'round-robin', 'least', 'choices'] as const) {
    const model = run([service({ balancing: balancing(kind) })], [users(constant(350))], 5);
    model.advance(5 * SECOND);
    model.remove(0);
    model.advance(6 * SECOND);
    model.drain(1);
    model.setSpeed(2, 0.9);
    model.advance(7 * SECOND);
    model.setReachable(3, false);
    model.advance(8 * SECOND);
    model.setReachable(3, true);
    model.addEndpoint({ service: 0, name: 'new', zone: 0, speed: 1, weight: 2 });
    model.advance(20 * SECOND);
    model.check();
    expect(model.services[0].failedBy.endpointLost, kind).toBeGreaterThan(0);
  }
});

test('an endpoint that nobody reaches loses its share for as long as it is sent requests', () => {
  const client: ClientSpec = { timeoutUs: SECOND, attempts: 1, backoff: { baseUs: 0, capUs: 0, jitter: 'none' } };
  const model = run([service()], [users(constant(100), client)], 4);
  let atS = 0;
  /** Good answers of the last ten seconds of twenty, a second. */
  const goodPerS = (): number => {
    model.advance((atS + 10) * SECOND);
    const before = model.traffic[0].good;
    model.advance((atS += 20) * SECOND);
    return (model.traffic[0].good - before) / 10;
  };
  expect(goodPerS()).toBeCloseTo(100, 0);
  model.setReachable(3, false);
  expect(goodPerS()).toBeCloseTo(75, 0);
  // Taken off the list, as a Service does with pods of a lost node.
  model.setWeight(3, 0);
  expect(goodPerS()).toBeCloseTo(100, 0);
  model.setWeight(3, 1);
  expect(goodPerS()).toBeCloseTo(75, 0);
  model.setReachable(3, true);
  expect(goodPerS()).toBeCloseTo(100, 0);
  model.check();
});

test('a cut link loses the share that crosses it: until the timeout, or at once without one', () => {
  const offered = (client: ClientSpec): FluidRequests => {
    const model = new FluidRequests({
      services: [service()],
      traffic: [{ ...users(constant(100), client), fromZone: 0 }],
      zones: ['a', 'b'],
      startUs: 0,
      streams: (name) => stream(1, name),
    });
    for (let k = 0; k < 4; k++) model.addEndpoint({ service: 0, name: `${k}`, zone: k % 2, speed: 1, weight: 1 });
    model.setLink(0, 1, false);
    model.advance(100 * SECOND);
    model.check();
    return model;
  };
  // Half of 10,000 is sent to the other zone.
  const [patient] = offered(PATIENT).services;
  expect(patient.failedBy.endpointLost / 5000).toBeCloseTo(1, 6);
  expect(patient.served / 5000).toBeCloseTo(1, 2);
  const model = offered({ ...PATIENT, timeoutUs: 2 * SECOND });
  // Those of the last two seconds still wait.
  expect(model.services[0].timedOut / 4900).toBeCloseTo(1, 3);
  model.setLink(0, 1, true);
  model.advance(200 * SECOND);
  model.check();
  expect(model.services[0].timedOut / 5000).toBeCloseTo(1, 3);
});

slowTest('floods, standstills and many speeds take a bounded number of steps', () => {
  const work = { kind: 'lognormal', meanUs: 100, sigma: 0.8 } as const;
  const limited = service({ balancing: balancing('choices'), queueLimit: 30, work });
  // A hundred times and more what ten replicas can serve while they crawl, in service times of 0.1 ms.
  const model = run([limited], [users(constant(50_000))], 10);
  for (let second = 1; second <= 12; second++) {
    for (let k = 0; k < 10; k++) model.setSpeed(k, second % 5 === 0 ? 0.001 * k : 0.5 + 0.05 * ((k + second) % 10));
    model.advance(second * SECOND);
    model.check();
  }
  // 25 million state-steps and 20,000 a second, of chains with 60 states and more: some 140,000 steps of several queues.
  expect(model.work.steps).toBeLessThan(200_000);
  expect(model.services[0].failedBy.queueFull).toBeGreaterThan(0);
});
