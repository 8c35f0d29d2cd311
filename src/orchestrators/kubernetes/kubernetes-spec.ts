import type { ObjectiveSpec, Streams } from '../../sim/living-spec.ts';
import type { Traffic } from '../../sim/requests/traffic.ts';
import type { RequestService } from '../../sim/requests/request-service.ts';
import type { NodePlace, WeatherSource } from '../../sim/weather/weather-event.ts';
import type { PlacementFactory } from '../../sim/policy.ts';
import type { TypicalPod } from '../../sim/typical-pod.ts';
import type { NewObject } from './api/api-server.ts';
import type { AnyObject, Kind } from './objects/kinds.ts';
import type { NodeOptions } from './nodes/node-options.ts';
import type { Node } from './objects/node.ts';
import type { SchedulerConfiguration } from './scheduler/scheduler-profile.ts';

/** Which object, as in `kubectl`. */
export interface ObjectName {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
}

/** What someone does to the cluster at some time: a line of kubectl. */
export type ClusterChange =
  /** Creates the objects, or changes the specs, labels and annotations of those that are there. */
  | { readonly verb: 'apply'; readonly objects: readonly NewObject<AnyObject>[] }
  | { readonly verb: 'delete'; readonly object: ObjectName; readonly graceSeconds?: number }
  | { readonly verb: 'scale'; readonly object: ObjectName; readonly replicas: number }
  /** A new image, which starts a rollout. */
  | { readonly verb: 'set-image'; readonly object: ObjectName; readonly container: string; readonly image: string }
  | { readonly verb: 'restart'; readonly object: ObjectName }
  | { readonly verb: 'cordon' | 'uncordon'; readonly node: string }
  /** Cordons, then evicts all but daemons' pods through the eviction API, which asks disruption budgets, and tries again every 5 s. */
  | { readonly verb: 'drain'; readonly node: string; readonly timeoutSeconds?: number }
  | {
      readonly verb: 'taint';
      readonly node: string;
      readonly key: string;
      readonly value: string;
      /** Absent only when taints are taken off: those of every effect. */
      readonly effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
      readonly remove?: boolean;
    }
  | { readonly verb: 'label'; readonly object: ObjectName; readonly labels: Readonly<Record<string, string | null>> }
  /** The machine stops at once, or works again: hardware, not an API call. */
  | { readonly verb: 'stop-machine' | 'start-machine'; readonly node: string }
  /** So many more nodes like this one. */
  | { readonly verb: 'add-nodes'; readonly like: string; readonly count: number }
  /** Another scheduler configuration from now on. */
  | { readonly verb: 'configure-scheduler'; readonly configuration: SchedulerConfiguration }
  /** Another weight of a score plugin, in every profile. */
  | { readonly verb: 'set-weight'; readonly plugin: string; readonly weight: number };

export interface TimedChange {
  readonly atUs: number;
  /** As the user wrote it: `kubectl drain n1`. */
  readonly text: string;
  readonly change: ClusterChange;
}

/** Machines that an autoscaler may buy. */
export interface NodeGroupSpec {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Size at the start; these nodes are created when the run begins. */
  readonly initial: number;
  /** What a node of it looks like; its name is completed with a number. */
  readonly template: NewObject<Node>;
  readonly usdPerHour: number;
  readonly spot: boolean;
  readonly bootUs: number;
}

/** An instance type that Karpenter may launch. */
export interface InstanceOffer {
  readonly name: string;
  readonly cpuMilli: number;
  readonly memBytes: number;
  readonly gpuCount: number;
  readonly architecture: 'amd64' | 'arm64';
  readonly family: string;
  readonly zones: readonly string[];
  readonly onDemandUsdPerHour: number;
  /** Absent: not to be had on the spot market. */
  readonly spotUsdPerHour?: number;
}

/** How long the scheduler itself takes: a slow one makes pods wait. */
export interface SchedulingTimes {
  /** One scheduling cycle (serial), in microseconds. */
  readonly cycleUs: number;
  /** The same, more for each node examined. */
  readonly perNodeUs: number;
  /** From the decision until the pod is bound (a binding cycle; they overlap). */
  readonly bindUs: number;
  /** API calls a second and burst of its client; binding takes one. */
  readonly clientQps: number;
  readonly clientBurst: number;
}

/** A service of the cluster as the request model sees it. */
export interface ServiceTraffic {
  readonly namespace: string;
  readonly name: string;
  readonly requests: RequestService;
  /** CPU that one busy place uses at full speed; absent: what the pod's first container requests, over its places. */
  readonly cpuPerRequestMilli?: number;
  /** Memory of a request at the pod; absent: none. */
  readonly memPerRequestBytes?: number;
}

/** What is paid and measured besides machines, where a scenario says it. */
export interface BesideMachines {
  readonly usdPerGbBetweenZones: number;
  /** Of a request and its answer, together. */
  readonly requestBytes: number;
  /** Carbon of a kilowatt-hour, in kilograms. */
  readonly kgPerKWh: number;
  /** Power of a node's machine that does nothing, and of one that is all busy. */
  readonly watts: (node: NewObject<Node>) => { readonly idleWatts: number; readonly busyWatts: number };
}

/** Everything about one run of a Kubernetes cluster; the seed is the only thing missing. */
export interface KubernetesSpec {
  readonly durationUs: number;
  /** Stop earlier, as soon as every pod has been decided and every job has ended. */
  readonly untilQuiet: boolean;
  /** Whether services have to start first; else the cluster has come to rest when the run begins. */
  readonly coldStart: boolean;
  readonly epochMs: number;
  /** In order of creation. Pods with a `nodeName` are running and ready when the run begins. */
  readonly objects: readonly NewObject<AnyObject>[];
  readonly changes: readonly TimedChange[];
  readonly scheduler: SchedulerConfiguration;
  /** Which implementation decides; both decide the same. */
  readonly core: 'indexed' | 'reference';
  readonly schedulingTimes: SchedulingTimes;
  readonly services: readonly ServiceTraffic[];
  readonly traffic: (streams: Streams) => readonly Traffic[];
  /** Indices are those of `services`. */
  readonly objectives: readonly ObjectiveSpec[];
  readonly requestModel: 'discrete' | 'fluid' | 'auto';
  readonly weather: (streams: Streams, places: readonly NodePlace[]) => WeatherSource;
  readonly zones: readonly string[];
  readonly delaysUs: { readonly within: number; readonly between: number; readonly outside: number };
  readonly nodeGroups: readonly NodeGroupSpec[];
  /** Options of the Cluster Autoscaler, by the names of its flags; absent: there is none. */
  readonly clusterAutoscaler?: Readonly<Record<string, string | number | boolean>>;
  /** What Karpenter may launch; absent: there is no Karpenter, whatever NodePools there are. */
  readonly instances?: readonly InstanceOffer[];
  readonly instanceBootUs: number;
  /** Price of a node that is in no group, by its name or instance type label. */
  readonly usdPerHour: (node: NewObject<Node>) => number;
  /** Absent: traffic between zones costs nothing, and energy is not measured. */
  readonly besideMachines?: BesideMachines;
  readonly scrapeUs: number;
  readonly timelinePoints: number;
  /** Timers of nodes and their controllers that are not as upstream has them. */
  readonly nodeOptions?: Partial<NodeOptions>;
  /** A placement policy in place of the scheduler's scores: it chooses among the nodes that pass all filters. */
  readonly placement?: PlacementFactory;
  /** What pods ask for, for placement policies that must know it beforehand. */
  readonly typicalPods?: readonly TypicalPod[];
  /** How images and processes behave where no annotation says so. */
  readonly defaults: {
    readonly imageBytes: number;
    readonly pullBytesPerSecond: number;
    readonly bootUs: number;
    readonly stopUs: number;
    /** CPU and memory used over requested, by pods that serve no modelled requests. */
    readonly cpuUsageShare: number;
    readonly memUsageShare: number;
  };
}
