import { horizontalPolicies } from '../src/policies/autoscaling/index.ts';
import { deploymentPolicies } from '../src/policies/deployment/index.ts';
import { nodePolicies } from '../src/policies/node-scaling/index.ts';
import { overcommitPolicies } from '../src/policies/overcommit/index.ts';
import { placementPolicy } from '../src/policies/placement/index.ts';
import { verticalPolicies } from '../src/policies/vertical/index.ts';
import type { NodeGroup } from '../src/sim/fleet/node-group.ts';
import type { JobsSpec, LivingSpec, ScalingSpec } from '../src/sim/living-spec.ts';
import { stream } from '../src/sim/random.ts';
import type { CallSpec } from '../src/sim/requests/request-service.ts';
import { PATIENT, type ClientSpec } from '../src/sim/requests/traffic.ts';
import type { ServiceSpec } from '../src/sim/services/service-spec.ts';
import { combinedWeather } from '../src/sim/weather/combined-weather.ts';
import { detectionPreset } from '../src/sim/weather/detection-presets.ts';
import type { WeatherEvent, WeatherSource } from '../src/sim/weather/weather-event.ts';
import { familyPolicy, GiB, group, living, minutes, seconds, service } from './living-cluster.ts';

const MiB = 2 ** 20;

/** What a test may leave out of its random worlds. */
export interface RandomLivingOptions {
  /** Only drains and policies that evict on purpose; nothing breaks, scales or is deployed. */
  readonly voluntaryOnly?: boolean;
}

/** A living cluster drawn at random: small, short, and with a little of everything that can happen to one. */
export function randomLiving(seed: number, options: RandomLivingOptions = {}): LivingSpec {
  const draw = new Draw(seed);
  const calm = options.voluntaryOnly === true;
  const zones = ['a', 'b', 'c'].slice(0, draw.count(0, 3));
  const groups = Array.from({ length: draw.count(1, 3) }, (_, k) => randomGroup(draw, `group-${k}`, zones));
  const services = Array.from({ length: draw.count(1, 4) }, (_, k) => k).map((k, _, all) =>
    randomService(draw, k, all.length, calm),
  );
  const durationUs = seconds(draw.count(300, 900));
  const spec = living({
    durationUs,
    coldStart: !calm && draw.chance(0.3),
    groups,
    zones,
    delaysUs: { within: 100, between: draw.chance(0.5) ? 1000 : 0, outside: 0 },
    services,
    scaling: services.map((one) => randomScaling(draw, one, calm)),
    deployments: calm || draw.chance(0.4) ? [] : randomDeployments(draw, services.length, durationUs),
    objectives: services.map((_, k) => ({
      service: k,
      target: 0.99,
      withinUs: draw.of([Infinity, 50_000]),
      windowUs: minutes(10),
    })),
    jobs: draw.chance(0.5) ? [randomJobs(draw, durationUs)] : [],
    traffic: () => [
      {
        name: 'users',
        service: 0,
        fromZone: -1,
        client: draw.chance(0.5) ? PATIENT : IMPATIENT,
        source: {
          kind: 'open',
          spacing: 'poisson',
          curve: stepCurve(draw.count(1, 20), draw.count(1, 60), durationUs / 3),
        },
      },
    ],
    weather: () => randomWeather(new Draw(seed + 0.5), groups, zones, services.length, durationUs, calm),
    placement: placementPolicy(draw.of(['least-allocated', 'best-fit', 'zone-spread', 'random'])),
    nodes: familyPolicy(nodePolicies, draw.of(calm ? ['cluster-autoscaler', 'just-in-time'] : NODE_POLICIES)),
    ...(draw.chance(0.3) && {
      overcommit: familyPolicy(overcommitPolicies, draw.of(['n-sigma', 'percentile', 'borg-default']), {
        period: seconds(60),
      }),
    }),
    detection: detectionPreset(draw.of(['kubernetes', 'swarm'])),
    scrapeUs: seconds(draw.of([5, 15, 30, 45])),
    metricDelayUs: seconds(draw.of([0, 30])),
    timelinePoints: draw.of([7, 100]),
  });
  return { ...spec, traffic: sameEachTime(spec.traffic) };
}

const NODE_POLICIES = ['fixed', 'cluster-autoscaler', 'just-in-time', 'warm-pool', 'capacity-provider'];
const IMPATIENT: ClientSpec = {
  timeoutUs: 200_000,
  attempts: 3,
  backoff: { baseUs: 10_000, capUs: 50_000, jitter: 'full' },
};

/** Random numbers of one world. */
class Draw {
  private readonly stream: ReturnType<typeof stream>;

  constructor(seed: number) {
    this.stream = stream(seed, 'random-living');
  }

  chance(share: number): boolean {
    return this.stream.next() < share;
  }

  count(least: number, most: number): number {
    return least + this.stream.below(most - least + 1);
  }

  of<T>(list: readonly T[]): T {
    return list[this.stream.below(list.length)];
  }

  share(): number {
    return this.stream.next();
  }
}

/** What the spec draws is drawn once: a second run of it is the same. */
function sameEachTime(traffic: LivingSpec['traffic']): LivingSpec['traffic'] {
  let kept: ReturnType<LivingSpec['traffic']> | undefined;
  return (streams) => (kept ??= traffic(streams));
}

function randomGroup(draw: Draw, name: string, zones: readonly string[]): NodeGroup {
  const max = draw.count(1, 6);
  const initial = draw.count(1, max);
  return group({
    name,
    template: { name, cpuMilli: draw.of([2000, 4000]), memBytes: draw.of([4, 8]) * GiB },
    zones: draw.chance(0.7) ? zones : [],
    racksPerZone: draw.count(0, 2),
    initial,
    min: draw.count(0, initial),
    max,
    spot: draw.chance(0.3),
    boot: { kind: 'uniform', lowUs: seconds(10), highUs: seconds(90) },
    idleWatts: 50,
    busyWatts: 200,
  });
}

function randomService(draw: Draw, k: number, count: number, calm: boolean): ServiceSpec {
  const name = `service-${k}`;
  const basis = service(name);
  const calls: CallSpec[] = [];
  for (let other = k + 1; other < count; other++)
    if (draw.chance(0.5))
      calls.push({
        service: other,
        chance: draw.of([0.5, 1]),
        fanOut: draw.count(1, 2),
        client: draw.chance(0.5) ? PATIENT : IMPATIENT,
        required: draw.chance(0.7),
      });
  const probe = (timeoutUs: number) => ({
    initialDelayUs: seconds(draw.count(0, 3)),
    periodUs: seconds(draw.count(1, 5)),
    timeoutUs,
    successThreshold: draw.count(1, 2),
    failureThreshold: draw.count(1, 3),
  });
  const leaks = !calm && draw.chance(0.3);
  return {
    ...basis,
    request: { cpuMilli: draw.of([100, 250, 500, 1000]), memBytes: draw.of([256, 512]) * MiB },
    cpuLimitMilli: draw.of([Infinity, 500, 1000]),
    memLimitBytes: leaks ? 300 * MiB : Infinity,
    memPerRequestBytes: calm ? 0 : MiB,
    memLeakBytes: leaks ? MiB / 2 : 0,
    replicas: draw.count(1, 5),
    priority: draw.count(0, 2),
    startUp: {
      imageBytes: draw.of([0, 200e6, 1e9]),
      imageLayers: draw.count(0, 5),
      boot: { kind: 'uniform', lowUs: 0, highUs: seconds(20) },
      warmUpUs: seconds(draw.of([0, 12])),
      warmUpSpeed: 0.5,
      ...(draw.chance(0.6) && { readiness: probe(calm ? Infinity : 500_000) }),
      ...(!calm && draw.chance(0.4) && { liveness: probe(1_000_000) }),
    },
    graceUs: seconds(draw.of([0, 5, 30])),
    ignoresStop: draw.chance(0.2),
    startsAfter: count > k + 1 && draw.chance(0.3) ? [k + 1] : [],
    ...((calm || draw.chance(0.5)) && {
      minAvailable: draw.chance(0.5) ? { share: draw.of([0.5, 0.75]) } : { replicas: draw.count(0, 2) },
    }),
    requests: {
      ...basis.requests,
      concurrency: draw.count(1, 4),
      queueLimit: draw.of([Infinity, 10]),
      calls: calls.length > 0 ? [calls] : [],
      holdsPlace: draw.chance(0.3),
      slowStartUs: seconds(draw.of([0, 10])),
    },
  };
}

function randomScaling(draw: Draw, { replicas }: ServiceSpec, calm: boolean): ScalingSpec {
  const horizontal = calm
    ? familyPolicy(horizontalPolicies, 'fixed')
    : draw.of([
        familyPolicy(horizontalPolicies, 'fixed'),
        familyPolicy(horizontalPolicies, 'target-utilisation', { cpu: 0.5, downStabilisation: seconds(30) }),
        familyPolicy(horizontalPolicies, 'queue-or-rate', { rate: 5, queue: 5, cooldown: seconds(30) }),
        familyPolicy(horizontalPolicies, 'target-tracking', { inCooldown: seconds(60), outCooldown: seconds(30) }),
        familyPolicy(horizontalPolicies, 'step-scaling', { cooldown: seconds(60) }),
      ]);
  const vertical = draw.of([
    undefined,
    familyPolicy(verticalPolicies, 'fixed', { mode: 'recreate', cpuMilli: 300 }),
    familyPolicy(verticalPolicies, 'fixed', { mode: 'in-place', cpuMilli: 700 }),
    familyPolicy(verticalPolicies, 'percentile-histogram', { mode: 'in-place', settled: seconds(60) }),
  ]);
  return {
    horizontal,
    minReplicas: calm ? replicas : draw.count(0, replicas),
    maxReplicas: calm ? replicas : replicas + draw.count(0, 6),
    ...(vertical && { vertical }),
  };
}

function randomDeployments(draw: Draw, services: number, durationUs: number): LivingSpec['deployments'] {
  return Array.from({ length: draw.count(1, 3) }, () => ({
    atUs: draw.count(0, durationUs),
    service: draw.count(0, services - 1),
    policy: familyPolicy(deploymentPolicies, draw.of(['rolling', 'recreate', 'blue-green', 'canary', 'ecs-rolling'])),
    workFactor: draw.of([0.5, 1, 3]),
    failureShare: draw.of([0, 0, 0.5]),
    memFactor: draw.of([1, 2]),
  })).sort((one, other) => one.atUs - other.atUs);
}

function randomJobs(draw: Draw, durationUs: number): JobsSpec {
  const rows = Array.from({ length: draw.count(1, 20) }, (_, k) => ({
    name: draw.chance(0.5) ? `row-${k}` : undefined,
    arrivesUs: draw.count(0, durationUs),
    runsUs: seconds(draw.count(1, 400)),
    estimateUs: Infinity,
    priority: 0,
    // A user of the same name as a service is still not that service.
    user: draw.of([undefined, 'alice', 'service-0']),
    gang: undefined as string | undefined,
    gangSize: 1,
    request: { cpuMilli: draw.of([100, 1000, 3000]), memBytes: draw.of([128, 1024]) * MiB },
  })).sort((one, other) => one.arrivesUs - other.arrivesUs);
  if (rows.length >= 4)
    for (const row of rows.slice(1, 4)) Object.assign(row, { gang: 'gang', gangSize: 3, arrivesUs: rows[1].arrivesUs });
  return {
    pods: () => {
      let at = 0;
      return { next: (row) => (at < rows.length ? (Object.assign(row, rows[at++]), true) : false) };
    },
    cpuUsageShare: draw.of([0.5, 1, 3]),
    restarts: draw.count(0, 3),
  };
}

function stepCurve(low: number, high: number, everyUs: number) {
  const stepUs = Math.floor(everyUs);
  return {
    at: (timeUs: number) => (Math.floor(timeUs / stepUs) % 2 === 0 ? low : high),
    untilUs: (timeUs: number) => (Math.floor(timeUs / stepUs) + 1) * stepUs,
  };
}

/** Faults of every kind, as pairs of a beginning and an end that may overlap, made one weather as scenarios make it. */
function randomWeather(
  draw: Draw,
  groups: readonly NodeGroup[],
  zones: readonly string[],
  services: number,
  durationUs: number,
  calm: boolean,
): WeatherSource {
  const nodes = groups.reduce((sum, { max }) => sum + max, 0);
  const cause = 'test';
  const pair = (): [first: WeatherEvent, second: WeatherEvent | undefined] => {
    const node = draw.count(0, nodes - 1);
    const of = draw.count(0, services - 1);
    const zone = zones.length > 0 ? draw.count(-1, zones.length - 1) : -1;
    const other = zones.length > 0 ? draw.count(0, zones.length - 1) : -1;
    const on = (event: object): [WeatherEvent, WeatherEvent] => [
      { ...event, on: true, cause } as WeatherEvent,
      { ...event, on: false, cause } as WeatherEvent,
    ];
    switch (calm ? 5 : draw.count(0, 12)) {
      case 0:
      case 1:
        return [
          { kind: 'node-down', node, cause },
          { kind: 'node-up', node, cause },
        ];
      case 2:
        return [
          { kind: 'node-speed', node, speed: draw.of([0, 0.3]), cause },
          { kind: 'node-speed', node, speed: 1, cause },
        ];
      case 3:
        return [
          { kind: 'node-loss', node, share: 0.3, cause },
          { kind: 'node-loss', node, share: 0, cause },
        ];
      case 4:
        return on({ kind: 'disk-full', node });
      case 5:
        return [
          { kind: 'drain-begin', node, cause },
          { kind: 'drain-end', node, cause },
        ];
      case 6:
        return on({ kind: 'node-cut-off', node });
      case 7:
        return on({ kind: 'zone-partition', zones: [zone, other] });
      case 8:
        return [
          { kind: 'zone-delay', zones: [zone, other], delayUs: 20_000, cause },
          { kind: 'zone-delay', zones: [zone, other], delayUs: 0, cause },
        ];
      case 9: {
        const [back, gone] = on({ kind: 'spot-capacity', nodes: Array.from({ length: nodes }, (_, k) => k) });
        return [gone, back];
      }
      case 10:
        return [{ kind: 'replica-crash', service: of, which: draw.share(), cause }, undefined];
      case 11:
        return on({ kind: 'crash-loop', service: of, afterUs: seconds(draw.count(0, 20)) });
      default:
        return draw.chance(0.5) ? on({ kind: 'registry-down' }) : on({ kind: 'control-plane-down' });
    }
  };
  const sources: WeatherSource[] = [];
  for (let k = draw.count(0, calm ? 4 : 14); k > 0; k--) {
    const fromUs = draw.count(0, durationUs);
    const untilUs = fromUs + seconds(draw.of([1, 20, 60, 200]));
    const [first, second] = pair();
    sources.push(timed([[fromUs, first], ...(second === undefined ? [] : [[untilUs, second] as const])]));
  }
  let first = 0;
  for (const { spot, max } of calm ? [] : groups) {
    for (let node = first; node < first + max; node++)
      if (spot && draw.chance(0.4)) {
        const atUs = draw.count(0, durationUs);
        const takenUs = atUs + seconds(draw.of([0, 30, 120]));
        sources.push(
          timed([
            [atUs, { kind: 'spot-notice', node, takenUs, cause }],
            [takenUs, { kind: 'spot-taken', node, cause }],
          ]),
        );
      }
    first += max;
  }
  return combinedWeather(sources);
}

function timed(events: readonly (readonly [timeUs: number, event: WeatherEvent])[]): WeatherSource {
  let at = 0;
  return {
    get nextUs() {
      return events[at]?.[0] ?? Infinity;
    },
    take: () => events[at++][1],
  };
}
