/**
 * What compose files, Kubernetes manifests, Marathon apps, ECS task definitions with services, and Nomad jobs have in
 * common: every translation goes through here. Absent means that the source does not say it, so the target's own
 * default holds there. Lists are never absent, only empty.
 *
 * Units: microseconds, millicores, bytes; shares are 0 to 1 (or more), kept to six decimals so that counts of replicas
 * come back as counts.
 */

export const DIALECTS = ['compose', 'kubernetes', 'marathon', 'ecs', 'nomad'] as const;
export type Dialect = (typeof DIALECTS)[number];

export interface AppModel {
  readonly services: readonly AppService[];
  /** What was decided about what the source leaves open, each a sentence. */
  readonly notes: readonly string[];
}

/** `service`: so many replicas, for ever. `daemon`: one on every machine. The others run until they have ended. */
export type AppKind = 'service' | 'daemon' | 'job' | 'scheduled-job';

/** A program in a container: what the main one of a service and its helpers both have. */
export interface AppProcess {
  readonly image: string;
  /** Instead of the image's entrypoint. */
  readonly command?: readonly string[];
  /** Instead of the image's arguments. */
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly ports: readonly AppPort[];
  readonly resources: AppResources;
  readonly mounts: readonly AppMount[];
  /** Names of secrets and configs, and where each is to be found, if that is said. */
  readonly secrets: readonly AppSecret[];
  readonly configs: readonly AppSecret[];
  /** Whoever fails it is restarted. */
  readonly liveness?: AppCheck;
  /** Whoever fails it gets no requests. */
  readonly readiness?: AppCheck;
  readonly user?: string;
  readonly workingDirectory?: string;
}

/** Another container of the same replica. `before`: has to end before the main one starts; `beside`: lives with it. */
export interface AppHelper extends AppProcess {
  readonly name: string;
  readonly runs: 'before' | 'beside';
}

export interface AppService extends AppProcess {
  /** `web`. */
  readonly name: string;
  /** Namespace, stack, or path of groups: `shop`, `shop/backend`; '' for none. */
  readonly group: string;
  readonly kind: AppKind;
  /** 1 unless said. A daemon has as many as there are machines; of a job it is `job.parallelism`. */
  readonly replicas: number;
  /** Labels, annotations, tags or meta. `baton.dev/…` among them say how it behaves and survive every translation. */
  readonly labels: Readonly<Record<string, string>>;
  readonly helpers: readonly AppHelper[];
  /** From the signal to stop until it is killed. */
  readonly stopGraceUs?: number;
  /** `SIGTERM`. */
  readonly stopSignal?: string;
  readonly restart?: AppRestart;
  readonly update?: AppUpdate;
  readonly placement: AppPlacement;
  readonly dependsOn: readonly AppDependency[];
  /** Whoever has more goes first, and may push out whoever has less. Nomad knows 1 to 100, Kubernetes up to 1e9. */
  readonly priority?: AppPriority;
  readonly autoscaling?: AppAutoscaling;
  readonly disruption?: AppDisruption;
  readonly job?: AppJob;
  readonly schedule?: AppSchedule;
  /** Replicas use the network of their machine. */
  readonly hostNetwork: boolean;
  /** Replicas keep a name of their own and their volumes over restarts (StatefulSet, per-replica volumes). */
  readonly hasIdentity: boolean;
  /** How long after a machine fell silent its replicas are replaced. */
  readonly replaceAfterUs?: number;
}

/**
 * `balanced`: at `published` on every machine or a balancer, whichever replica answers; `host`: at `published` on the
 * machine of each replica; `internal`: for other services only.
 */
export interface AppPort {
  readonly container: number;
  /** Absent: chosen by the orchestrator; of an internal port: the same as `container`. */
  readonly published?: number;
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly mode: 'balanced' | 'host' | 'internal';
  readonly name?: string;
}

export interface AppAmounts {
  readonly cpuMilli?: number;
  readonly memBytes?: number;
}

export interface AppResources {
  /** What is kept for it. */
  readonly request: AppAmounts & { readonly diskBytes?: number };
  /** What it may take. */
  readonly limit: AppAmounts & { readonly pids?: number };
  /** Whole devices. */
  readonly gpus?: number;
}

export type AppTest =
  | { readonly kind: 'command'; readonly command: readonly string[] }
  | { readonly kind: 'http'; readonly path: string; readonly port?: number; readonly scheme: 'http' | 'https' }
  | { readonly kind: 'tcp'; readonly port?: number }
  | { readonly kind: 'grpc'; readonly port?: number };

export interface AppCheck {
  readonly test: AppTest;
  readonly intervalUs?: number;
  readonly timeoutUs?: number;
  /** Failures in a row until it counts as failed. */
  readonly retries?: number;
  /** For so long after the start it is not asked at all. */
  readonly delayUs?: number;
  /** For so long after the start failures do not count; it ends with the first success. */
  readonly startPeriodUs?: number;
  /** How often it is asked in that time. */
  readonly startIntervalUs?: number;
  /** Successes in a row until it counts as passed. */
  readonly successes?: number;
}

export interface AppRestart {
  readonly condition?: 'any' | 'on-failure' | 'none';
  readonly delayUs?: number;
  readonly maxAttempts?: number;
  /** Attempts are counted within this time. */
  readonly windowUs?: number;
  /** Each further delay is so many times the last, up to `maxDelayUs`. */
  readonly backoffFactor?: number;
  readonly maxDelayUs?: number;
}

export interface AppUpdate {
  /** Replicas at a time; 0: all. */
  readonly parallelism?: number;
  /** Between one lot and the next. */
  readonly delayUs?: number;
  readonly order?: 'stop-first' | 'start-first';
  /** Of the replicas wished for, at least so many stay healthy: 0 to 1. */
  readonly minHealthyShare?: number;
  /** So many more than wished for may exist: 0 or more. */
  readonly maxSurgeShare?: number;
  readonly failureAction?: 'pause' | 'continue' | 'rollback';
  /** More failures than this share are a failed update. */
  readonly maxFailureShare?: number;
  /** For so long a new replica has to be healthy. */
  readonly monitorUs?: number;
  /** For so long without progress it goes on before it has failed. */
  readonly deadlineUs?: number;
  /** New replicas that are tried beside the old ones first. */
  readonly canaries?: number;
}

/**
 * Keys of machines: `hostname`, `id`, `zone`, `region`, `os`, `arch` (`amd64`, `arm64`), `instance-type`, `role`
 * (`manager`, `worker`), and `label:<name>` for whatever people wrote on them.
 */
export type AppOperator = 'in' | 'not-in' | 'exists' | 'not-exists' | 'greater' | 'less' | 'matches' | 'not-matches';

export interface AppConstraint {
  readonly key: string;
  readonly operator: AppOperator;
  /** One value means equality; none with `exists` and `not-exists`; a regular expression with `matches`. */
  readonly values: readonly string[];
}

export interface AppSpread {
  readonly key: string;
  /** Whether a replica rather waits than break it. */
  readonly isHard: boolean;
  /** Largest difference between two values; absent: as even as may be. */
  readonly maxSkew?: number;
  /** Shares of the replicas by value. */
  readonly targets?: readonly { readonly value: string; readonly share: number }[];
  /** Among several, -100 to 100; absent: all count the same. */
  readonly weight?: number;
}

export interface AppPlacement {
  /** All of them hold. */
  readonly constraints: readonly AppConstraint[];
  /** First things first. */
  readonly spread: readonly AppSpread[];
  readonly maxPerMachine?: number;
  /** Wishes; a negative weight (-100 to 100) is aversion. */
  readonly affinity: readonly (AppConstraint & { readonly weight: number })[];
  /** With, or apart from, replicas of other services, on the same value of `key`. */
  readonly neighbours: readonly AppNeighbour[];
  /** Marks of machines (taints) that it puts up with: `key`, `key=value:NoSchedule`; '' is every one. */
  readonly tolerates: readonly string[];
}

export interface AppNeighbour {
  readonly service: string;
  readonly key: string;
  readonly isApart: boolean;
  readonly isHard: boolean;
}

export interface AppDependency {
  readonly service: string;
  readonly until: 'started' | 'healthy' | 'completed';
}

export interface AppPriority {
  readonly value: number;
  /** Of a class, where it has a name. */
  readonly name?: string;
}

export interface AppAutoscaling {
  readonly min: number;
  readonly max: number;
  /** The highest answer of all counts. */
  readonly metrics: readonly AppMetric[];
  readonly scaleOutCooldownUs?: number;
  readonly scaleInCooldownUs?: number;
}

/** `cpu`, `memory`: share of the request, as a mean over replicas. `requests`: a second and replica. */
export interface AppMetric {
  readonly metric: 'cpu' | 'memory' | 'requests';
  readonly target: number;
}

export interface AppDisruption {
  /** Of the replicas, so many stay when people or autoscalers take machines away. */
  readonly minHealthyShare: number;
}

export interface AppJob {
  /** Runs that have to succeed. */
  readonly completions: number;
  /** Runs at once. */
  readonly parallelism: number;
  /** Failures that are tried again. */
  readonly retries?: number;
  readonly deadlineUs?: number;
}

export interface AppSchedule {
  /** Five fields, or `@daily` and the like. */
  readonly cron: string;
  readonly timeZone?: string;
  /** What happens to a run when the last one still goes on. */
  readonly overlap?: 'allow' | 'forbid' | 'replace';
}

/**
 * `named`: kept by the orchestrator under a name; `bind`: a path of the machine; `temporary`: as long as the replica;
 * `memory`: the same, in memory.
 */
export interface AppMount {
  readonly kind: 'named' | 'bind' | 'temporary' | 'memory';
  /** Name or path; '' where it needs none. */
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  readonly sizeBytes?: number;
  /** Each replica has its own. */
  readonly perReplica?: boolean;
}

export interface AppSecret {
  readonly name: string;
  /** One entry of it; absent: all of it. */
  readonly key?: string;
  /** A path in the container, `$NAME`: a variable of the environment, `$*`: a variable for each entry. */
  readonly target?: string;
}

/**
 * Something of the source that is not, or not quite, in the target. `not-expressible`: the target has nothing like it;
 * `approximated`: it has something near; `not-translated`: Baton does not carry it over; `ignored-by-source`: it had no
 * effect where it comes from.
 */
export interface Loss {
  readonly kind: 'not-expressible' | 'approximated' | 'not-translated' | 'ignored-by-source';
  /** `shop/web`; '' for the file as a whole. */
  readonly service: string;
  /** A field of the model (`restart.windowUs`) for the first two kinds, else of the source. */
  readonly field: string;
  /** As people write it: `120s`; '' where there is none. */
  readonly value: string;
  /** What happens instead: `Marathon has no window; its backoff grows instead`. */
  readonly instead: string;
}

/** A file of the target, with a name that fits it. */
export interface TranslatedFile {
  readonly name: string;
  readonly text: string;
}

export interface Translation {
  readonly files: readonly TranslatedFile[];
  readonly losses: readonly Loss[];
}

/** A source, as a model. */
export interface ReadModel {
  readonly model: AppModel;
  readonly losses: readonly Loss[];
}

/** `shop/web`, or `web` without a group. */
export function fullServiceName(service: Pick<AppService, 'group' | 'name'>): string {
  return service.group === '' ? service.name : `${service.group}/${service.name}`;
}

/** A service of which only a name and an image are known. */
export function plainService(name: string, image: string): AppService {
  return { ...plainProcess(image), name, ...PLAIN_PARTS };
}

export function plainProcess(image: string): AppProcess {
  return { image, env: {}, ports: [], resources: { request: {}, limit: {} }, mounts: [], secrets: [], configs: [] };
}

const PLAIN_PARTS: Omit<AppService, keyof AppProcess | 'name'> = {
  group: '',
  kind: 'service',
  replicas: 1,
  labels: {},
  helpers: [],
  placement: { constraints: [], spread: [], affinity: [], neighbours: [], tolerates: [] },
  dependsOn: [],
  hostNetwork: false,
  hasIdentity: false,
};

/** A share to six decimals, so that 1/3 of 3 comes back as 1. */
export function shareOf(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
