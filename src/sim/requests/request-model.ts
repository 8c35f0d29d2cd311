import type { RandomStream } from '../random.ts';
import type { LatencyHistogram } from './latency-histogram.ts';
import type { RequestService } from './request-service.ts';
import type { Traffic } from './traffic.ts';

/** What a request model is made of. */
export interface RequestModelOptions {
  readonly services: readonly RequestService[];
  readonly traffic: readonly Traffic[];
  readonly zones: readonly string[];
  readonly startUs: number;
  /** When the run will end, so that `auto` can reckon how many requests will come; absent: not known. */
  readonly endUs?: number;
  /** The run's streams by name. The model uses names that begin with `requests/` or `traffic/`. */
  readonly streams: (name: string) => RandomStream;
}

/** A replica that requests can be sent to. */
export interface EndpointSpec {
  readonly service: number;
  /** The replica's name, hashed for consistent hashing. */
  readonly name: string;
  readonly zone: number;
  /** 1: full speed. */
  readonly speed: number;
  readonly weight: number;
}

/**
 * What has become of the calls to a service, from outside and from other services, retries and hedges included; every
 * number only grows, but for `inFlight`. Always: arrived = served + failed + timedOut + inFlight.
 *
 * The discrete model counts whole calls, the fluid model fractions of them.
 */
export interface ServiceCounters {
  arrived: number;
  /** Answered in time. */
  served: number;
  /** Turned away by a full queue or an open breaker, no endpoint, a replica that died, or a required call that failed. */
  failed: number;
  /** The caller gave up waiting. */
  timedOut: number;
  inFlight: number;
  /** Of those arrived: attempts after the first, and hedges. */
  retries: number;
  hedges: number;
  /** Of those arrived: sent to an endpoint in another zone than where they came from; what comes from outside (zone -1) does not count. */
  crossZone: number;
  /** Of those failed, by cause; they add up to `failed`. */
  failedBy: {
    queueFull: number;
    noEndpoint: number;
    endpointLost: number;
    breakerOpen: number;
    callFailed: number;
    /** By `setErrorShare`. */
    errorAnswer: number;
  };
}

/** What has become of requests from outside, as their users see it: an answer to any attempt is an answer. */
export interface TrafficCounters {
  offered: number;
  good: number;
  bad: number;
  inFlight: number;
}

/**
 * Requests on their way through services, between two changes of the world around them. The world calls `advance`
 * before each change, makes the change, and reads counters whenever it likes. Two models keep this one interface:
 * discrete (every request is its own event chain) and fluid (rates and equations).
 *
 * Endpoints are numbered from 0 in the order in which they are added; a number is never used again.
 */
export interface RequestModel {
  /** Lets everything happen up to and including this time. */
  advance(toUs: number): void;

  /** From now on requests are sent to this replica. Returns its number. */
  addEndpoint(endpoint: EndpointSpec): number;
  /** How fast it works from now on, 1 being full speed, 0 not at all; what it is serving feels it too. */
  setSpeed(endpoint: number, speed: number): void;
  setWeight(endpoint: number, weight: number): void;
  /** Share of what it serves that it answers with an error (a bad version, a flaky machine); 0 at first. At 1 single requests call nobody else. */
  setErrorShare(endpoint: number, share: number): void;
  /** Whether answers reach anyone: while not, what is sent there is neither refused nor answered (a partition, a crash that nobody has noticed); what has no timeout then fails when the endpoint is removed. */
  setReachable(endpoint: number, reachable: boolean): void;
  /** No new requests; those it has go on. It stays until `remove`. */
  drain(endpoint: number): void;
  /** Gone at once: what it still has fails. */
  remove(endpoint: number): void;

  /** Requests at the endpoint now, queued and served. */
  inFlight(endpoint: number): number;
  /**
   * Time its places have been busy since it was added, in place-microseconds: two busy places count twice. A place that
   * is only held while its request waits for calls computes nothing and does not count.
   */
  busyUs(endpoint: number): number;
  /** Requests it has begun to serve since it was added. */
  started(endpoint: number): number;
  /** Calls it has answered well and in time, those it has failed or answered too late, and the time that the former took, summed. */
  servedBy(endpoint: number): number;
  badBy(endpoint: number): number;
  latencySumUs(endpoint: number): number;

  /** Time on the way between two zones, one way and the same in both directions; -1 stands for outside. */
  setDelay(fromZone: number, toZone: number, delayUs: number): void;
  /** A partition between zones, in both directions: what is sent across is lost until its caller gives up (or fails at once without a timeout). */
  setLink(fromZone: number, toZone: number, up: boolean): void;

  /** Counted up to the time advanced to. Ask the model anew after each `advance`: a counter kept may lag behind. */
  readonly services: readonly Readonly<ServiceCounters>[];
  readonly traffic: readonly Readonly<TrafficCounters>[];
  /** Time from arrival to answer of the calls served since this was last asked, per service; the caller may keep it. */
  takeServiceLatency(service: number): LatencyHistogram;
  /** The same for requests from outside with a good answer, over all attempts. */
  takeTrafficLatency(traffic: number): LatencyHistogram;

  /** Counts of the work done, for benches and regression gates. */
  readonly work: { requests: number; events: number; steps: number };
  /** One sentence a service on which model ran it and why (`auto` decides), for the report. */
  readonly notes: readonly string[];
  /** Throws a Violation unless every service's counters add up and agree with what its endpoints hold. */
  check(): void;
}
