import { describe, expect, test } from 'vitest';
import { erlangB, responseOfMmc } from '../../../bench/queueing-oracles.ts';
import { at, level, model, poisson, replicas, ROUND_ROBIN, service, steps } from '../../../test/request-world.ts';
import type { CallSpec } from './request-service.ts';
import { type ClientSpec, PATIENT } from './traffic.ts';

const S = 1_000_000;
const constant = (meanUs: number) => ({ kind: 'constant', meanUs }) as const;
const call = (to: number, given: Partial<CallSpec> = {}): CallSpec => ({
  service: to,
  chance: 1,
  fanOut: 1,
  client: PATIENT,
  required: true,
  ...given,
});
const client = (given: Partial<ClientSpec>): ClientSpec => ({ ...PATIENT, ...given });

describe('known queueing networks', () => {
  test('a tandem of M/M/c stations: end to end the sum of all (Jackson 1957)', () => {
    // An M/M/1 at load 0.6; then half of the requests go on to an M/M/2 at load 0.5, and after it all to an M/M/4 at
    // load 0.6. The front's own place is not held meanwhile.
    const front = service({ name: 'front', calls: [[call(1, { chance: 0.5 })], [call(2)]] });
    const middle = service({ name: 'middle', concurrency: 2, work: { kind: 'exponential', meanUs: 10_000 / 3 } });
    const back = service({ name: 'back', concurrency: 4, work: { kind: 'exponential', meanUs: 4000 } });
    const requests = model([front, middle, back], [poisson(600)]);
    for (const of of [0, 1, 2]) replicas(requests, 1, of);
    requests.advance(10 * S);
    requests.takeTrafficLatency(0);
    requests.advance(260 * S);
    requests.check();
    const expected =
      1000 * responseOfMmc(1, 0.6) + 0.5 * (10_000 / 3) * responseOfMmc(2, 1) + 4000 * responseOfMmc(4, 2.4);
    expect(Math.abs(requests.takeTrafficLatency(0).meanUs / expected - 1)).toBeLessThan(0.03);
  });

  test('a closed loop of 50 users: R = N / X - Z', () => {
    const think = { kind: 'exponential', meanUs: 20_000 } as const;
    const source = { kind: 'closed', users: level(50), think } as const;
    const requests = model([service({ concurrency: 2 })], [poisson(0, { source })]);
    replicas(requests, 1);
    requests.advance(5 * S);
    const before = requests.traffic[0].good;
    requests.takeTrafficLatency(0);
    requests.advance(45 * S);
    const perUs = (requests.traffic[0].good - before) / (40 * S);
    const responseUs = requests.takeTrafficLatency(0).meanUs;
    expect(Math.abs((responseUs + 20_000) / (50 / perUs) - 1)).toBeLessThan(0.01);
    // Two places of a millisecond cannot do more than 2,000 a second.
    expect(perUs * S).toBeLessThan(2000);
    expect(perUs * S).toBeGreaterThan(1900);
  });

  test('users follow their curve: 10, then 3, then 30', () => {
    const users = steps([0, 10], [S, 3], [2 * S, 30]);
    const source = { kind: 'closed', users, think: constant(1000) } as const;
    const requests = model([service({ concurrency: 100, work: constant(1000) })], [poisson(0, { source })]);
    replicas(requests, 1);
    const perMs: number[] = [];
    for (let second = 0; second < 3; second++) {
      requests.advance(second * S + S / 2);
      const before = requests.traffic[0].offered;
      requests.advance((second + 1) * S);
      perMs.push((requests.traffic[0].offered - before) / 500);
    }
    // Everybody asks every 2 ms.
    expect(perMs).toEqual([5, 1.5, 15]);
  });

  test.each([
    ['exponential', { kind: 'exponential', meanUs: 1000 }],
    ['constant', constant(1000)],
    ['C² = 4', { kind: 'hyperexponential', meanUs: 1000, squaredCv: 4 }],
  ] as const)('M/G/5/5 with %s work loses as many as Erlang B says, whatever the work is like', (_, work) => {
    for (const everyEvent of [false, true]) {
      const requests = model([service({ concurrency: 5, queueLimit: 0, work })], [poisson(4000)], { everyEvent });
      replicas(requests, 1);
      requests.advance(25 * S);
      const { arrived, failedBy } = requests.services[0];
      // Erlang B of 5 servers and 4 Erlangs is 0.1991; 100,000 arrivals leave an error of about 0.002.
      expect(Math.abs(failedBy.queueFull / arrived - erlangB(5, 4))).toBeLessThan(0.007);
    }
  });
});

describe('one request after the other', () => {
  test('timeouts: the caller goes, the server works on, what queues is dropped', () => {
    // Work of 10 ms, patience of 15 ms. At 0, 1 and 2 ms: the first is served at 10, the second would be at 20 but is
    // given up at 16 while served, the third is given up at 17 in the queue. The place is free again at 20.
    const requests = model(
      [service({ work: constant(10_000) })],
      [at([0, 1000, 2000], { client: client({ timeoutUs: 15_000 }) })],
    );
    const [replica] = replicas(requests, 1);
    requests.advance(16_500);
    expect(requests.services[0]).toMatchObject({ served: 1, timedOut: 1, inFlight: 1 });
    expect(requests.inFlight(replica)).toBe(2);
    requests.advance(17_500);
    expect(requests.services[0]).toMatchObject({ served: 1, timedOut: 2, inFlight: 0 });
    expect(requests.inFlight(replica)).toBe(1);
    requests.advance(25_000);
    expect(requests.inFlight(replica)).toBe(0);
    expect(requests.started(replica)).toBe(2);
    expect(requests.busyUs(replica)).toBe(20_000);
    requests.check();
  });

  test('delays: 5 ms there, 10 ms of work, 5 ms back; a timeout at 17 ms comes before the answer', () => {
    for (const [timeoutUs, served] of [
      [Infinity, 1],
      [20_000, 1],
      [17_000, 0],
    ]) {
      const requests = model([service({ work: constant(10_000) })], [at([0], { client: client({ timeoutUs }) })]);
      requests.setDelay(-1, 0, 5000);
      replicas(requests, 1);
      requests.advance(100_000);
      expect(requests.services[0].served).toBe(served);
      if (served === 1) expect(requests.takeTrafficLatency(0).meanUs).toBe(20_000);
      requests.check();
    }
  });

  test('stages one after the other, the calls of a stage together, places held or not', () => {
    // Own work 1 ms, then a fan-out of two 2 ms calls on two places (together), then a 3 ms call: 6 ms.
    const calls = [[call(1, { fanOut: 2 })], [call(2)]];
    for (const holdsPlace of [false, true]) {
      const requests = model(
        [
          service({ name: 'front', work: constant(1000), calls, holdsPlace }),
          service({ name: 'two', work: constant(2000), concurrency: 2 }),
          service({ name: 'three', work: constant(3000), concurrency: 2 }),
        ],
        [at([0, 0])],
      );
      for (const of of [0, 1, 2]) replicas(requests, 1, of);
      requests.advance(100_000);
      // Not held: the second begins its own work at 1 ms, its calls wait for the first's until 3 ms: done at 5 + 3 = 8.
      // Held: the second begins when the first has its answer, at 6 ms, and has its own at 12.
      expect(requests.takeTrafficLatency(0).maxUs).toBe(holdsPlace ? 12_000 : 8000);
      // A place that is only held does not work.
      expect(requests.busyUs(0)).toBe(2000);
      requests.check();
    }
  });

  test('a required call that fails fails its caller, another does not', () => {
    for (const required of [true, false]) {
      const requests = model(
        [service({ name: 'front', calls: [[call(1, { required })]] }), service({ name: 'back' })],
        [at([0])],
      );
      replicas(requests, 1, 0);
      requests.advance(S);
      expect(requests.traffic[0]).toMatchObject({ good: required ? 0 : 1, bad: required ? 1 : 0 });
      expect(requests.services[0].failedBy.callFailed).toBe(required ? 1 : 0);
      expect(requests.services[1].failedBy.noEndpoint).toBe(1);
    }
  });

  test('a change of speed changes what is being served, and speed 0 stalls it', () => {
    for (const everyEvent of [false, true]) {
      // 10 ms of work: 4 ms at full speed, 3 ms stalled, then 6 ms of work at half speed take 12: done at 19.
      const requests = model([service({ work: constant(10_000) })], [at([0])], { everyEvent });
      const [replica] = replicas(requests, 1);
      requests.advance(4000);
      requests.setSpeed(replica, 0);
      requests.advance(7000);
      requests.setSpeed(replica, 0.5);
      requests.advance(100_000);
      expect(requests.takeServiceLatency(0).maxUs).toBe(19_000);
    }
  });

  test('a removed replica fails what it has; a drained one finishes it', () => {
    for (const everyEvent of [false, true])
      for (const drained of [false, true]) {
        const requests = model([service({ work: constant(10_000) })], [at([0, 0, 5000])], { everyEvent });
        const [replica] = replicas(requests, 1);
        requests.advance(4000);
        if (drained) requests.drain(replica);
        else requests.remove(replica);
        requests.advance(100_000);
        const { served, failedBy } = requests.services[0];
        expect([served, failedBy.endpointLost, failedBy.noEndpoint]).toEqual(drained ? [2, 0, 1] : [0, 2, 1]);
        requests.check();
      }
  });

  test('out of reach: who has a timeout gives up, who has none fails when the replica is removed', () => {
    for (const timeoutUs of [50_000, Infinity]) {
      const requests = model([service()], [at([1000, 2000], { client: client({ timeoutUs }) })]);
      const [replica] = replicas(requests, 1);
      requests.setReachable(replica, false);
      requests.advance(100_000);
      expect(requests.services[0]).toMatchObject(timeoutUs === Infinity ? { inFlight: 2 } : { timedOut: 2 });
      requests.remove(replica);
      expect(requests.services[0].failedBy.endpointLost).toBe(timeoutUs === Infinity ? 2 : 0);
      requests.check();
    }
  });

  test('a cut link: at once without a timeout, after it with one', () => {
    for (const timeoutUs of [50_000, Infinity]) {
      const requests = model([service()], [at([1000], { client: client({ timeoutUs }) })]);
      replicas(requests, 1);
      requests.setLink(-1, 0, false);
      requests.advance(2000);
      expect(requests.services[0]).toMatchObject(timeoutUs === Infinity ? { failed: 1 } : { inFlight: 1 });
      requests.advance(100_000);
      expect(requests.services[0]).toMatchObject(timeoutUs === Infinity ? { failed: 1 } : { timedOut: 1 });
    }
  });

  test('a share of answers are errors', () => {
    const requests = model([service()], [poisson(500)]);
    const [replica] = replicas(requests, 1);
    requests.setErrorShare(replica, 0.25);
    requests.advance(40 * S);
    const { arrived, failedBy } = requests.services[0];
    // 20,000 of them: standard deviation of the share 0.003.
    expect(Math.abs(failedBy.errorAnswer / arrived - 0.25)).toBeLessThan(0.012);
    expect(requests.badBy(replica)).toBe(failedBy.errorAnswer);
    expect(requests.servedBy(replica)).toBe(requests.services[0].served);
  });
});

describe('clients', () => {
  const failing = (attempts: number, share: number, given: Partial<ClientSpec> = {}) => {
    const backoff = { baseUs: 100, capUs: 1000, jitter: 'full' } as const;
    const requests = model(
      [service({ concurrency: 100 })],
      [poisson(2000, { client: client({ attempts, backoff, ...given }) })],
    );
    const [replica] = replicas(requests, 1);
    requests.setErrorShare(replica, share);
    requests.advance(10 * S);
    requests.check();
    return requests;
  };

  test('k tries at a chance of failure p make (1 - p^k) / (1 - p) attempts a request', () => {
    for (const [attempts, expected] of [
      [2, 1.5],
      [3, 1.75],
      [4, 1.875],
    ]) {
      const requests = failing(attempts, 0.5);
      const { offered, bad } = requests.traffic[0];
      expect(Math.abs(requests.services[0].arrived / offered - expected)).toBeLessThan(0.03);
      expect(Math.abs(bad / offered - 1 / 2 ** attempts)).toBeLessThan(0.015);
    }
    const never = failing(3, 1);
    expect(never.services[0].arrived / never.traffic[0].offered).toBeCloseTo(3, 2);
  });

  test('three layers that try three times each ask the bottom 27 times', () => {
    const tries = client({ attempts: 3, backoff: { baseUs: 10, capUs: 10, jitter: 'none' } });
    const requests = model(
      [
        service({ name: 'top', calls: [[call(1, { client: tries })]] }),
        service({ name: 'middle', calls: [[call(2, { client: tries })]] }),
        service({ name: 'bottom' }),
      ],
      [at([0], { client: tries })],
    );
    for (const of of [0, 1, 2]) replicas(requests, 1, of);
    requests.setErrorShare(2, 1);
    requests.advance(10 * S);
    expect(requests.services.map(({ arrived }) => arrived)).toEqual([3, 9, 27]);
  });

  test('a budget of a tenth bounds retries to a tenth of all requests', () => {
    const requests = failing(5, 1, { retryBudget: 0.1 });
    const { offered } = requests.traffic[0];
    const { retries } = requests.services[0];
    expect(retries).toBeLessThanOrEqual(0.1 * offered);
    expect(retries).toBeGreaterThan(0.099 * offered - 1);
  });

  test('backoff: 1, 2, 4 ms and then the cap of 5 ms', () => {
    const backoff = { baseUs: 1000, capUs: 5000, jitter: 'none' } as const;
    const requests = model([service()], [at([0], { client: client({ attempts: 6, backoff }) })]);
    const seen: number[] = [];
    for (let us = 0; us < 20_000; us += 500) {
      requests.advance(us);
      const { arrived } = requests.services[0];
      if (arrived > seen.length) seen.push(us);
    }
    // No endpoint, so each attempt fails at once.
    expect(seen).toEqual([0, 1000, 3000, 7000, 12_000, 17_000]);
  });

  test('a breaker opens, lets probes through, and closes when they succeed', () => {
    const breaker = { failureShare: 0.5, minimumCalls: 10, windowUs: S, openUs: S, probes: 2 };
    const source = { kind: 'open', curve: level(100), spacing: 'even' } as const;
    const requests = model([service({ work: constant(100) })], [poisson(0, { source, client: client({ breaker }) })]);
    const [replica] = replicas(requests, 1);
    requests.setErrorShare(replica, 1);
    requests.advance(0.5 * S);
    // Opens at the tenth call, of 50.
    expect(requests.services[0].failedBy).toMatchObject({ errorAnswer: 10, breakerOpen: 40 });
    requests.advance(1.5 * S);
    // Half open at 1.1 s: one probe fails, and it is open again.
    expect(requests.services[0].failedBy.errorAnswer).toBe(11);
    requests.setErrorShare(replica, 0);
    requests.advance(2 * S);
    expect(requests.services[0].served).toBe(0);
    requests.advance(4 * S);
    // Half open from 2.11 s on: two probes succeed, it closes, all that follow are served.
    expect(requests.services[0].served).toBeGreaterThan(180);
    expect(requests.services[0].failedBy.errorAnswer).toBe(11);
  });

  test('a second copy after the 95th percentile adds about 5 % and cuts the tail', () => {
    // Exponential work on many places: the 95th percentile is -ln(0.05) = 2.996 ms.
    const slow = { kind: 'hyperexponential', meanUs: 1000, squaredCv: 10 } as const;
    const run = (given: Partial<ClientSpec>, work: Parameters<typeof service>[0]) => {
      const requests = model([service({ concurrency: 1000, ...work })], [poisson(2000, { client: client(given) })]);
      replicas(requests, 2);
      requests.advance(25 * S);
      requests.check();
      return requests;
    };
    const hedged = run({ hedgeAfterUs: 2996 }, {});
    expect(Math.abs(hedged.services[0].hedges / hedged.traffic[0].offered - 0.05)).toBeLessThan(0.004);
    const without = run({}, { work: slow });
    const p95 = without.takeTrafficLatency(0).quantileUs(0.95);
    const p999 = run({}, { work: slow }).takeTrafficLatency(0).quantileUs(0.999);
    const cut = run({ hedgeAfterUs: p95 }, { work: slow });
    expect(cut.services[0].hedges / cut.traffic[0].offered).toBeLessThan(0.055);
    expect(cut.takeTrafficLatency(0).quantileUs(0.999)).toBeLessThan(0.7 * p999);
  });
});

describe('what balancers know', () => {
  test('many independent balancers in turn are as good as random', () => {
    const wait = (balancers: number): number => {
      const requests = model([service({ balancing: ROUND_ROBIN, balancers })], [poisson(8000)]);
      replicas(requests, 10);
      requests.advance(20 * S);
      return requests.takeServiceLatency(0).meanUs;
    };
    // One: E10/M/1, 2.922 ms; very many: M/M/1, 5 ms.
    expect(Math.abs(wait(1) - 2922)).toBeLessThan(200);
    expect(Math.abs(wait(1000) - 5000)).toBeLessThan(500);
  });

  test('a slow start sends a new replica a tenth of its share at first, and all of it in the end', () => {
    const requests = model([service({ concurrency: 1000, slowStartUs: 10 * S })], [poisson(5000)]);
    const [old] = replicas(requests, 1);
    requests.advance(10 * S);
    const fresh = requests.addEndpoint({ service: 0, name: 'new', zone: 0, speed: 1, weight: 1 });
    const before = requests.started(old);
    requests.advance(11 * S);
    // Weights 1 and 0.1 until the first step at 11 s (which is 10 % anyway): 1 / 11 of the traffic.
    const share = requests.started(fresh) / (requests.started(fresh) + requests.started(old) - before);
    expect(Math.abs(share - 1 / 11)).toBeLessThan(0.02);
    requests.advance(21 * S);
    const [oldThen, freshThen] = [requests.started(old), requests.started(fresh)];
    requests.advance(24 * S);
    expect(Math.abs((requests.started(fresh) - freshThen) / (requests.started(old) - oldThen) - 1)).toBeLessThan(0.07);
  });
});
