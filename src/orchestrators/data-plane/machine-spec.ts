/** One machine of a cluster, whoever orchestrates it. Capacity is what tasks may take; nothing is held back here. */
export interface MachineSpec {
  readonly name: string;
  readonly cpuMilli: number;
  readonly memBytes: number;
  readonly diskBytes: number;
  readonly gpuCount: number;
  /** '' where there are no zones. */
  readonly zone: string;
  /** Index of its rack and power domain; -1: none known. */
  readonly rack: number;
  readonly power: number;
  /** What people have written on it; `zone` and instance type are among them under the names that each orchestrator gives. */
  readonly labels: Readonly<Record<string, string>>;
  /** As in the catalogue (`m5.xlarge`), or ''. */
  readonly instanceType: string;
  readonly architecture: 'amd64' | 'arm64';
  readonly group: string;
  readonly spot: boolean;
  readonly usdPerHour: number;
  /** Bytes per second for image pulls, shared by the pulls of one machine. */
  readonly pullBytesPerSecond: number;
  readonly idleWatts: number;
  readonly busyWatts: number;
}

/** What a task takes of its machine by its own declaration: what schedulers reckon with. */
export interface Resources {
  readonly cpuMilli: number;
  readonly memBytes: number;
  readonly diskBytes: number;
  readonly gpuCount: number;
}

export const NO_RESOURCES: Resources = { cpuMilli: 0, memBytes: 0, diskBytes: 0, gpuCount: 0 };
