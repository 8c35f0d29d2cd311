import { balancingPolicies } from '../../policies/balancing/index.ts';
import { withDefaults } from '../../policies/policy-family.ts';
import { PATIENT, type Traffic } from '../../sim/requests/traffic.ts';
import { listedWeather, type TimedWeather } from '../../sim/weather/timed-weather.ts';
import type { MakeControlLoop } from './control-loop.ts';
import type { MachineSpec } from './machine-spec.ts';
import type { ModelledService, OrchestratedSpec } from './orchestrated-spec.ts';
import { OrchestratedRun, type OrchestratedRunOptions } from './orchestrated-run.ts';

/** Runs of a control loop in a few lines, for tests: `runLoop(myLoop, { durationUs: 600e6 })`. */

/** A machine of 4 CPUs and 16 GiB that pulls 100 MB a second. */
export function machineSpec(name: string, otherwise: Partial<MachineSpec> = {}): MachineSpec {
  return {
    name,
    cpuMilli: 4000,
    memBytes: 16 * 2 ** 30,
    diskBytes: 100e9,
    gpuCount: 0,
    zone: '',
    rack: -1,
    power: -1,
    labels: {},
    instanceType: '',
    architecture: 'amd64',
    group: '',
    spot: false,
    usdPerHour: 0.2,
    pullBytesPerSecond: 100e6,
    idleWatts: 50,
    busyWatts: 150,
    ...otherwise,
  };
}

/** `n1`, `n2`, ... dealt out over the zones. */
export function machineSpecs(count: number, zones: readonly string[], otherwise: Partial<MachineSpec> = {}) {
  return Array.from({ length: count }, (_, k) =>
    machineSpec(`n${k + 1}`, { zone: zones[k % zones.length] ?? '', ...otherwise }),
  );
}

/** A service whose requests are modelled, behind balancers that choose at random. */
export function modelledService(
  name: string,
  { workMs = 10, concurrency = 8, cpuPerRequestMilli = 100, memPerRequestBytes = 0 } = {},
): ModelledService {
  const random = balancingPolicies.find((one) => one.name === 'random')!;
  return {
    name,
    requests: {
      name,
      concurrency,
      queueLimit: Infinity,
      work: { kind: 'exponential', meanUs: workMs * 1000 },
      calls: [],
      holdsPlace: true,
      balancing: random.make(withDefaults(random), 'random'),
      staleUs: 0,
      balancers: 1,
      slowStartUs: 0,
    },
    cpuPerRequestMilli,
    memPerRequestBytes,
  };
}

/** So many requests a second to a service, by its index, all the time. */
export function steadyTraffic(service: number, perSecond: number, client = PATIENT): Traffic {
  const curve = { at: () => perSecond, untilUs: () => Infinity };
  return {
    name: `traffic-${service}`,
    service,
    source: { kind: 'open', curve, spacing: 'poisson' },
    fromZone: -1,
    client,
  };
}

/** 4 machines in 2 zones, 10 minutes after 2 of settling, no services, no traffic, and this weather. */
export function fixtureSpec(
  loop: MakeControlLoop,
  otherwise: Partial<OrchestratedSpec> = {},
  weather: readonly TimedWeather[] = [],
): OrchestratedSpec {
  const zones = otherwise.zones ?? ['a', 'b'];
  return {
    orchestrator: 'fixture',
    durationUs: 600e6,
    coldStart: false,
    settleUs: 120e6,
    untilQuiet: false,
    epochMs: 0,
    machines: machineSpecs(4, zones),
    services: [],
    traffic: () => [],
    objectives: [],
    requestModel: 'auto',
    weather: () => listedWeather(weather),
    zones,
    delaysUs: { within: 0, between: 500, outside: 10_000 },
    usdPerGbBetweenZones: 0.01,
    requestBytes: 10_000,
    kgPerKWh: 0.4,
    operations: [],
    loop,
    scrapeUs: 15e6,
    timelinePoints: 100,
    registryRoundTripUs: 50_000,
    ...otherwise,
  };
}

/** A control loop's whole run; look at its parts, or ask for its `result()`. */
export function runLoop(
  loop: MakeControlLoop,
  otherwise: Partial<OrchestratedSpec> = {},
  weather: readonly TimedWeather[] = [],
  options: Partial<OrchestratedRunOptions> = {},
): OrchestratedRun {
  const run = new OrchestratedRun(fixtureSpec(loop, otherwise, weather), { seed: 1, ...options });
  while (run.step());
  return run;
}
