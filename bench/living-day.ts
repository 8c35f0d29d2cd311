import { targetUtilisation } from '../src/policies/autoscaling/target-utilisation.ts';
import { powerOfChoices } from '../src/policies/balancing/power-of-choices.ts';
import { clusterAutoscaler } from '../src/policies/node-scaling/cluster-autoscaler.ts';
import { placementPolicy } from '../src/policies/placement/index.ts';
import { withDefaults } from '../src/policies/policy-family.ts';
import { cos } from '../src/sim/exact-math.ts';
import type { NodeGroup } from '../src/sim/fleet/node-group.ts';
import type { LivingSpec } from '../src/sim/living-spec.ts';
import { type LevelCurve, PATIENT, type Traffic } from '../src/sim/requests/traffic.ts';
import type { ServiceSpec } from '../src/sim/services/service-spec.ts';
import { hours, minutes, seconds } from '../src/sim/time.ts';
import { detectionPreset } from '../src/sim/weather/detection-presets.ts';
import type { WeatherEvent, WeatherSource } from '../src/sim/weather/weather-event.ts';

const GIB = 2 ** 30;
const ZONES = ['a', 'b', 'c'];
/** Every tenth service is busy: long requests, a swing of its load over six hours, and replicas to match. */
const BUSY_EVERY = 10;
const SWING_US = hours(6);

/** How large and how long. */
export interface LivingDaySize {
  readonly services: number;
  readonly replicas: number;
  readonly nodes: number;
  readonly hours: number;
}

/**
 * A fleet under all controllers and with next to no requests (one in 50 s to most services), so that what a run costs is
 * what the controllers cost: scrapes and horizontal decisions every 15 s, ticks of CPU and memory every 5 s, looks of the
 * node autoscaler every 10 s. A tenth of the services swing with their load, and a machine an hour stops for ten minutes.
 */
export function livingDay({ services, replicas, nodes, hours: lasts }: LivingDaySize): LivingSpec {
  const hpa = targetUtilisation.make(withDefaults(targetUtilisation, { cpu: 0.6 }), 'target-utilisation');
  return {
    durationUs: hours(lasts),
    groups: [group(nodes)],
    zones: ZONES,
    delaysUs: { within: 250, between: 1000, outside: 0 },
    usdPerGbBetweenZones: 0.02,
    requestBytes: 10_000,
    kgPerKWh: 0.3,
    services: Array.from({ length: services }, (_, index) => service(index, replicas)),
    scaling: Array.from({ length: services }, (_, index) => ({
      horizontal: hpa,
      minReplicas: isBusy(index) ? 5 : replicas,
      maxReplicas: 2 * replicas,
    })),
    deployments: [],
    objectives: Array.from({ length: services }, (_, index) => ({
      service: index,
      target: 0.99,
      withinUs: seconds(1),
      windowUs: hours(lasts),
    })),
    jobs: [],
    traffic: () => Array.from({ length: services }, (_, index) => users(index, replicas)),
    weather: (_, places) => stops(places.length, hours(lasts)),
    requestModel: 'discrete',
    placement: placementPolicy('least-allocated'),
    nodes: clusterAutoscaler.make(withDefaults(clusterAutoscaler), 'cluster-autoscaler'),
    detection: detectionPreset('kubernetes'),
    scrapeUs: seconds(15),
    metricDelayUs: 0,
    timelinePoints: 400,
  };
}

function isBusy(index: number): boolean {
  return index % BUSY_EVERY === 0;
}

function group(nodes: number): NodeGroup {
  return {
    name: 'node',
    template: { name: 'node', cpuMilli: 4000, memBytes: 16 * GIB },
    zones: ZONES,
    racksPerZone: 0,
    initial: nodes,
    min: 1,
    max: nodes + Math.ceil(nodes / 5),
    instanceType: '',
    usdPerHour: 0.2,
    spot: false,
    boot: { kind: 'constant', meanUs: seconds(75) },
    pullBytesPerSecond: 100e6,
    idleWatts: 50,
    busyWatts: 150,
  };
}

function service(index: number, replicas: number): ServiceSpec {
  const name = `service-${index}`;
  const probe = { initialDelayUs: 0, periodUs: seconds(10), timeoutUs: seconds(1), successThreshold: 1 };
  return {
    name,
    request: { cpuMilli: 350, memBytes: GIB },
    cpuLimitMilli: 1000,
    memLimitBytes: 2 * GIB,
    cpuPerRequestMilli: 350,
    memBaseBytes: GIB / 4,
    memPerRequestBytes: 2 ** 20,
    memLeakBytes: 0,
    replicas,
    priority: 0,
    startUp: {
      imageBytes: 300e6,
      imageLayers: 5,
      boot: { kind: 'constant', meanUs: seconds(8) },
      warmUpUs: 0,
      warmUpSpeed: 1,
      readiness: { ...probe, failureThreshold: 3 },
    },
    graceUs: seconds(30),
    ignoresStop: false,
    startsAfter: [],
    minAvailable: { share: 0.5 },
    requests: {
      name,
      concurrency: 4,
      queueLimit: Infinity,
      work: { kind: 'exponential', meanUs: isBusy(index) ? minutes(1) : 20_000 },
      calls: [],
      holdsPlace: false,
      balancing: powerOfChoices.make(withDefaults(powerOfChoices), 'power-of-choices'),
      staleUs: 0,
      balancers: 1,
      slowStartUs: 0,
    },
  };
}

/** To a busy service so many that they keep a third to all of its replicas' requested CPU busy, minute by minute. */
function users(index: number, replicas: number): Traffic {
  const stepUs = minutes(1);
  const steps = SWING_US / stepUs;
  const most = replicas / 60;
  const levels = Array.from({ length: steps }, (_, step) =>
    isBusy(index) ? most * (2 / 3 - (1 / 3) * cos((2 * Math.PI * (step + 7 * index)) / steps)) : 0.02,
  );
  const curve: LevelCurve = {
    at: (us) => levels[Math.floor(us / stepUs) % steps],
    untilUs: (us) => (Math.floor(us / stepUs) + 1) * stepUs,
  };
  return {
    name: `users-${index}`,
    service: index,
    source: { kind: 'open', curve, spacing: 'poisson' },
    fromZone: -1,
    client: PATIENT,
  };
}

/** Every hour, at half past, another machine stops for ten minutes. */
function stops(nodes: number, untilUs: number): WeatherSource {
  const events: { readonly timeUs: number; readonly event: WeatherEvent }[] = [];
  for (let hour = 0; hours(hour) + minutes(30) < untilUs; hour++) {
    const node = (hour * 37) % nodes;
    const timeUs = hours(hour) + minutes(30);
    events.push({ timeUs, event: { kind: 'node-down', node, cause: 'power' } });
    events.push({ timeUs: timeUs + minutes(10), event: { kind: 'node-up', node, cause: 'power' } });
  }
  let next = 0;
  return {
    get nextUs() {
      return events[next]?.timeUs ?? Infinity;
    },
    take: () => events[next++].event,
  };
}
