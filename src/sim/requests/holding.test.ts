import { expect, test } from 'vitest';
import { at, model, poisson, replicas, service } from '../../../test/request-world.ts';
import { PATIENT } from './traffic.ts';

const S = 1_000_000;
const constant = { kind: 'constant', meanUs: 1_000_000 } as const;
const holding = (holdUs: number) => service({ work: constant, holdUs });

test('calls wait for an endpoint in the order of their coming, or fail when they have waited long enough', () => {
  // Three come at 0, 2 and 4 s, each waits 5 s at most; the first endpoint comes at 6 s.
  const requests = model([holding(5 * S)], [at([0, 2 * S, 4 * S])]);
  requests.advance(4 * S);
  expect(requests.services[0]).toMatchObject({ arrived: 3, inFlight: 3, failed: 0 });
  requests.check();
  requests.advance(6 * S);
  // At 5 s the first has waited long enough.
  expect(requests.services[0]).toMatchObject({ inFlight: 2, failed: 1, failedBy: { noEndpoint: 1 } });
  const [only] = replicas(requests, 1);
  expect(requests.inFlight(only)).toBe(2);
  requests.check();
  requests.advance(20 * S);
  // Served from 6 to 7 and from 7 to 8 s: the second took 5 s in all, the third 4 s.
  expect(requests.services[0]).toMatchObject({ served: 2, failed: 1, inFlight: 0 });
  expect(requests.latencySumUs(only)).toBe(9 * S);
  requests.check();
});

test('a caller that gives up waits no longer; its attempts go on as ever', () => {
  // A timeout of 1 s and two attempts, 1 s apart: at 0 and at 2 s, given up at 1 and at 3 s.
  const client = { ...PATIENT, timeoutUs: S, attempts: 2, backoff: { baseUs: S, capUs: S, jitter: 'none' } } as const;
  const requests = model([holding(30 * S)], [at([0], { client })]);
  requests.advance(2.5 * S);
  expect(requests.services[0]).toMatchObject({ arrived: 2, timedOut: 1, inFlight: 1, retries: 1 });
  requests.check();
  requests.advance(4 * S);
  expect(requests.services[0]).toMatchObject({ timedOut: 2, inFlight: 0 });
  const [late] = replicas(requests, 1);
  requests.advance(40 * S);
  expect(requests.started(late)).toBe(0);
  expect(requests.traffic[0]).toMatchObject({ good: 0, bad: 1, inFlight: 0 });
  requests.check();
});

test('an endpoint of no weight gets nobody; those who wait go when it has some', () => {
  const requests = model([holding(10 * S)], [at([0])]);
  const weightless = requests.addEndpoint({ service: 0, name: 'new', zone: 0, speed: 1, weight: 0 });
  requests.advance(3 * S);
  expect([requests.services[0].inFlight, requests.inFlight(weightless)]).toEqual([1, 0]);
  requests.setWeight(weightless, 1);
  requests.advance(5 * S);
  expect(requests.services[0]).toMatchObject({ served: 1, inFlight: 0 });
});

test('what a service calls waits too, and is lost with its caller', () => {
  const calls = [[{ service: 1, chance: 1, fanOut: 1, client: PATIENT, required: true }]];
  const web = service({ work: constant, calls, concurrency: 10 });
  const requests = model([web, { ...holding(60 * S), name: 'db' }], [at([0, S])]);
  const [first] = replicas(requests, 1);
  requests.advance(1.5 * S);
  // The first has called the db at 1 s.
  expect(requests.services[1]).toMatchObject({ arrived: 1, inFlight: 1 });
  requests.remove(first);
  expect(requests.services[1]).toMatchObject({ arrived: 1, inFlight: 0, timedOut: 1 });
  requests.check();
});

test('nothing is lost over a hundred times of nobody being there', () => {
  // Endpoints are there for 50 ms of each 100 ms, and whoever comes meanwhile waits: all of them are answered.
  const web = service({ holdUs: S, concurrency: 1000 });
  const requests = model([web], [poisson(500, { name: 'users' })]);
  let waited = 0;
  for (let round = 0; round < 100; round++) {
    requests.advance(round * 100_000 + 50_000);
    waited += requests.services[0].inFlight;
    const [one] = replicas(requests, 1);
    requests.advance(round * 100_000 + 100_000);
    requests.drain(one);
    requests.check();
  }
  const { arrived, served, failed, inFlight } = requests.services[0];
  // 500 a second over 50 ms: 25 wait each time on average, 2,500 in all with a deviation of 50.
  expect(Math.abs(waited - 2500)).toBeLessThan(250);
  expect(failed).toBe(0);
  expect(served + inFlight).toBe(arrived);
});
