import type { NewObject } from '../../orchestrators/kubernetes/api/api-server.ts';
import { nodeOptionsOf } from '../../orchestrators/kubernetes/constants.ts';
import type { KubernetesSpec, TimedChange } from '../../orchestrators/kubernetes/kubernetes-spec.ts';
import type { AnyObject } from '../../orchestrators/kubernetes/objects/kinds.ts';
import { defaultConfiguration } from '../../orchestrators/kubernetes/scheduler/default-profile.ts';
import type { LivingSpec } from '../../sim/living-spec.ts';
import type { PlacementFactory } from '../../sim/policy.ts';
import { nodeOfMachine } from '../kubernetes/nodes-of-groups.ts';
import { imageOf } from './app-of-scenario.ts';
import { machinesOfGroups } from './machines-of-groups.ts';
import { typicalRequests } from './typical-requests.ts';

/** 2026-01-01T00:00:00Z, a Thursday. */
const NEW_YEAR_MS = 1_767_225_600_000;

/**
 * A scenario's services in a Kubernetes cluster: `objects` are its services as manifests. Machines, traffic, weather and
 * promises are those of the scenario; everything else is as upstream has it.
 */
export function kubernetesOfScenario(
  living: LivingSpec,
  objects: readonly NewObject<AnyObject>[],
  constants: Readonly<Record<string, number>>,
  placement?: PlacementFactory,
): KubernetesSpec {
  const { machines, places } = machinesOfGroups(living.groups, living.zones);
  const prices = new Map(machines.map(({ name, usdPerHour }) => [name, usdPerHour]));
  const templates = new Map(living.groups.map((group) => [group.name, group]));
  return {
    durationUs: living.durationUs,
    untilQuiet: false,
    coldStart: living.coldStart === true,
    epochMs: NEW_YEAR_MS,
    objects: [...machines.map((machine) => nodeOfMachine(templates.get(machine.group)!, machine)), ...objects],
    changes: living.deployments.map(({ atUs, service }): TimedChange => {
      const { name } = living.services[service];
      const image = imageOf(name, 2);
      return {
        atUs,
        text: `kubectl set image deployment/${name} ${name}=${image}`,
        change: {
          verb: 'set-image',
          object: { kind: 'Deployment', namespace: 'default', name },
          container: name,
          image,
        },
      };
    }),
    scheduler: defaultConfiguration('1.36'),
    core: 'indexed',
    schedulingTimes: { cycleUs: 1000, perNodeUs: 0, bindUs: 10_000, clientQps: 50, clientBurst: 100 },
    services: living.services.map(({ name, requests, cpuPerRequestMilli, memPerRequestBytes }) => ({
      namespace: 'default',
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
    nodeGroups: [],
    instanceBootUs: 60e6,
    nodeOptions: nodeOptionsOf(constants),
    ...(placement && { placement, typicalPods: typicalRequests(living.services) }),
    usdPerHour: ({ metadata }) => prices.get(metadata.name) ?? 0,
    scrapeUs: living.scrapeUs,
    timelinePoints: living.timelinePoints,
    defaults: {
      imageBytes: 200e6,
      pullBytesPerSecond: living.groups[0].pullBytesPerSecond,
      bootUs: 2e6,
      stopUs: 0,
      cpuUsageShare: 0,
      memUsageShare: 0.5,
    },
  };
}
