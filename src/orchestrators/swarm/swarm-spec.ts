import type { NativeWorkload, NativeWorkloads } from '../native-file.ts';
import type { Constraint } from './constraint.ts';

/** Everything that a stack says, with the engine's defaults in the place of what it does not say. */
export interface SwarmStack extends NativeWorkloads {
  readonly services: readonly SwarmServiceSpec[];
}

/**
 * One service as SwarmKit has it (api/specs.proto, ServiceSpec and TaskSpec), with all defaults. Times are whole
 * microseconds, CPU whole millicores, memory bytes.
 */
export interface SwarmServiceSpec {
  /** `web`, or with its stack `shop_web`: the `name` of its `NativeWorkload`. */
  readonly name: string;
  readonly image: string;
  readonly mode: ServiceMode;
  /**
   * Replicas of a `replicated` service; for a `replicated-job` total completions and greatest number at once (the stack
   * sets both to `replicas`); 0 for the global modes. Default 1.
   */
  readonly replicas: number;
  /** How many tasks of a `replicated-job` may run at once; 0 for all other modes. */
  readonly maxConcurrent: number;
  /** Labels of the service (`deploy.labels`) over those of its containers (`labels`). */
  readonly labels: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  /** So many words at the front of `command` are the entrypoint, which takes the place of the image's. Absent: none. */
  readonly entrypointWords?: number;
  readonly environment: Readonly<Record<string, string>>;
  /** What placement reckons with; 0: nothing is reserved. */
  readonly reservations: {
    readonly cpuMilli: number;
    readonly memBytes: number;
    readonly generic: readonly GenericResource[];
  };
  /** What containers may take; Infinity: no limit. */
  readonly limits: { readonly cpuMilli: number; readonly memBytes: number; readonly pids: number };
  readonly placement: PlacementSpec;
  readonly restart: RestartPolicy;
  readonly update: UpdateConfig;
  readonly rollback: UpdateConfig;
  readonly endpointMode: 'vip' | 'dnsrr';
  readonly ports: readonly PortSpec[];
  /** Names of its networks; `default` where the file names none. */
  readonly networks: readonly string[];
  /** Whether one of them is an overlay, as all of a stack's own are: such a task waits 2 s before it gets SIGTERM. */
  readonly onOverlay: boolean;
  /** Absent: none is declared, or it is disabled. */
  readonly healthCheck?: HealthCheckSpec;
  /** From SIGTERM to SIGKILL. Default 10 s. */
  readonly stopGraceUs: number;
  /** Environment of its daemons: DOCKER_SERVICE_PREFER_OFFLINE_IMAGE=1. Default false: it asks the registry each time. */
  readonly prefersLocalImage: boolean;
}

export type ServiceMode = 'replicated' | 'global' | 'replicated-job' | 'global-job';

/** So many of something countable: `{ kind: 'gpu', count: 2 }`. */
export interface GenericResource {
  readonly kind: string;
  readonly count: number;
}

export interface PlacementSpec {
  readonly constraints: readonly Constraint[];
  /** Labels to spread over, outermost first: `node.labels.zone`, `engine.labels.rack`. */
  readonly spreadOver: readonly string[];
  /** Of this service on one node; 0: any number. */
  readonly maxReplicasPerNode: number;
  /** What its image is made for; empty: anything. '' in a part: any. */
  readonly platforms: readonly { readonly os: string; readonly architecture: string }[];
}

export interface RestartPolicy {
  /** Default `any`. */
  readonly condition: 'any' | 'on-failure' | 'none';
  /** Default 5 s. */
  readonly delayUs: number;
  /** 0, the default: any number. */
  readonly maxAttempts: number;
  /** 0, the default: attempts count for as long as the version lives. */
  readonly windowUs: number;
}

export interface UpdateConfig {
  /** Slots at once; 0: all. Default 1. */
  readonly parallelism: number;
  /** After each slot. Default 0. */
  readonly delayUs: number;
  /** Default `pause`; a rollback knows `pause` and `continue` only. */
  readonly failureAction: 'pause' | 'continue' | 'rollback';
  /** How long after it runs a new task's failure counts. Default 5 s; 0 in a file means "not set", which is 5 s. */
  readonly monitorUs: number;
  /** Share of the slots that may fail, 0 to 1. Default 0. */
  readonly maxFailureRatio: number;
  /** Default `stop-first`. */
  readonly order: 'stop-first' | 'start-first';
}

export interface PortSpec {
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly target: number;
  /** 0: the swarm chooses one (30000 and up), or the node in mode `host`. */
  readonly published: number;
  /** `ingress`: on every node, through the routing mesh; `host`: on the task's node only. */
  readonly mode: 'ingress' | 'host';
}

/** A container's health check (moby daemon/health.go). */
export interface HealthCheckSpec {
  /** What is run: `['CMD', 'curl', '-f', …]`. Absent: the image's own. */
  readonly test?: readonly string[];
  /** Default 30 s. */
  readonly intervalUs: number;
  /** Default 30 s. */
  readonly timeoutUs: number;
  /** Default 3. */
  readonly retries: number;
  /** Default 0. */
  readonly startPeriodUs: number;
  /** Between probes within the start period. Default 5 s. */
  readonly startIntervalUs: number;
}

export const DEFAULT_RESTART: RestartPolicy = { condition: 'any', delayUs: 5e6, maxAttempts: 0, windowUs: 0 };

export const DEFAULT_UPDATE: UpdateConfig = {
  parallelism: 1,
  delayUs: 0,
  failureAction: 'pause',
  monitorUs: 5e6,
  maxFailureRatio: 0,
  order: 'stop-first',
};

export const DEFAULT_HEALTH_CHECK: HealthCheckSpec = {
  intervalUs: 30e6,
  timeoutUs: 30e6,
  retries: 3,
  startPeriodUs: 0,
  startIntervalUs: 5e6,
};

/** A service of which only its name and image are told (SwarmKit api/defaults/service.go; docker/cli's stack). */
export function defaultService(name: string, image: string): SwarmServiceSpec {
  return {
    name,
    image,
    mode: 'replicated',
    replicas: 1,
    maxConcurrent: 0,
    labels: {},
    command: [],
    environment: {},
    reservations: { cpuMilli: 0, memBytes: 0, generic: [] },
    limits: { cpuMilli: Infinity, memBytes: Infinity, pids: Infinity },
    placement: { constraints: [], spreadOver: [], maxReplicasPerNode: 0, platforms: [] },
    restart: DEFAULT_RESTART,
    update: DEFAULT_UPDATE,
    rollback: DEFAULT_UPDATE,
    endpointMode: 'vip',
    ports: [],
    networks: ['default'],
    onOverlay: true,
    stopGraceUs: 10e6,
    prefersLocalImage: false,
  };
}

/** What traffic, behaviour and reports need to know of a service. */
export function workloadOf(service: SwarmServiceSpec): NativeWorkload {
  const kinds = { replicated: 'service', global: 'daemon', 'replicated-job': 'job', 'global-job': 'job' } as const;
  return {
    name: service.name,
    kind: kinds[service.mode],
    replicas: service.replicas,
    image: service.image,
    labels: service.labels,
    cpuMilli: service.reservations.cpuMilli,
    memBytes: service.reservations.memBytes,
    ports: service.ports.map(({ published, target }) => (published === 0 ? target : published)),
  };
}

/** A stack of these services. */
export const stackOf = (services: readonly SwarmServiceSpec[], notes: readonly string[] = []): SwarmStack => ({
  services,
  workloads: services.map(workloadOf),
  notes,
});
