import type { NodeGroup } from './fleet/node-group.ts';
import type { PodSource } from './pod-source.ts';
import type { BackfillPolicy, PlacementFactory, QueuePolicy } from './policy.ts';
import type { RandomStream } from './random.ts';
import type { Traffic } from './requests/traffic.ts';
import type { HorizontalPolicy } from './scaling/horizontal-policy.ts';
import type { NodePolicy } from './scaling/node-policy.ts';
import type { OvercommitPolicy } from './scaling/overcommit-policy.ts';
import type { VerticalPolicy } from './scaling/vertical-policy.ts';
import type { DeploymentPolicy } from './services/deployment-policy.ts';
import type { ServiceSpec } from './services/service-spec.ts';
import type { DetectionSpec } from './weather/detection.ts';
import type { NodePlace, WeatherSource } from './weather/weather-event.ts';

export type Streams = (name: string) => RandomStream;

/** How a service is scaled. */
export interface ScalingSpec {
  readonly horizontal: HorizontalPolicy;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly vertical?: VerticalPolicy;
}

/** A new version of a service at some time. */
export interface DeploymentSpec {
  readonly atUs: number;
  readonly service: number;
  readonly policy: DeploymentPolicy;
  /** The new version's own work, relative to the old one's. */
  readonly workFactor: number;
  /** Share of its requests that it fails. */
  readonly failureShare: number;
  readonly memFactor: number;
}

/** A promise about requests to a service from outside (or, without traffic of its own, about all calls to it). */
export interface ObjectiveSpec {
  readonly service: number;
  /** Share of requests that must be good, 0 to 1. */
  readonly target: number;
  /** Good means answered within this; Infinity: answered at all. */
  readonly withinUs: number;
  /** The error budget counts over any stretch of so long (whole minutes, rounded up); over the run where that is shorter. */
  readonly windowUs: number;
}

/** Jobs beside the services. */
export interface JobsSpec {
  readonly pods: (streams: Streams) => PodSource;
  /** CPU that a job uses over what it requests; above 1 it takes what others leave (a noisy neighbour). */
  readonly cpuUsageShare: number;
  /** How often an evicted or failed job is started again, from its beginning. */
  readonly restarts: number;
}

/** Everything about one living cluster, resolved to objects; the seed is the only thing missing. */
export interface LivingSpec {
  readonly durationUs: number;
  /** Whether the services have to start first; absent: their first replicas run and are ready at time 0. */
  readonly coldStart?: boolean;
  readonly groups: readonly NodeGroup[];
  readonly zones: readonly string[];
  /** One way, in microseconds: within a zone, between zones, and from outside. */
  readonly delaysUs: { readonly within: number; readonly between: number; readonly outside: number };
  /** Price of traffic between zones. */
  readonly usdPerGbBetweenZones: number;
  readonly requestBytes: number;
  /** Carbon of a kilowatt-hour, in kilograms. */
  readonly kgPerKWh: number;
  readonly services: readonly ServiceSpec[];
  readonly scaling: readonly ScalingSpec[];
  readonly deployments: readonly DeploymentSpec[];
  readonly objectives: readonly ObjectiveSpec[];
  readonly jobs: readonly JobsSpec[];
  readonly traffic: (streams: Streams) => readonly Traffic[];
  readonly weather: (streams: Streams, places: readonly NodePlace[]) => WeatherSource;
  readonly requestModel: 'discrete' | 'fluid' | 'auto';
  readonly placement: PlacementFactory;
  readonly queue?: QueuePolicy;
  readonly backfill?: BackfillPolicy;
  readonly nodes: NodePolicy;
  readonly overcommit?: OvercommitPolicy;
  readonly detection: DetectionSpec;
  /** The metrics pipeline: a scrape every so long, visible to policies so much later. */
  readonly scrapeUs: number;
  readonly metricDelayUs: number;
  /** Points of the timeline, equally spaced. */
  readonly timelinePoints: number;
}
