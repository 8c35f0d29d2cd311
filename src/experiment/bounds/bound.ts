/**
 * What a run must have done for a bound to apply to it:
 * `always`: nothing;
 * `all-finished`: every pod that some node could host ran to its end;
 * `all-placed`: every pod that some node could host was started;
 * `nobody-waits`: as `all-placed`, and each started the moment it arrived.
 */
export type BoundCondition = 'always' | 'all-finished' | 'all-placed' | 'nobody-waits';

/** A value that no policy can pass, whatever it does. */
export interface Bound {
  /** By the names of `sim/metric-catalogue.ts`. */
  readonly metric: string;
  /** `lower`: the metric cannot be below the value; `upper`: not above. */
  readonly side: 'lower' | 'upper';
  /** In the metric's unit. */
  readonly value: number;
  /** Which of the bounds tried was the tightest, for instance `L2 on memory`. */
  readonly bound: string;
  /** Why it holds, in a sentence. */
  readonly meaning: string;
  readonly holds: BoundCondition;
  /** Pods that no node could ever host; the bound leaves them out. */
  readonly impossiblePods: number;
}
