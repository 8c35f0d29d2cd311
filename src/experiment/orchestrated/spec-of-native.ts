import { labelledProcess, type ProcessDefaults } from '../../orchestrators/behaviour/labelled-process.ts';
import { labelledTraffic } from '../../orchestrators/behaviour/labelled-traffic.ts';
import { fullName, modelledService } from '../../orchestrators/behaviour/described-traffic.ts';
import type { OperatorChange } from '../../orchestrators/data-plane/control-loop.ts';
import type { OrchestratedSpec, TimedOperation } from '../../orchestrators/data-plane/orchestrated-spec.ts';
import { policyChooser } from '../../orchestrators/data-plane/policy-chooser.ts';
import type { NativeFile, NativeWorkload } from '../../orchestrators/native-file.ts';
import type { Orchestrator } from '../../orchestrators/orchestrator.ts';
import type { NodeGroup } from '../../sim/fleet/node-group.ts';
import { InputError } from '../../sim/input-error.ts';
import { suggestion } from '../../sim/nearest-name.ts';
import type { PlacementFactory } from '../../sim/policy.ts';
import { weatherOf } from '../../sim/weather/weather-kinds.ts';
import type { ByteSource } from '../../workloads/byte-source.ts';
import { trafficOf } from '../scenario/assemble-traffic.ts';
import { clusterCarbon, clusterParts } from '../scenario/cluster-groups.ts';
import { at } from '../scenario/scenario-fault.ts';
import { weatherItem } from '../scenario/weather-kinds.ts';
import { constantValues } from './constant-values.ts';
import { groupsForWorkloads } from './groups-for-workloads.ts';
import { machinesOfGroups } from './machines-of-groups.ts';
import type { NativePlan } from './native-plan.ts';
import type { OperationText } from './operation-text.ts';
import { typicalRequests } from './typical-requests.ts';

/** What such a scenario needs of the machine it runs on. */
export interface NativeInputs {
  readonly read: (file: string) => NativeFile;
  /** Opens a file that traffic or weather names. */
  readonly open: (path: string) => ByteSource;
  /** Hears what was taken for granted, as sentences. */
  readonly note: (sentence: string) => void;
}

/** 2026-01-01T00:00:00Z, a Thursday. */
const NEW_YEAR_MS = 1_767_225_600_000;
/** Where machines are bought when nobody says it. */
const ZONES = ['a', 'b', 'c'];
const SETTLE_US = 900e6;
const REGISTRY_ROUND_TRIP_US = 20_000;
/** CPU of a busy place where nothing is declared, over its places. */
const NOTHING_DECLARED_MILLI = 100;

/** The run of an orchestrator that a scenario of its own files describes. Throws an InputError or a ScenarioFault. */
export function specOfNative(
  plan: NativePlan,
  orchestrator: Orchestrator,
  inputs: NativeInputs,
  placement?: PlacementFactory,
): OrchestratedSpec {
  const native = orchestrator.read(plan.files.map(({ file }) => inputs.read(file)));
  const { workloads } = native;
  const { bringsMachines = false } = native;
  const parts =
    plan.cluster !== undefined
      ? clusterParts(plan.cluster)
      : bringsMachines
        ? { groups: [], zones: ZONES }
        : madeParts(workloads, inputs.note);
  const { zones } = parts;
  const { machines, places } = machinesOfGroups(parts.groups, zones);
  const cluster = typeof plan.cluster === 'string' ? undefined : plan.cluster;
  const epochMs = plan.starts ?? NEW_YEAR_MS;
  const named = [
    ...Object.entries(plan.traffic ?? {}).map(([name, one]) => (typeof one === 'number' ? name : (one.to ?? name))),
    ...(plan.objectives ?? []).map(({ service }) => service),
  ];
  const labelled = labelledTraffic(workloads, { zones, epochMs, also: named });
  const { services } = labelled;
  const traffic = Object.entries(plan.traffic ?? {}).map(([name, one]) =>
    at(['traffic', name], () =>
      trafficOf(name, one, {
        durationUs: plan.duration,
        serviceOf: (service) => modelledService(service, services),
        zoneOf: (zone) => zones.indexOf(zone),
        clients: undefined,
        open: inputs.open,
      }),
    ),
  );
  const byName = new Map(workloads.map((one) => [one.name, one]));
  const serving = new Set(services.map(fullName));
  const defaults = defaultsOf(plan);
  const behaviours = new Map(workloads.map((one) => [one.name, labelledProcess(one, defaults, serving.has(one.name))]));
  return {
    orchestrator: orchestrator.name,
    durationUs: plan.duration,
    coldStart: plan.coldStart ?? services.length === 0,
    settleUs: SETTLE_US,
    untilQuiet: plan.untilQuiet,
    epochMs,
    machines,
    bringsMachines,
    services: services.map((one) => ({
      name: fullName(one),
      requests: one.requests,
      cpuPerRequestMilli:
        one.cpuPerRequestMilli ??
        (byName.get(fullName(one))?.cpuMilli || NOTHING_DECLARED_MILLI) / one.requests.concurrency,
      memPerRequestBytes: one.memPerRequestBytes ?? 0,
    })),
    traffic: (streams) => [...labelled.traffic(streams), ...traffic.map((make) => make(streams))],
    objectives: [
      ...labelled.objectives,
      ...(plan.objectives ?? []).map((one, index) => ({
        service: at(['objectives', index], () => modelledService(one.service, services)),
        target: one.target,
        withinUs: one.withinUs ?? Infinity,
        windowUs: one.windowUs ?? plan.duration,
      })),
    ],
    requestModel: plan.model,
    weather: (streams) =>
      weatherOf(
        (plan.weather ?? []).flatMap((one) => weatherItem(one, inputs.open) ?? []),
        { places, zones, services: services.map(({ name }) => name), streams },
      ),
    zones,
    delaysUs: cluster?.delays ?? { within: 250, between: 1000, outside: 0 },
    usdPerGbBetweenZones: cluster?.zoneTraffic?.usdPerGb ?? 0.02,
    requestBytes: cluster?.zoneTraffic?.requestBytes ?? 10_000,
    kgPerKWh: plan.cluster === undefined ? 0.4 : clusterCarbon(plan.cluster),
    operations: plan.steps.map(({ at: atUs, text, change }): TimedOperation => ({
      atUs,
      text,
      change: changeOf(change, text, { orchestrator, inputs, machines: machines.map(({ name }) => name), workloads }),
    })),
    loop: orchestrator.loop(native, {
      behaviourOf: (workload) => behaviours.get(workload) ?? labelledProcess(blank(workload), defaults, false),
      constants: constantValues(orchestrator, plan.policies.constants ?? {}),
    }),
    ...(placement && {
      chooser: policyChooser(
        placement,
        typicalRequests(workloads.map((one) => ({ request: one, replicas: one.replicas }))),
      ),
    }),
    scrapeUs: plan.scrape,
    timelinePoints: plan.timelinePoints,
    registryRoundTripUs: REGISTRY_ROUND_TRIP_US,
  };
}

function madeParts(
  workloads: readonly NativeWorkload[],
  note: (sentence: string) => void,
): { readonly groups: readonly NodeGroup[]; readonly zones: readonly string[] } {
  const { text, sentence } = groupsForWorkloads(workloads);
  note(sentence);
  return clusterParts(text);
}

function defaultsOf({ defaults }: NativePlan): ProcessDefaults {
  return {
    imageBytes: defaults.image,
    bootUs: defaults.boot,
    stopUs: defaults.stop,
    cpuUsageShare: defaults.cpu,
    memUsageShare: defaults.memory,
    jobUs: defaults.job,
  };
}

/** A workload that comes only with a later step. */
function blank(name: string): NativeWorkload {
  return { name, kind: 'service', replicas: 1, image: '', labels: {}, cpuMilli: 0, memBytes: 0, ports: [] };
}

/** Reads what a step names, so that mistakes are told before the run begins. */
function changeOf(
  change: OperationText,
  text: string,
  known: {
    readonly orchestrator: Orchestrator;
    readonly inputs: NativeInputs;
    readonly machines: readonly string[];
    readonly workloads: readonly NativeWorkload[];
  },
): OperatorChange {
  if (change.verb === 'apply-file') {
    const files = [known.inputs.read(change.file)];
    known.orchestrator.read(files);
    return { verb: 'apply', files };
  }
  const fail = (kind: string, name: string, names: readonly string[]): never => {
    throw new InputError(`step "${text}": there is no ${kind} called "${name}"${suggestion(name, names)}`);
  };
  if ('machine' in change && !known.machines.includes(change.machine)) fail('machine', change.machine, known.machines);
  if ('workload' in change) {
    const names = known.workloads.map(({ name }) => name);
    const found =
      names.find((name) => name === change.workload) ?? names.find((name) => name.endsWith(`/${change.workload}`));
    return { ...change, workload: found ?? fail('service', change.workload, names) };
  }
  return change;
}
