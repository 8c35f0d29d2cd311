import { modelledService } from '../../orchestrators/behaviour/described-traffic.ts';
import { annotatedTraffic } from '../../orchestrators/kubernetes/behaviour/annotated-traffic.ts';
import type { NewObject } from '../../orchestrators/kubernetes/api/api-server.ts';
import type { ChangeText } from '../../orchestrators/kubernetes/changes/change-text.ts';
import type { ClusterChange, KubernetesSpec, TimedChange } from '../../orchestrators/kubernetes/kubernetes-spec.ts';
import type { AnyObject } from '../../orchestrators/kubernetes/objects/kinds.ts';
import { ZONE_LABEL } from '../../orchestrators/kubernetes/objects/node-labels.ts';
import type { Node } from '../../orchestrators/kubernetes/objects/node.ts';
import { defaultConfiguration } from '../../orchestrators/kubernetes/scheduler/default-profile.ts';
import type { SchedulerConfiguration } from '../../orchestrators/kubernetes/scheduler/scheduler-profile.ts';
import type { ByteSource } from '../../workloads/byte-source.ts';
import { weatherOf } from '../../sim/weather/weather-kinds.ts';
import { trafficOf } from '../scenario/assemble-traffic.ts';
import { clusterParts } from '../scenario/cluster-groups.ts';
import { ScenarioFault } from '../scenario/scenario-fault.ts';
import { weatherItem } from '../scenario/weather-kinds.ts';
import { instanceOffers, nodePrices } from './instance-offers.ts';
import { namesAtStart } from '../../orchestrators/kubernetes/nodes-at-start.ts';
import type { KubernetesPlan, PlannedFile } from './kubernetes-plan.ts';
import { nodeGroupSpecs } from './nodes-of-groups.ts';
import { nodesForPods } from './nodes-for-pods.ts';
import { withNodesOfPods } from './nodes-of-pods.ts';

/** What files hold. */
export interface ReadManifests {
  readonly objects: readonly NewObject<AnyObject>[];
  /** KubeSchedulerConfigurations among them. */
  readonly schedulers: readonly SchedulerConfiguration[];
  /** The moment of a dump, in milliseconds since 1970; absent: they are no dump. */
  readonly startMs?: number;
}

/** What a Kubernetes scenario needs of the machine it runs on. */
export interface KubernetesInputs {
  /** Reads manifests; throws an InputError for the first faults. */
  readonly read: (files: readonly PlannedFile[]) => ReadManifests;
  /** Opens a file that traffic or weather names. */
  readonly open: (path: string) => ByteSource;
  /** Hears what was taken for granted, as sentences. */
  readonly note: (sentence: string) => void;
}

/** 2026-01-01T00:00:00Z, a Thursday. */
const NEW_YEAR_MS = 1_767_225_600_000;

/** The run of a Kubernetes cluster that a scenario's plan describes. Throws an InputError or a ScenarioFault. */
export function kubernetesSpecOf(plan: KubernetesPlan, inputs: KubernetesInputs): KubernetesSpec {
  const { objects: found, schedulers, startMs } = inputs.read(plan.manifests);
  const epochMs = plan.starts ?? startMs ?? NEW_YEAR_MS;
  const given = nodeGroupSpecs(plan.cluster === undefined ? [] : clusterParts(plan.cluster).groups);
  const areGiven = plan.cluster !== undefined || plan.policies.karpenter !== false;
  const objects = withNodesOfPods(found, { areGiven, named: new Set(namesAtStart(given)) }, inputs.note);
  const groups = areGiven ? given : nodeGroupSpecs(groupsOf(objects, inputs.note));
  const nodes = objects.filter((one) => one.kind === 'Node') as readonly NewObject<Node>[];
  const zones = zonesOf([...nodes, ...groups.map(({ template }) => template)]);
  const named = [
    ...Object.entries(plan.traffic ?? {}).map(([name, one]) => (typeof one === 'number' ? name : (one.to ?? name))),
    ...(plan.objectives ?? []).map(({ service }) => service),
  ];
  const annotated = annotatedTraffic(objects, { zones, epochMs, also: named });
  const { services } = annotated;
  const traffic = Object.entries(plan.traffic ?? {}).map(([name, one]) =>
    trafficOf(name, one, {
      durationUs: plan.duration,
      serviceOf: (service) => modelledService(service, services),
      zoneOf: (zone) => zones.indexOf(zone),
      clients: undefined,
      open: inputs.open,
    }),
  );
  const { scheduling, clusterAutoscaler, karpenter, version } = plan.policies;
  const cluster = typeof plan.cluster === 'string' ? undefined : plan.cluster;
  return {
    durationUs: plan.duration,
    untilQuiet: plan.untilQuiet,
    coldStart: plan.coldStart ?? services.length === 0,
    epochMs,
    objects,
    changes: plan.steps.map(({ at, text, change }): TimedChange => ({
      atUs: at,
      text,
      change: changeWithFiles(change, version, inputs),
    })),
    scheduler: schedulerOf(plan, schedulers, inputs),
    core: 'indexed',
    schedulingTimes: {
      cycleUs: scheduling.cycle,
      perNodeUs: scheduling.perNode,
      bindUs: scheduling.bind,
      clientQps: scheduling.qps,
      clientBurst: scheduling.burst,
    },
    services,
    traffic: (streams) => [...annotated.traffic(streams), ...traffic.map((make) => make(streams))],
    objectives: [
      ...annotated.objectives,
      ...(plan.objectives ?? []).map((one) => ({
        service: modelledService(one.service, services),
        target: one.target,
        withinUs: one.withinUs ?? Infinity,
        windowUs: one.windowUs ?? plan.duration,
      })),
    ],
    requestModel: plan.model,
    weather: (streams, places) =>
      weatherOf(
        (plan.weather ?? []).flatMap((one) => weatherItem(one, inputs.open) ?? []),
        { places, zones, services: services.map(({ name }) => name), streams },
      ),
    zones,
    delaysUs: cluster?.delays ?? { within: 250, between: 1000, outside: 0 },
    nodeGroups: groups,
    ...(clusterAutoscaler !== false && { clusterAutoscaler: clusterAutoscaler === true ? {} : clusterAutoscaler }),
    ...(karpenter !== false && { instances: instanceOffers(karpenter === true ? {} : karpenter, zones) }),
    instanceBootUs: karpenter === true || karpenter === false ? 60e6 : karpenter.boot,
    usdPerHour: nodePrices(groups),
    scrapeUs: plan.scrape,
    timelinePoints: plan.timelinePoints,
    defaults: {
      imageBytes: plan.defaults.image,
      pullBytesPerSecond: plan.defaults.pull,
      bootUs: plan.defaults.boot,
      stopUs: plan.defaults.stop,
      cpuUsageShare: plan.defaults.cpu,
      memUsageShare: plan.defaults.memory,
    },
  };
}

/** Machines made for the pods when neither the scenario nor the manifests have any. */
function groupsOf(
  objects: readonly NewObject<AnyObject>[],
  note: (sentence: string) => void,
): ReturnType<typeof nodesForPods> {
  if (objects.some(({ kind }) => kind === 'Node')) return [];
  const made = nodesForPods(objects);
  const words = made.map(
    ({ initial, instanceType, name }) => `${initial} x ${instanceType === '' ? name : instanceType}`,
  );
  note(`there are no nodes among the manifests, so ${words.join(' and ')} stand in; write cluster: to choose`);
  return made;
}

/** Zones that nodes are in, in the order in which they are met. */
function zonesOf(nodes: readonly NewObject<Node>[]): string[] {
  const zones = nodes.flatMap(({ metadata }) => metadata.labels?.[ZONE_LABEL] ?? []);
  return [...new Set(zones)];
}

/** The policy's configuration; else the one among the manifests; else the default. */
function schedulerOf(
  { policies: { scheduler, version } }: KubernetesPlan,
  found: readonly SchedulerConfiguration[],
  inputs: KubernetesInputs,
): SchedulerConfiguration {
  if (typeof scheduler !== 'string') return configurationIn(scheduler, version, inputs);
  if (scheduler === 'default') return found.length > 0 ? byRulesOf(found[0], version) : defaultConfiguration(version);
  const { profiles, ...rest } = defaultConfiguration(version);
  return {
    ...rest,
    profiles: profiles.map((one) => ({ ...one, fit: { ...one.fit, type: 'MostAllocated' as const } })),
  };
}

function configurationIn(
  file: PlannedFile,
  version: KubernetesPlan['policies']['version'],
  inputs: KubernetesInputs,
): SchedulerConfiguration {
  const { schedulers } = inputs.read([file]);
  if (schedulers.length !== 1)
    throw new ScenarioFault(
      ['policies', 'scheduler'],
      `${file.file} holds ${schedulers.length === 0 ? 'no' : schedulers.length} KubeSchedulerConfiguration; write exactly one there`,
    );
  return byRulesOf(schedulers[0], version);
}

function byRulesOf(
  configuration: SchedulerConfiguration,
  version: KubernetesPlan['policies']['version'],
): SchedulerConfiguration {
  return { ...configuration, profiles: configuration.profiles.map((profile) => ({ ...profile, version })) };
}

export function changeWithFiles(
  change: ChangeText,
  version: KubernetesPlan['policies']['version'],
  inputs: KubernetesInputs,
): ClusterChange {
  if (change.verb === 'apply-file') return { verb: 'apply', objects: inputs.read([{ file: change.file }]).objects };
  if (change.verb === 'configure-scheduler-file')
    return { verb: 'configure-scheduler', configuration: configurationIn({ file: change.file }, version, inputs) };
  return change;
}
