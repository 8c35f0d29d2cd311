import type { TimedOperation, OrchestratedSpec } from '../../orchestrators/data-plane/orchestrated-spec.ts';
import { policyChooser } from '../../orchestrators/data-plane/policy-chooser.ts';
import { PLAIN_PROCESS } from '../../orchestrators/data-plane/process-behaviour.ts';
import type { NativeFile } from '../../orchestrators/native-file.ts';
import type { Orchestrator } from '../../orchestrators/orchestrator.ts';
import type { LivingSpec } from '../../sim/living-spec.ts';
import type { PlacementFactory } from '../../sim/policy.ts';
import { imageOf } from './app-of-scenario.ts';
import { behaviourOfService } from './behaviour-of-service.ts';
import { machinesOfGroups } from './machines-of-groups.ts';
import { typicalRequests } from './typical-requests.ts';

/** 2026-01-01T00:00:00Z, a Thursday. */
const NEW_YEAR_MS = 1_767_225_600_000;
/** Longer than any of them takes to bring services up: health checks, grace periods and batches of offers included. */
const SETTLE_US = 900e6;
/** A round trip to a registry in the same region. */
const REGISTRY_ROUND_TRIP_US = 20_000;

/** A scenario's services under an orchestrator on the data plane; `files` are its services in the orchestrator's own format. */
export function specOfScenario(
  living: LivingSpec,
  orchestrator: Orchestrator,
  files: readonly NativeFile[],
  constants: Readonly<Record<string, number>>,
  placement?: PlacementFactory,
): OrchestratedSpec {
  const { machines, places } = machinesOfGroups(living.groups, living.zones);
  const behaviours = new Map(living.services.map((service) => [service.name, behaviourOfService(service)]));
  return {
    orchestrator: orchestrator.name,
    durationUs: living.durationUs,
    coldStart: living.coldStart === true,
    settleUs: SETTLE_US,
    untilQuiet: false,
    epochMs: NEW_YEAR_MS,
    machines,
    services: living.services.map(({ name, requests, cpuPerRequestMilli, memPerRequestBytes }) => ({
      name,
      requests,
      cpuPerRequestMilli,
      memPerRequestBytes,
    })),
    traffic: living.traffic,
    objectives: living.objectives,
    requestModel: living.requestModel,
    weather: (streams) => living.weather(streams, places),
    zones: living.zones,
    delaysUs: living.delaysUs,
    usdPerGbBetweenZones: living.usdPerGbBetweenZones,
    requestBytes: living.requestBytes,
    kgPerKWh: living.kgPerKWh,
    operations: living.deployments.map(({ atUs, service, workFactor, failureShare }): TimedOperation => {
      const { name } = living.services[service];
      return {
        atUs,
        text: `a new version of ${name}`,
        change: {
          verb: 'update',
          workload: name,
          image: imageOf(name, 2),
          as: { workFactor, errorShare: failureShare },
        },
      };
    }),
    // The files are ours: what in them has no effect is nothing that a user wrote.
    loop: orchestrator.loop(
      { ...orchestrator.read(files), notes: [] },
      {
        behaviourOf: (workload) => behaviours.get(workload) ?? PLAIN_PROCESS,
        constants,
      },
    ),
    ...(placement && { chooser: policyChooser(placement, typicalRequests(living.services)) }),
    scrapeUs: living.scrapeUs,
    timelinePoints: living.timelinePoints,
    registryRoundTripUs: REGISTRY_ROUND_TRIP_US,
  };
}
