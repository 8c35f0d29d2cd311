/** What a node's pods request and what they have used, newest last; sampled every scrape. */
export interface NodeUsage {
  readonly cpuMilli: number;
  readonly requestedCpuMilli: number;
  /** Sum of the pods' usage at each past scrape, oldest first. */
  readonly usedCpuMilli: readonly number[];
  /** Per pod, the usage at each past scrape. */
  readonly pods: readonly { readonly requestMilli: number; readonly usedMilli: readonly number[] }[];
}

/** How much CPU a node may be said to have: requests are placed against this instead of its real capacity. */
export interface OvercommitPolicy {
  readonly name: string;
  readonly summary?: string;
  readonly source?: string;
  readonly periodUs: number;
  /** The peak that is to be expected, in millicores; the node then offers requests worth capacity - peak. */
  predictPeakMilli(usage: NodeUsage): number;
}
