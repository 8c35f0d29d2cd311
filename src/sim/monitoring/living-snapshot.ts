import type { DecisionRecord, HappeningRecord } from './living-result.ts';

/** How a living cluster stands at one moment; what `baton run --live` draws. */
export interface LivingSnapshot {
  readonly nowUs: number;
  readonly endUs: number;
  /** In the order of their ids; nodes that are not bought are left out. */
  readonly nodes: readonly {
    readonly name: string;
    readonly zone: string;
    readonly group: string;
    readonly state: 'coming' | 'ready' | 'unready' | 'down' | 'leaving';
    readonly cpuRequestedShare: number;
    readonly cpuUsedShare: number;
    readonly memRequestedShare: number;
    readonly pods: number;
  }[];
  readonly services: readonly {
    readonly name: string;
    readonly desired: number;
    readonly ready: number;
    /** Pending or starting. */
    readonly coming: number;
    readonly requestsPerSecond: number;
    readonly failedPerSecond: number;
    readonly p99Ms: number;
    readonly cpuShare: number;
  }[];
  readonly usdPerHour: number;
  readonly usdSoFar: number;
  /** The newest at the end, at most the last 50 of each. */
  readonly decisions: readonly DecisionRecord[];
  readonly happenings: readonly HappeningRecord[];
}
