import type { NewObject } from '../../orchestrators/kubernetes/api/api-server.ts';
import { nodeOptionsOf } from '../../orchestrators/kubernetes/constants.ts';
import type { KubernetesSpec, TimedChange } from '../../orchestrators/kubernetes/kubernetes-spec.ts';
import type { AnyObject } from '../../orchestrators/kubernetes/objects/kinds.ts';
import type { Deployment } from '../../orchestrators/kubernetes/objects/workloads.ts';
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
  const specs = new Map(machines.map((machine) => [machine.name, machine]));
  const templates = new Map(living.groups.map((group) => [group.name, group]));
  return {
    durationUs: living.durationUs,
    untilQuiet: false,
    coldStart: living.coldStart === true,
    epochMs: NEW_YEAR_MS,
    objects: [...machines.map((machine) => nodeOfMachine(templates.get(machine.group)!, machine)), ...objects],
    changes: living.deployments.map((one) => newVersion(one, living.services[one.service].name, objects)),
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
    usdPerHour: ({ metadata }) => specs.get(metadata.name)?.usdPerHour ?? 0,
    besideMachines: {
      usdPerGbBetweenZones: living.usdPerGbBetweenZones,
      requestBytes: living.requestBytes,
      kgPerKWh: living.kgPerKWh,
      watts: ({ metadata }) => specs.get(metadata.name) ?? { idleWatts: 0, busyWatts: 0 },
    },
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

/** A new version of a service: its Deployment with another image, whose pods say how they differ. */
function newVersion(
  { atUs, workFactor, failureShare }: LivingSpec['deployments'][number],
  name: string,
  objects: readonly NewObject<AnyObject>[],
): TimedChange {
  const deployment = objects.find(
    (one): one is NewObject<Deployment> => one.kind === 'Deployment' && one.metadata.name === name,
  );
  if (deployment === undefined) throw new RangeError(`there is no Deployment of ${name}`);
  const { template } = deployment.spec;
  const image = imageOf(name, 2);
  const annotations = {
    ...template.metadata.annotations,
    'baton.dev/work-factor': String(workFactor),
    'baton.dev/error-share': `${Number((100 * failureShare).toFixed(9))}%`,
  };
  const spec = {
    ...deployment.spec,
    template: {
      ...template,
      metadata: { ...template.metadata, annotations },
      spec: {
        ...template.spec,
        containers: template.spec.containers.map((one) => (one.name === name ? { ...one, image } : one)),
      },
    },
  };
  return {
    atUs,
    text: `kubectl apply -f ${name}.yaml (image ${image})`,
    change: { verb: 'apply', objects: [{ ...deployment, spec }] },
  };
}
