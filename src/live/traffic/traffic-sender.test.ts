import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { at, LEAST, ROUND_ROBIN, service } from '../../../test/request-world.ts';
import { type WebServer, webServer } from '../../../test/web-server.ts';
import type { RequestService } from '../../sim/requests/request-service.ts';
import { type ClientSpec, PATIENT } from '../../sim/requests/traffic.ts';
import { monotonicMs } from './traffic-clock.ts';
import type { ServiceTraffic, TrafficMeasured } from './traffic-measured.ts';
import { trafficPlanOf, type TrafficPlan } from './traffic-plan.ts';
import { type TrafficSender, trafficSender } from './traffic-sender.ts';

const DRAIN_MS = 20_000;
const PATIENT_POLL = { timeout: 30_000 };

interface Ask {
  readonly timesUs: readonly number[];
  readonly client?: ClientSpec;
  readonly service?: Partial<RequestService>;
  readonly services?: readonly RequestService[];
}

function planOf({ timesUs, client = PATIENT, service: given, services }: Ask): TrafficPlan {
  return trafficPlanOf({
    seed: 1,
    durationUs: 60e6,
    scrapeUs: 100_000,
    zones: [],
    delaysUs: { within: 0, between: 0, outside: 0 },
    services: services ?? [service({ work: { kind: 'constant', meanUs: 2000 }, ...given })],
    traffic: () => [at(timesUs, { client })],
  });
}

const endpoint = (pod: number, { address }: Pick<WebServer, 'address'>, of = 0) => ({
  pod,
  name: `web-${pod}`,
  service: of,
  zone: -1,
  workFactor: 1,
  address,
});

/** The clock starts `agoMs` ago. */
function begin(sender: TrafficSender, agoMs = 0, speed = 1): void {
  sender.setClock({ wallMs: monotonicMs() - agoMs, simUs: 0, speed, isHeld: false });
}

/** The clock comes to this time and stands there. */
function stepTo(sender: TrafficSender, simUs: number): void {
  sender.setClock({ wallMs: monotonicMs(), simUs, speed: 1, isHeld: true });
}

/** Waits until so many calls have been sent and settled. */
async function settled(sender: TrafficSender, count: number): Promise<void> {
  for (;;) {
    const { sent, served, failed } = sender.counts;
    if (sent >= count && served + failed >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function end(sender: TrafficSender): Promise<ServiceTraffic> {
  return only(await sender.end(DRAIN_MS));
}

function only({ services }: TrafficMeasured): ServiceTraffic {
  expect(services.length).toBe(1);
  return services[0];
}

const ok = (_: IncomingMessage, response: ServerResponse): void => void response.end('done');

test('requests are ordered to take what the plan says, by the replay’s speed, and answers are counted', async () => {
  const ordered: number[] = [];
  const web = await webServer((request, response) => {
    ordered.push(Number(request.headers['x-baton-service-us']));
    response.setHeader('x-baton-worked-us', 1234);
    response.setHeader('x-baton-queued-us', 6000);
    setTimeout(() => response.end(), 20);
  });
  const sender = trafficSender(planOf({ timesUs: [0, 10_000, 20_000] }));
  sender.endpointIn({ ...endpoint(0, web), workFactor: 1.5 });
  begin(sender, 0, 2);
  await settled(sender, 3);
  const measured = await end(sender);
  expect(ordered).toEqual([1500, 1500, 1500]);
  expect(measured).toMatchObject({
    sent: 3,
    served: 3,
    failedBy: {},
    users: { sent: 3, good: 3, bad: 0 },
    serviceTime: { count: 3, meanMs: 1.234 },
    byPod: { 'web-0': 3 },
  });
  // More than 20 ms less what it says of them; timers may be a millisecond early.
  expect(measured.overhead!.meanMs).toBeGreaterThan(20 - 1 - 7.234);
  expect(measured.intervals.reduce((sum, { served }) => sum + served, 0)).toBe(3);
});

test('nobody waits for an answer before the next request is sent, and latency counts from when it was due', async () => {
  // The server answers nobody before the last one is there: whoever sent one after the other would wait for ever.
  const timesUs = Array.from({ length: 20 }, (_, k) => k * 20_000);
  const waiting: ServerResponse[] = [];
  const web = await webServer((_, response) => {
    waiting.push(response);
    if (waiting.length === timesUs.length) for (const one of waiting) one.end();
  });
  const sender = trafficSender(planOf({ timesUs }));
  sender.endpointIn(endpoint(0, web));
  begin(sender);
  await settled(sender, timesUs.length);
  const { latency, served } = await end(sender);
  expect(served).toBe(20);
  // The first has waited for 380 ms at least, the last for next to nothing: 190 on the average.
  expect(latency.maxMs).toBeGreaterThan(379);
  expect(latency.meanMs).toBeGreaterThan(189);
});

test('a generator that comes late counts its own lateness as latency', async () => {
  const web = await webServer(ok);
  const sender = trafficSender(planOf({ timesUs: [0, 100_000, 400_000] }));
  sender.endpointIn(endpoint(0, web));
  begin(sender, 500);
  await settled(sender, 3);
  const { latency, generatorLateMs } = await end(sender);
  expect(latency.maxMs).toBeGreaterThan(499);
  expect(latency.meanMs).toBeGreaterThan((500 + 400 + 100) / 3 - 1);
  expect(generatorLateMs.max).toBeGreaterThan(499);
});

test('while the clock is held nothing is sent, and it goes on where it stood', async () => {
  const web = await webServer(ok);
  const sender = trafficSender(planOf({ timesUs: [0, 50_000] }));
  sender.endpointIn(endpoint(0, web));
  stepTo(sender, 49_999);
  await settled(sender, 1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(sender.counts.sent).toBe(1);
  sender.setClock({ wallMs: monotonicMs(), simUs: 49_999, speed: 1, isHeld: false });
  await settled(sender, 2);
  expect((await end(sender)).served).toBe(2);
});

test('who has no answer in time gives up, hangs up and tries again; each try is counted', async () => {
  const web = await webServer(() => {});
  const client: ClientSpec = {
    timeoutUs: 40_000,
    attempts: 3,
    backoff: { baseUs: 1000, capUs: 1000, jitter: 'none' },
  };
  const sender = trafficSender(planOf({ timesUs: [0, 1000], client }));
  sender.endpointIn(endpoint(0, web));
  begin(sender);
  await settled(sender, 6);
  // Before the sender ends, which would close them as well.
  await expect.poll(() => web.openConnections(), PATIENT_POLL).toBe(0);
  const measured = await end(sender);
  expect(measured).toMatchObject({
    sent: 6,
    served: 0,
    failedBy: { timedOut: 6 },
    users: { sent: 2, good: 0, bad: 2 },
  });
  expect(web.seen.requests).toBeLessThanOrEqual(6);
});

test('full queues, errors, servers about to end and connections that break are told apart', async () => {
  let count = 0;
  const web = await webServer((_, response) => {
    count++;
    if (count === 1) response.writeHead(503).end();
    else if (count === 2) response.writeHead(500).end();
    else if (count === 3) response.writeHead(503, { 'x-baton-refused': 'ending' }).end();
    else if (count === 4) {
      response.writeHead(200, { 'content-length': 10 });
      response.write('half');
      setTimeout(() => response.destroy(), 20);
    } else response.end();
  });
  const sender = trafficSender(planOf({ timesUs: [0, 100_000, 200_000, 300_000, 400_000] }));
  sender.endpointIn(endpoint(0, web));
  begin(sender);
  await settled(sender, 5);
  const measured = await end(sender);
  expect(measured).toMatchObject({
    sent: 5,
    served: 1,
    failedBy: { queueFull: 1, errorAnswer: 1, endpointLost: 2 },
  });
});

test('an endpoint that vanishes fails what it has and gets no more; one that comes back does', async () => {
  const dying = await webServer(() => {});
  const living = await webServer(ok);
  const sender = trafficSender(planOf({ timesUs: [0, 10, 20, 30, 40, 50], service: { balancing: ROUND_ROBIN } }));
  sender.endpointIn(endpoint(0, dying));
  stepTo(sender, 5);
  await expect.poll(() => dying.seen.requests, PATIENT_POLL).toBe(1);
  await dying.close();
  await settled(sender, 1);
  sender.endpointOut(0);
  sender.endpointIn(endpoint(1, living));
  stepTo(sender, 30);
  await settled(sender, 4);
  expect(living.seen.requests).toBe(3);
  sender.endpointIn(endpoint(0, living));
  stepTo(sender, 50);
  await settled(sender, 6);
  const measured = await end(sender);
  expect(measured).toMatchObject({
    sent: 6,
    served: 5,
    failedBy: { endpointLost: 1 },
    byPod: { 'web-1': 4, 'web-0': 1 },
  });
});

test('requests that find nobody fail, and a port where nobody listens is an endpoint that is lost', async () => {
  const web = await webServer(ok);
  await web.close();
  const sender = trafficSender(planOf({ timesUs: [0, 1000, 2000] }));
  stepTo(sender, 1000);
  await settled(sender, 2);
  sender.endpointIn(endpoint(0, web));
  stepTo(sender, 2000);
  await settled(sender, 3);
  const measured = await end(sender);
  expect(measured).toMatchObject({ sent: 3, served: 0, failedBy: { noEndpoint: 2, endpointLost: 1 } });
});

test('the balancer sees what is under way', async () => {
  // The first server never answers: least connections soon sends it nothing more.
  const stuck = await webServer(() => {});
  const quick = await webServer(ok);
  const timesUs = Array.from({ length: 12 }, (_, k) => k + 1);
  const sender = trafficSender(planOf({ timesUs, service: { balancing: LEAST } }));
  sender.endpointIn(endpoint(0, stuck));
  sender.endpointIn(endpoint(1, quick));
  for (const timeUs of timesUs) {
    stepTo(sender, timeUs);
    await expect.poll(() => sender.counts.served, PATIENT_POLL).toBe(timeUs - 1);
  }
  const { services } = await sender.end(300);
  expect(stuck.seen.requests).toBe(1);
  expect(services[0]).toMatchObject({ sent: 12, served: 11, failedBy: { unanswered: 1 } });
});

test('services that call others have them called in their place', async () => {
  const seen: string[] = [];
  const server = (name: string): Promise<WebServer> =>
    webServer((_, response) => {
      seen.push(name);
      response.end();
    });
  const [front, back] = await Promise.all([server('front'), server('back')]);
  const call = { service: 1, chance: 1, fanOut: 2, client: PATIENT, required: true };
  const sender = trafficSender(
    planOf({ timesUs: [0], services: [service({ name: 'front', calls: [[call]] }), service({ name: 'back' })] }),
  );
  sender.endpointIn(endpoint(0, front));
  sender.endpointIn(endpoint(1, back, 1));
  begin(sender);
  await settled(sender, 3);
  const { services } = await sender.end(DRAIN_MS);
  expect(seen).toEqual(['front', 'back', 'back']);
  expect(services.map(({ service: name, served }) => [name, served])).toEqual([
    ['front', 1],
    ['back', 2],
  ]);
});

test('connections are kept and used again, and none is open afterwards', async () => {
  const web = await webServer(ok);
  const sender = trafficSender(planOf({ timesUs: [0, 0, 0, 50_000, 50_000, 50_000] }));
  sender.endpointIn(endpoint(0, web));
  stepTo(sender, 49_999);
  await settled(sender, 3);
  stepTo(sender, 50_000);
  await settled(sender, 6);
  expect(await web.openConnections()).toBeGreaterThan(0);
  await end(sender);
  expect(web.seen.requests).toBe(6);
  expect(web.seen.connections).toBe(3);
  await expect.poll(() => web.openConnections(), PATIENT_POLL).toBe(0);
});

test('one that ends before it began has measured nothing', async () => {
  const sender = trafficSender(planOf({ timesUs: [0] }));
  expect(await sender.end(DRAIN_MS)).toEqual({ services: [], notes: [] });
});
