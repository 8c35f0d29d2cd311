import { balancingPolicies } from '../src/policies/balancing/index.ts';
import { withDefaults } from '../src/policies/policy-family.ts';
import { liveTraffic } from '../src/live/traffic/live-traffic.ts';
import { sentTraffic } from '../src/live/traffic/sent-traffic.ts';
import { type TrafficPlan, trafficPlanOf } from '../src/live/traffic/traffic-plan.ts';
import type { EndpointAddress } from '../src/live/traffic/traffic-driver.ts';
import type { ServiceTraffic } from '../src/live/traffic/traffic-measured.ts';
import { InputError } from '../src/sim/input-error.ts';
import { DiscreteRequests } from '../src/sim/requests/discrete-requests.ts';
import { PATIENT } from '../src/sim/requests/traffic.ts';

/** One balancer at one load. */
export interface LiveCell {
  readonly balancing: string;
  readonly rho: number;
  readonly replicas: number;
  readonly workMs: number;
  readonly seconds: number;
  readonly seed: number;
}

export interface CellLatency {
  readonly served: number;
  readonly perSecond: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
}

/** Requests of the cell: Poisson, exponential work, one place a replica, patient users. */
export function planOf({ balancing, rho, replicas, workMs, seconds, seed }: LiveCell): TrafficPlan {
  const family = balancingPolicies.find(({ name }) => name === balancing);
  if (family === undefined)
    throw new InputError(
      `--balancers: there is no "${balancing}"; write some of ${balancingPolicies.map(({ name }) => name).join(', ')}`,
    );
  const perSecond = (rho * replicas * 1000) / workMs;
  return trafficPlanOf({
    seed,
    durationUs: seconds * 1e6,
    scrapeUs: 15e6,
    zones: ['a'],
    delaysUs: { within: 0, between: 0, outside: 0 },
    services: [
      {
        name: 'web',
        concurrency: 1,
        queueLimit: Infinity,
        work: { kind: 'exponential', meanUs: workMs * 1000 },
        calls: [],
        holdsPlace: false,
        balancing: family.make(withDefaults(family), family.name),
        staleUs: 0,
        balancers: 1,
        slowStartUs: 0,
      },
    ],
    traffic: () => [
      {
        name: 'users',
        service: 0,
        source: { kind: 'open', curve: { at: () => perSecond, untilUs: () => Infinity }, spacing: 'poisson' },
        fromZone: -1,
        client: PATIENT,
      },
    ],
  });
}

/** What the simulator says of the same requests. */
export function predicted(plan: TrafficPlan, replicas: number): CellLatency {
  const model = new DiscreteRequests(sentTraffic(plan));
  for (let k = 0; k < replicas; k++) model.addEndpoint({ service: 0, name: `web-${k}`, zone: 0, speed: 1, weight: 1 });
  // Until the last of them is answered, as it is measured.
  model.advance(plan.durationUs + 60e6);
  const latency = model.takeServiceLatency(0);
  return {
    served: latency.count,
    perSecond: (latency.count * 1e6) / plan.durationUs,
    meanMs: latency.meanUs / 1000,
    p50Ms: latency.quantileUs(0.5) / 1000,
    p90Ms: latency.quantileUs(0.9) / 1000,
    p99Ms: latency.quantileUs(0.99) / 1000,
  };
}

/** What real replicas do with them, at speed 1. */
export async function measured(plan: TrafficPlan, addresses: readonly EndpointAddress[]): Promise<ServiceTraffic> {
  const driver = liveTraffic(
    {
      pods: addresses.map((_, k) => ({
        name: `web-${k}`,
        workload: 'web',
        service: 0,
        cpuMilli: 0,
        memBytes: 0,
        bootUs: 0,
        restart: 'never',
      })),
      nodes: [{ name: 'here', zone: 'a', cpuMilli: 0, memBytes: 0, isThereAtStart: true }],
      steps: addresses.map((_, pod) => ({ atUs: 0, do: 'start', pod, node: 0 })),
      services: [
        { name: 'web', concurrency: 1, queueLimit: null, workMeanUs: null, cpuPerRequestMilli: 0, balancing: '' },
      ],
    },
    plan,
    { drainMs: 30_000 },
  );
  addresses.forEach((address, pod) => driver.endpointIn(pod, address));
  // The thread is there, and its code has been loaded, before the first request is due.
  await sleep(1000);
  const began = performance.now();
  const nowMs = (): number => performance.now() - began;
  driver.begin({ speed: 1, nowMs, simUs: () => nowMs() * 1000, dueMs: (simUs) => simUs / 1000, heldMs: 0 });
  await sleep(plan.durationUs / 1000 + 5);
  const { services, notes = [] } = await driver.end();
  if (services.length === 0) throw new Error(notes.join('; '));
  return services[0];
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
