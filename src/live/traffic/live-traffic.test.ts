import { expect, test } from 'vitest';
import { at, service } from '../../../test/request-world.ts';
import { webServer } from '../../../test/web-server.ts';
import type { ReplayClock } from '../replay/replay-clock.ts';
import type { ReplayScript } from '../script/replay-script.ts';
import { liveTraffic } from './live-traffic.ts';
import { trafficPlanOf, type TrafficPlan } from './traffic-plan.ts';

const PROGRAM = new URL('../../../test/live-traffic-thread.mjs', import.meta.url);

const PATIENT_POLL = { timeout: 30_000 };

const plan = (timesUs: readonly number[]): TrafficPlan =>
  trafficPlanOf({
    seed: 1,
    durationUs: 60e6,
    scrapeUs: 1e6,
    zones: ['a', 'b'],
    delaysUs: { within: 0, between: 0, outside: 0 },
    services: [service()],
    traffic: () => [at(timesUs)],
  });

const SCRIPT: Pick<ReplayScript, 'pods' | 'nodes' | 'steps' | 'services'> = {
  pods: ['web-0', 'web-1', 'job-0'].map((name, k) => ({
    name,
    workload: name.slice(0, -2),
    ...(k < 2 && { service: 0 }),
    cpuMilli: 1,
    memBytes: 1,
    bootUs: 0,
    restart: 'always',
  })),
  nodes: ['a', 'b'].map((zone) => ({ name: `node-${zone}`, zone, cpuMilli: 1, memBytes: 1, isThereAtStart: true })),
  steps: [0, 1].map((pod) => ({ atUs: 0, do: 'start', pod, node: pod })),
  services: [
    {
      name: 'shop/web',
      concurrency: 1,
      queueLimit: null,
      workMeanUs: null,
      cpuPerRequestMilli: 0,
      balancing: 'random',
    },
  ],
};

/** A clock that can be held by hand. */
function clockOf(speed: number): ReplayClock & { hold(): void; goOn(fromUs: number): void } {
  let atMs = performance.now();
  let atUs = 0;
  let isHeld = false;
  const simUs = (): number => (isHeld ? atUs : atUs + (performance.now() - atMs) * 1000 * speed);
  return {
    speed,
    heldMs: 0,
    nowMs: () => performance.now(),
    simUs,
    dueMs: () => Number.NaN,
    hold: () => {
      atUs = simUs();
      isHeld = true;
    },
    goOn: (fromUs) => {
      atMs = performance.now();
      atUs = fromUs;
      isHeld = false;
    },
  };
}

test('a thread of its own sends what the plan says to the pods that are in, and ends with its connections', async () => {
  const web = await webServer((_, response) => void response.end());
  const driver = liveTraffic(SCRIPT, plan([0, 10_000, 20_000, 30_000]), { program: PROGRAM });
  driver.endpointIn(1, web.address);
  driver.endpointIn(0, web.address);
  driver.endpointIn(2, web.address);
  driver.begin(clockOf(2));
  await expect.poll(() => driver.counts.served, PATIENT_POLL).toBe(4);
  const ending = driver.end();
  expect(driver.end()).toBe(ending);
  const { services, notes } = await ending;
  expect(notes).toEqual([]);
  expect(services).toMatchObject([{ service: 'web', sent: 4, served: 4, failedBy: {} }]);
  const { byPod } = services[0];
  expect(Object.keys(byPod).every((name) => name.startsWith('web-'))).toBe(true);
  expect(driver.counts).toEqual({ sent: 4, served: 4, failed: 0 });
  await expect.poll(() => web.openConnections(), PATIENT_POLL).toBe(0);
});

test('it hears that the clock is held, and goes on with it', async () => {
  const web = await webServer((_, response) => void response.end());
  const clock = clockOf(1);
  const driver = liveTraffic(SCRIPT, plan([0, 4_000_000]), { program: PROGRAM });
  driver.endpointIn(0, web.address);
  driver.begin(clock);
  clock.hold();
  // Long, so that a busy machine has told of the hold before the second is due.
  await new Promise((resolve) => setTimeout(resolve, 4500));
  expect(web.seen.requests).toBeLessThan(2);
  clock.goOn(3_900_000);
  await expect.poll(() => driver.counts.served, PATIENT_POLL).toBe(2);
  await driver.end();
});

test('one that never begins ends with nothing', async () => {
  const driver = liveTraffic(SCRIPT, plan([0]), { program: PROGRAM });
  expect(await driver.end()).toEqual({ services: [], notes: [] });
});

test('a thread that breaks is a note, not an error and not a wait without end', async () => {
  const program = new URL('data:text/javascript,throw new Error("no luck")');
  const driver = liveTraffic(SCRIPT, plan([0]), { program });
  driver.begin(clockOf(1));
  const { services, notes = [] } = await driver.end();
  expect(services).toEqual([]);
  expect(notes.join()).toMatch(/load generator ended before it had measured anything: .*no luck/);
});
