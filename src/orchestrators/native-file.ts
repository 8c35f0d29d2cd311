/** A file in an orchestrator's own format, as a user gave it. */
export interface NativeFile {
  /** As sentences name it. */
  readonly file: string;
  readonly text: string;
}

/** What an orchestrator's files say of one service, job or daemon; what traffic, behaviour and reports need to know of it. */
export interface NativeWorkload {
  /** As reports and traffic call it: `web`, `shop/web`. */
  readonly name: string;
  readonly kind: 'service' | 'job' | 'daemon';
  readonly replicas: number;
  readonly image: string;
  /** Labels, tags or meta of the workload, its tasks' on top; `baton.dev/…` among them say how it behaves. */
  readonly labels: Readonly<Record<string, string>>;
  /** What one replica declares to take. */
  readonly cpuMilli: number;
  readonly memBytes: number;
  /** Ports that others reach it at; a workload without any gets no requests unless traffic names it. */
  readonly ports: readonly number[];
}

/** Files that have been read. Each orchestrator adds its own objects, with all defaults. */
export interface NativeWorkloads {
  readonly workloads: readonly NativeWorkload[];
  /** The files say themselves where all of it runs (Fargate, groups of machines that are bought): no machines need stand in. */
  readonly bringsMachines?: boolean;
  /** What was read and has no effect, each a sentence with file, line and field. */
  readonly notes: readonly string[];
}
