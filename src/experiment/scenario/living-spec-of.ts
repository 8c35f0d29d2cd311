import type { JobsSpec, LivingSpec } from '../../sim/living-spec.ts';
import type { NodeSpec } from '../../sim/node-spec.ts';
import type { PodSource } from '../../sim/pod-source.ts';
import type { BackfillPolicy, PlacementFactory, QueuePolicy } from '../../sim/policy.ts';
import { detectionPreset } from '../../sim/weather/detection-presets.ts';
import type { NodePlace } from '../../sim/weather/weather-event.ts';
import { weatherOf } from '../../sim/weather/weather-kinds.ts';
import type { ByteSource } from '../../workloads/byte-source.ts';
import type { WorkloadPlan } from '../run-plan.ts';
import { madePolicies } from './assemble-policies.ts';
import { calibratedService } from './calibration-plan.ts';
import { serviceSpec } from './assemble-services.ts';
import { trafficOf } from './assemble-traffic.ts';
import { clusterCarbon, clusterParts } from './cluster-groups.ts';
import type { ScenarioPlan } from './scenario-plan.ts';
import { weatherItem } from './weather-kinds.ts';

/** What a scenario needs of the machine it runs on. */
export interface ScenarioInputs {
  readonly placement: PlacementFactory;
  readonly queue: QueuePolicy;
  readonly backfill: BackfillPolicy;
  /** Opens a file that traffic names. */
  readonly open: (path: string) => ByteSource;
  /** The pods of a workload under a seed. */
  readonly pods: (plan: WorkloadPlan, nodes: readonly NodeSpec[], seed: number) => PodSource;
}

/** The living cluster that a scenario's plan describes. Throws a ScenarioFault for what does not fit together. */
export function livingSpecOf(plan: ScenarioPlan, inputs: ScenarioInputs): LivingSpec {
  const { groups, zones } = clusterParts(plan.cluster);
  const cluster = typeof plan.cluster === 'string' ? undefined : plan.cluster;
  const written = Object.entries(plan.services ?? {});
  const names = written.map(([name]) => name);
  const indexOf = (name: string): number => names.indexOf(name);
  const policies = madePolicies(plan.policies);
  const { clients } = plan.policies;
  const delays = cluster?.delays ?? { within: 250, between: 1000, outside: 0 };
  const { usdPerGb, requestBytes } = cluster?.zoneTraffic ?? { usdPerGb: 0.02, requestBytes: 10_000 };
  const { overcommit } = policies;
  const traffic = Object.entries(plan.traffic ?? {}).map(([name, one]) =>
    trafficOf(name, one, {
      durationUs: plan.duration,
      serviceOf: indexOf,
      zoneOf: (zone) => zones.indexOf(zone),
      clients,
      open: inputs.open,
    }),
  );
  return {
    durationUs: plan.duration,
    coldStart: plan.coldStart,
    groups,
    zones,
    // A request goes there and comes back, each with half of what it was measured to take beyond its service.
    delaysUs: { ...delays, outside: delays.outside + Math.round((plan.calibration?.requestUs ?? 0) / 2) },
    usdPerGbBetweenZones: usdPerGb,
    requestBytes,
    kgPerKWh: clusterCarbon(plan.cluster),
    services: written.map(([name, service]) =>
      calibratedService(serviceSpec(name, service, indexOf, policies.balancing(name), clients), plan.calibration),
    ),
    scaling: written.map(([name, service]) => {
      const vertical = policies.vertical(name);
      return { horizontal: policies.scaling(name), ...replicaBounds(service), ...(vertical && { vertical }) };
    }),
    deployments: (plan.deployments ?? []).map((one) => ({
      atUs: one.at,
      service: indexOf(one.service),
      policy: policies.deployment(one.service),
      workFactor: one.work,
      failureShare: one.failures,
      memFactor: one.memory,
    })),
    objectives: (plan.objectives ?? []).map((one) => ({
      service: indexOf(one.service),
      target: one.target,
      withinUs: one.withinUs ?? Infinity,
      windowUs: one.windowUs ?? plan.duration,
    })),
    jobs: Object.entries(plan.jobs ?? {}).map(([name, jobs]): JobsSpec => ({
      pods: (streams) =>
        inputs.pods(
          jobs.workload,
          groups.flatMap((group) => Array.from({ length: group.initial }, () => group.template)),
          streams(`jobs/${name}`).below(2 ** 31 - 1),
        ),
      cpuUsageShare: jobs.usage,
      restarts: jobs.restarts,
    })),
    traffic: (streams) => traffic.map((make) => make(streams)),
    weather: (streams, places: readonly NodePlace[]) =>
      weatherOf(
        (plan.weather ?? []).flatMap((one) => weatherItem(one, inputs.open) ?? []),
        { places, zones, services: names, streams },
      ),
    requestModel: plan.model,
    placement: inputs.placement,
    queue: inputs.queue,
    backfill: inputs.backfill,
    nodes: policies.nodes,
    ...(overcommit && { overcommit }),
    detection: plan.policies.detection ?? detectionPreset('kubernetes'),
    scrapeUs: plan.metrics?.scrape ?? 15e6,
    metricDelayUs: plan.metrics?.delay ?? 0,
    timelinePoints: plan.timelinePoints,
  };
}

/** Fewest and most replicas that scaling may ask for, where nothing is said. */
export function replicaBounds(service: {
  readonly replicas: number;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}): { minReplicas: number; maxReplicas: number } {
  const { replicas, min, max } = service;
  return {
    minReplicas: min ?? Math.min(1, replicas, max ?? 1),
    maxReplicas: max ?? Math.max(10 * Math.max(1, replicas), min ?? 0),
  };
}
