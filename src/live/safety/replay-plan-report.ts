import type { UserImages } from '../workload/user-images.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { ReplayPeaks } from './replay-peaks.ts';

/** An engine of Docker's default address pools has room for so many networks besides its own three. */
export const NETWORKS_AT_MOST = 30;
/** Containers made and started one after the other on a small machine; measured 2 to 4. */
export const STARTS_PER_SECOND = 3;
/** What one takes there. */
export const START_MS = 500;

export interface PlanOptions {
  /** Simulated time passes so many times as fast as real time. */
  readonly speed: number;
  /** What requests and limits are multiplied by; `shares`: no hard limit on CPU. */
  readonly scaleCpu: number | 'shares';
  readonly scaleMem: number;
  /** For each simulated node, the place of its engine; default: in turn. */
  readonly engineOfNode?: readonly number[];
  /** The reference of our own image; absent: the images that the scenario names. */
  readonly ownImage?: string;
  /** The user's own, by workload. */
  readonly userImages?: UserImages;
  /** Whether pods of services publish a port on loopback; default true. */
  readonly publishes?: boolean;
  /** What is there of the run already is gone on with; default: it must be cleaned first. */
  readonly resumes?: boolean;
  readonly networksAtMost?: number;
  readonly startsPerSecond?: number;
  readonly startMs?: number;
}

/** What a replay would do, without having touched anything. Plain data. */
export interface ReplayPlanReport {
  readonly runId: string;
  readonly title: string;
  readonly policy: string;
  readonly seed: number;
  readonly speed: number;
  readonly scaleCpu: number | 'shares';
  readonly scaleMem: number;
  readonly simulatedUs: number;
  readonly durationMs: number;
  readonly steps: number;
  readonly total: ReplayPeaks;
  /** Pods that live for less real time than starting and stopping take. */
  readonly shortLived: number;
  readonly engines: readonly EnginePlan[];
  /** What of the run the engines cannot do; it is replayed without. */
  readonly cannot: readonly string[];
  readonly warnings: readonly string[];
  /** Why it is not done unless told (`--overcommit`). */
  readonly refusals: readonly string[];
  /** Why it cannot be done at all. */
  readonly impossible: readonly string[];
  /** Of the script: what of the run it does not hold. */
  readonly notes: readonly string[];
}

export interface EnginePlan extends ReplayPeaks {
  readonly name: string;
  readonly version: string;
  readonly hasCpuMilli: number;
  readonly hasMemBytes: number;
  /** Names of the simulated nodes that it stands for. */
  readonly nodes: readonly string[];
  /** One a node that gets containers, up to the number at which nodes begin to share them. */
  readonly networks: number;
  readonly networksThere: number;
  readonly images: readonly { readonly reference: string; readonly isThere: boolean; readonly isOurs: boolean }[];
  readonly others: EngineFacts['others'];
}
