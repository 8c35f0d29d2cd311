import { horizontalPolicies } from '../src/policies/autoscaling/index.ts';
import { nodePolicies } from '../src/policies/node-scaling/index.ts';
import { placementPolicy } from '../src/policies/placement/index.ts';
import { withDefaults, type PolicyFamily, type PolicyOptions } from '../src/policies/policy-family.ts';
import type { NodeGroup } from '../src/sim/fleet/node-group.ts';
import type { LivingSpec } from '../src/sim/living-spec.ts';
import type { BalancingPolicy } from '../src/sim/requests/balancing-policy.ts';
import { PATIENT, type ClientSpec } from '../src/sim/requests/traffic.ts';
import type { ServiceSpec } from '../src/sim/services/service-spec.ts';
import { minutes, seconds } from '../src/sim/time.ts';
import { detectionPreset } from '../src/sim/weather/detection-presets.ts';
import type { WeatherEvent } from '../src/sim/weather/weather-event.ts';

export const GiB = 2 ** 30;

/** A policy of a family, by name, with some options. */
export function familyPolicy<Policy>(
  families: readonly PolicyFamily<Policy>[],
  name: string,
  options: PolicyOptions = {},
): Policy {
  const family = families.find((one) => one.name === name)!;
  return family.make(withDefaults(family, options), name);
}

/** Sends requests to endpoints in turn: enough for tests that are about something else. */
export const IN_TURN: BalancingPolicy = {
  name: 'in-turn',
  reads: 'nothing',
  make: () => {
    let last = -1;
    return {
      changed: () => {},
      pick: (table) => {
        for (let k = 0; k < table.count; k++) {
          last = (last + 1) % table.count;
          if (table.weight[last] > 0) return last;
        }
        return -1;
      },
    };
  },
};

export function service(name: string, over: Partial<ServiceSpec> = {}): ServiceSpec {
  return {
    name,
    request: { cpuMilli: 500, memBytes: GiB / 2 },
    cpuLimitMilli: Infinity,
    memLimitBytes: Infinity,
    cpuPerRequestMilli: 500,
    memBaseBytes: GiB / 4,
    memPerRequestBytes: 0,
    memLeakBytes: 0,
    replicas: 2,
    priority: 0,
    startUp: {
      imageBytes: 0,
      imageLayers: 0,
      boot: { kind: 'constant', meanUs: seconds(5) },
      warmUpUs: 0,
      warmUpSpeed: 1,
    },
    graceUs: seconds(30),
    ignoresStop: false,
    startsAfter: [],
    requests: {
      name,
      concurrency: 1,
      queueLimit: Infinity,
      work: { kind: 'exponential', meanUs: 20_000 },
      calls: [],
      holdsPlace: false,
      balancing: IN_TURN,
      staleUs: 0,
      balancers: 1,
      slowStartUs: 0,
    },
    ...over,
  };
}

export function group(over: Partial<NodeGroup> = {}): NodeGroup {
  return {
    name: 'node',
    template: { name: 'node', cpuMilli: 4000, memBytes: 16 * GiB },
    zones: [],
    racksPerZone: 0,
    initial: 3,
    min: 0,
    max: 3,
    instanceType: '',
    usdPerHour: 0.2,
    spot: false,
    boot: { kind: 'constant', meanUs: minutes(1) },
    pullBytesPerSecond: 100e6,
    idleWatts: 0,
    busyWatts: 0,
    ...over,
  };
}

/** Requests at a constant rate to one service. */
export function constantTraffic(perSecond: number, to = 0, client: ClientSpec = PATIENT): LivingSpec['traffic'] {
  return () => [
    {
      name: 'users',
      service: to,
      fromZone: -1,
      client,
      source: { kind: 'open', spacing: 'poisson', curve: { at: () => perSecond, untilUs: () => Infinity } },
    },
  ];
}

const CALM = {
  nextUs: Infinity,
  take: () => {
    throw new Error('there is no weather');
  },
};

/** Weather written down event by event, in order of time. */
export function scriptedEvents(
  events: readonly (readonly [timeUs: number, event: WeatherEvent])[],
): LivingSpec['weather'] {
  return () => {
    let at = 0;
    return {
      get nextUs() {
        return events[at]?.[0] ?? Infinity;
      },
      take: () => events[at++][1],
    };
  };
}

/** A living cluster in which nothing happens but what the test asks for. */
export function living(over: Partial<LivingSpec> = {}): LivingSpec {
  const services = over.services ?? [service('web')];
  return {
    durationUs: minutes(10),
    groups: [group()],
    zones: [],
    delaysUs: { within: 0, between: 0, outside: 0 },
    usdPerGbBetweenZones: 0,
    requestBytes: 0,
    kgPerKWh: 0,
    services,
    scaling: services.map(({ replicas }) => ({
      horizontal: familyPolicy(horizontalPolicies, 'fixed'),
      minReplicas: replicas,
      maxReplicas: replicas,
    })),
    deployments: [],
    objectives: [],
    jobs: [],
    traffic: constantTraffic(10),
    weather: () => CALM,
    requestModel: 'discrete',
    placement: placementPolicy('least-allocated'),
    nodes: familyPolicy(nodePolicies, 'fixed'),
    detection: detectionPreset('kubernetes'),
    scrapeUs: seconds(15),
    metricDelayUs: 0,
    timelinePoints: 400,
    ...over,
  };
}

export { minutes, seconds };
