/** Requests of one replica. */
export interface ReplicaSize {
  readonly cpuMilli: number;
  readonly memBytes: number;
}

/** What one replica used over one scrape interval. */
export interface UsageSample {
  readonly timeUs: number;
  readonly cpuMilli: number;
  readonly memBytes: number;
  /** Whether the replica was killed for want of memory in this interval. */
  readonly outOfMemory: boolean;
  /** Which replica it was; absent: peaks are taken over all of them together. */
  readonly replica?: number;
}

export interface VerticalDecision {
  readonly target: ReplicaSize;
  readonly lower: ReplicaSize;
  readonly upper: ReplicaSize;
  readonly why: string;
}

/** What each replica of a service should request. One is made for each service of each run. */
export interface VerticalScaler {
  observe(sample: UsageSample): void;
  /** undefined: no opinion yet. */
  recommend(nowUs: number, current: ReplicaSize): VerticalDecision | undefined;
  /** Whether a replica that requests `current` and started at `startedUs` should be started anew with the recommendation. */
  shouldUpdate(nowUs: number, current: ReplicaSize, startedUs: number, decision: VerticalDecision): boolean;
}

export interface VerticalPolicy {
  readonly name: string;
  readonly summary?: string;
  readonly source?: string;
  readonly periodUs: number;
  /** `off`: recommends only; `initial`: new replicas get it; `recreate`: running ones are evicted for it; `in-place`: resized where they run when the node has room. */
  readonly mode: 'off' | 'initial' | 'recreate' | 'in-place';
  make(context: { readonly containers: number }): VerticalScaler;
}
