import { balancingPolicies } from '../src/policies/balancing/index.ts';
import { withDefaults } from '../src/policies/policy-family.ts';
import { stream } from '../src/sim/random.ts';
import { DiscreteRequests } from '../src/sim/requests/discrete-requests.ts';
import type { RequestService } from '../src/sim/requests/request-service.ts';
import { type ClientSpec, PATIENT } from '../src/sim/requests/traffic.ts';
import type { Counted } from './counter-scenarios.ts';
import { fluidDay } from './fluid-day.ts';

const IMPATIENT: ClientSpec = {
  timeoutUs: 12_000,
  attempts: 3,
  backoff: { baseUs: 500, capUs: 5000, jitter: 'full' },
  retryBudget: 0.2,
  hedgeAfterUs: 8000,
};

/** Small fixed scenarios of discrete requests under every balancing policy: their work and what became of them. */
export function requestCounters(): Record<string, Counted> {
  const counted: Record<string, Counted> = {};
  for (const family of balancingPolicies) {
    const balancing = family.make(withDefaults(family), family.name);
    const web: RequestService = {
      name: 'web',
      concurrency: 1,
      queueLimit: Infinity,
      work: { kind: 'exponential', meanUs: 1000 },
      calls: [],
      holdsPlace: false,
      balancing,
      staleUs: 0,
      balancers: 1,
      slowStartUs: 0,
    };
    counted[`requests, patient, ${family.name}`] = run([web], PATIENT);
    const calls = [[{ service: 1, chance: 0.7, fanOut: 2, client: IMPATIENT, required: true }]];
    const store: RequestService = { ...web, name: 'store', queueLimit: 5, concurrency: 2 };
    counted[`requests, impatient, two tiers, ${family.name}`] = run(
      [{ ...web, concurrency: 2, queueLimit: 8, calls }, store],
      IMPATIENT,
    );
  }
  counted['requests, fluid, twelve services in three tiers for an hour'] = fluidHour();
  return counted;
}

/** A part of the fluid benchmark's day. */
function fluidHour(): Counted {
  const { requests, steps, served, p99Us } = fluidDay(60, 3);
  return { requests: Math.round(requests), steps, served: Math.round(served), p99Us: p99Us[0] };
}

/** Twenty replicas of each service in two zones, 10,000 requests; one is slow for a while, one is lost. */
function run(services: readonly RequestService[], client: ClientSpec): Counted {
  const curve = { at: () => 16_000, untilUs: () => Infinity };
  const source = { kind: 'open', curve, spacing: 'poisson' } as const;
  const model = new DiscreteRequests({
    services,
    traffic: [{ name: 'users', service: 0, source, fromZone: 0, client }],
    zones: ['a', 'b'],
    startUs: 0,
    streams: (name) => stream(1, name),
  });
  model.setDelay(0, 1, 300);
  for (let service = 0; service < services.length; service++)
    for (let k = 0; k < 20; k++)
      model.addEndpoint({ service, name: `replica-${service}-${k}`, zone: k % 2, speed: 1, weight: 1 });
  model.advance(200_000);
  model.setSpeed(3, 0.3);
  model.advance(400_000);
  model.setSpeed(3, 1);
  model.remove(5);
  model.advance(625_000);
  model.check();
  const { served, failed, timedOut, retries, hedges } = model.services[0];
  const latency = model.takeTrafficLatency(0);
  const { requests, events } = model.work;
  const p99Us = latency.quantileUs(0.99);
  return { requests, events, served, failed, timedOut, retries, hedges, meanUs: latency.meanUs, p99Us };
}
