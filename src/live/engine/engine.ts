/**
 * A container engine as Baton uses it: few calls, plain types, no options that could do harm. `docker-engine.ts` speaks
 * to a real one through dockerode; `fake-engine.ts` keeps everything in memory and fails when told. Every call rejects
 * with an `EngineFault` and with nothing else.
 */
export interface Engine {
  /** As the user named it, or `docker`. */
  readonly name: string;
  info(): Promise<EngineInfo>;
  /** Answers when the engine does. */
  ping(): Promise<void>;

  hasImage(reference: string): Promise<boolean>;
  /** Makes an image of a tar of its root folder. */
  importImage(tar: Uint8Array, image: ImageSpec): Promise<void>;
  removeImage(reference: string): Promise<void>;

  /** Returns its id. */
  createNetwork(network: NetworkSpec): Promise<string>;
  removeNetwork(id: string): Promise<void>;
  listNetworks(labels: Labels): Promise<NetworkSummary[]>;

  /** Makes a container and does not start it; returns its id. */
  createContainer(container: ContainerSpec): Promise<string>;
  start(id: string): Promise<void>;
  /** SIGTERM, and SIGKILL after the grace; resolves when it has ended. */
  stop(id: string, graceS: number): Promise<void>;
  kill(id: string, signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  pause(id: string): Promise<void>;
  unpause(id: string): Promise<void>;
  update(id: string, limits: ContainerLimits): Promise<void>;
  connect(networkId: string, containerId: string): Promise<void>;
  disconnect(networkId: string, containerId: string): Promise<void>;
  /** Whatever state it is in. One that is not there counts as removed. */
  remove(id: string): Promise<void>;
  /** All containers with these labels, in any state. */
  list(labels: Labels): Promise<ContainerSummary[]>;
  inspect(id: string): Promise<ContainerDetail>;
  /** CPU and memory used, as they stand: one sample, at once. */
  stats(id: string): Promise<ContainerStats>;
  logs(id: string, lines: number): Promise<string>;
  /**
   * What happens to containers with these labels from now on, until the signal; ends with a fault when the engine goes.
   * Other calls made after this one are seen. With `sinceMs` (the engine's clock), what it still remembers since then
   * comes first: some 200 events, that moment's own included, none from before its own restart.
   */
  events(labels: Labels, signal: AbortSignal, sinceMs?: number): AsyncIterable<EngineEvent>;
  close(): void;
}

/** Labels with their values; an empty value matches any. */
export type Labels = Readonly<Record<string, string>>;

export interface EngineInfo {
  /** Equal for two ways to the same engine, and for nothing else. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly apiVersion: string;
  readonly os: string;
  /** `amd64`, `arm64`, ... */
  readonly architecture: string;
  readonly cpuMilli: number;
  readonly memBytes: number;
  readonly cgroupVersion: string;
  readonly storageDriver: string;
  /** Containers of anybody that run now. */
  readonly running: number;
  /** Whether limits can be set at all (not so on some rootless engines). */
  readonly canLimitCpu: boolean;
  readonly canLimitMem: boolean;
  /** Whether its loopback is this machine's, as with a unix socket: published ports can be reached. */
  readonly isLocal: boolean;
  /** What its clock shows, milliseconds since 1970; absent: it does not say. */
  readonly clockMs?: number;
}

export interface ImageSpec {
  readonly reference: string;
  readonly labels: Labels;
  readonly architecture: string;
  /** How it is run, as lines of a Dockerfile: `USER 1000`, `CMD ["/program"]`. */
  readonly changes?: readonly string[];
}

export interface NetworkSpec {
  readonly name: string;
  readonly labels: Labels;
}

export interface NetworkSummary {
  readonly id: string;
  readonly name: string;
  readonly labels: Labels;
}

export interface ContainerLimits {
  /** Hard limit (CFS quota); absent: none, or unchanged in an update. */
  readonly cpuLimitMilli?: number;
  /** Weight where CPU is short, 1024 a core. */
  readonly cpuShares?: number;
  readonly memLimitBytes?: number;
}

export interface ContainerSpec extends ContainerLimits {
  readonly name: string;
  readonly image: string;
  /** Absent: the image's own. */
  readonly command?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly labels: Labels;
  /** Name or id; absent: none but loopback. */
  readonly network?: string;
  /** Ports published on 127.0.0.1, each on one that is free. */
  readonly publish?: readonly number[];
  readonly restart?: 'no' | 'on-failure' | 'always';
  readonly hostname?: string;
  /** Its root folder cannot be written, as for images of our own. */
  readonly isRootReadOnly?: boolean;
  /** `uid:gid`; absent: the image's own. */
  readonly user?: string;
  /** Processes and threads that it may have; absent: 128. */
  readonly pidsLimit?: number;
}

export type ContainerState = 'created' | 'running' | 'paused' | 'restarting' | 'exited' | 'removing' | 'dead';

export interface ContainerSummary {
  readonly id: string;
  readonly name: string;
  readonly labels: Labels;
  readonly state: ContainerState;
  readonly image: string;
}

export interface ContainerDetail extends ContainerSummary {
  readonly exitCode: number;
  readonly oomKilled: boolean;
  /** Milliseconds since 1970 by the engine's clock; NaN: not yet. */
  readonly createdMs: number;
  readonly startedMs: number;
  readonly finishedMs: number;
  /** Container port to port on 127.0.0.1. */
  readonly ports: Readonly<Record<number, number>>;
  readonly networks: readonly string[];
  readonly cpuLimitMilli?: number;
  readonly memLimitBytes?: number;
}

export interface ContainerStats {
  /** CPU time used since its start. */
  readonly cpuTotalMs: number;
  readonly memBytes: number;
  /** When it was read, by the engine's clock, milliseconds since 1970. */
  readonly readMs: number;
}

export interface EngineEvent {
  /** Milliseconds since 1970 by the engine's clock, with fractions. */
  readonly atMs: number;
  readonly what:
    | 'create'
    | 'start'
    | 'die'
    | 'kill'
    | 'oom'
    | 'pause'
    | 'unpause'
    | 'update'
    | 'destroy'
    | 'restart'
    | 'stop'
    | 'other';
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly labels: Labels;
  readonly exitCode?: number;
}
