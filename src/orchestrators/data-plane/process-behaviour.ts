import type { DurationSpec } from '../../sim/duration-spec.ts';

/** What a process does that no orchestrator's file says: how large its image is, how long it boots, works and stops. */
export interface ProcessBehaviour {
  readonly imageBytes: number;
  /** Layers cost a round trip each. */
  readonly imageLayers: number;
  /** From the start of the process until it answers. */
  readonly boot: DurationSpec;
  /** From the order to stop until it has ended, when nothing is in flight any more. */
  readonly stop: DurationSpec;
  /** Takes the whole grace whatever it is told. */
  readonly ignoresStop: boolean;
  /** How long it runs until it ends by itself; absent: for ever. */
  readonly runs?: DurationSpec;
  /** Share of its runs that end by themselves with `failureExitCode` instead of 0. */
  readonly failureShare: number;
  readonly failureExitCode: number;
  /** CPU and memory that it uses by itself, beside its work on modelled requests. */
  readonly cpuUsageMilli: number;
  readonly memUsageBytes: number;
  /** Memory that grows while it runs, and with every request that it has served. */
  readonly memGrowthBytesPerHour: number;
  readonly memLeakBytesPerRequest: number;
  /** For so long after its boot it works at `warmUpSpeed`, 0 to 1. */
  readonly warmUpUs: number;
  readonly warmUpSpeed: number;
  /** This version's own work on a request relative to the modelled service's, and the share of requests that it fails. */
  readonly workFactor: number;
  readonly errorShare: number;
}

/** A process of which nothing is said: a small image that is up at once and runs for ever. */
export const PLAIN_PROCESS: ProcessBehaviour = {
  imageBytes: 100e6,
  imageLayers: 5,
  boot: { kind: 'constant', meanUs: 1e6 },
  stop: { kind: 'constant', meanUs: 0.2e6 },
  ignoresStop: false,
  failureShare: 0,
  failureExitCode: 1,
  cpuUsageMilli: 0,
  memUsageBytes: 0,
  memGrowthBytesPerHour: 0,
  memLeakBytesPerRequest: 0,
  warmUpUs: 0,
  warmUpSpeed: 1,
  workFactor: 1,
  errorShare: 0,
};
