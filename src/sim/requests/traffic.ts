import type { DurationSpec } from '../duration-spec.ts';
import type { RandomStream } from '../random.ts';

/** A level over time, constant between its changes: requests per second, or users. */
export interface LevelCurve {
  /** The level at this time, from which it holds until `untilUs(timeUs)`. */
  at(timeUs: number): number;
  /** The first time after `timeUs` at which the level may differ; Infinity when it never will. */
  untilUs(timeUs: number): number;
}

/** What comes from outside to one service. Made anew for each run, since it may hold a random state. */
export type TrafficSource =
  /** Requests that come whatever becomes of those before them. */
  | {
      readonly kind: 'open';
      /** Arrivals (batches, where they come in batches) per second. */
      readonly curve: LevelCurve;
      /** `poisson`: independent of each other; `even`: as regular as the rate allows. */
      readonly spacing: 'poisson' | 'even';
      /** How many requests come at once; absent: one. Whole numbers >= 1, with this mean. */
      readonly batch?: { readonly mean: number; readonly sample: (stream: RandomStream) => number };
    }
  /** So many users, each of whom waits for the answer, thinks, and asks again. */
  | { readonly kind: 'closed'; readonly users: LevelCurve; readonly think: DurationSpec }
  /** Recorded arrival times: `next` gives them in order, in microseconds, and Infinity at the end. */
  | { readonly kind: 'times'; next(): number };

/** Traffic as the request model takes it. */
export interface Traffic {
  /** For reports and for the name of its random stream (`traffic/<name>`). */
  readonly name: string;
  /** Index of the service asked. */
  readonly service: number;
  readonly source: TrafficSource;
  /** Index of the zone where its clients are; -1: outside of all zones. */
  readonly fromZone: number;
  readonly client: ClientSpec;
}

/** How a caller, a user or another service, behaves towards the service it calls. */
export interface ClientSpec {
  /** The caller gives up an attempt after so long; Infinity: never. */
  readonly timeoutUs: number;
  /** Attempts in all, 1: no retry. */
  readonly attempts: number;
  /** Wait before retry i (from 0): exponential backoff from `baseUs`, at most `capUs`. */
  readonly backoff: {
    readonly baseUs: number;
    readonly capUs: number;
    /** `none`: min(cap, base 2^i); `full`: U(0, that); `equal`: half of it and U(0, half); `decorrelated`: min(cap, U(base, 3 previous)). */
    readonly jitter: 'none' | 'full' | 'equal' | 'decorrelated';
  };
  /** Retries at most this share of requests (a token bucket that each request fills by so much); absent: no budget. */
  readonly retryBudget?: number;
  /** Stops calling a service that fails. */
  readonly breaker?: {
    /** Opens when at least `minimumCalls` ended within `windowUs` and this share of them or more failed. */
    readonly failureShare: number;
    readonly minimumCalls: number;
    readonly windowUs: number;
    readonly openUs: number;
    /** Calls let through when it is half open; all must succeed for it to close. */
    readonly probes: number;
  };
  /** A second copy of a request that has no answer after so long; the first answer counts. */
  readonly hedgeAfterUs?: number;
}

/** Waits for ever and asks once. */
export const PATIENT: ClientSpec = {
  timeoutUs: Infinity,
  attempts: 1,
  backoff: { baseUs: 0, capUs: 0, jitter: 'none' },
};
