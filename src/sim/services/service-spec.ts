import type { DurationSpec } from '../duration-spec.ts';
import type { PodRequest } from '../pod-request.ts';
import type { RequestService } from '../requests/request-service.ts';

/** A probe that is sent at once when a replica may answer it, and then every `periodUs`. */
export interface ProbeSpec {
  readonly initialDelayUs: number;
  readonly periodUs: number;
  readonly timeoutUs: number;
  readonly successThreshold: number;
  readonly failureThreshold: number;
}

/** From "placed on a node" to "ready for requests". */
export interface StartUpSpec {
  readonly imageBytes: number;
  /** Layers cost a round trip each. */
  readonly imageLayers: number;
  /** From the image being there to the process answering. */
  readonly boot: DurationSpec;
  /** What the machinery takes on top, as an engine was measured to; after the boot and its probes. Absent: nothing. */
  readonly overhead?: DurationSpec;
  /** For so long after its boot the replica works at `warmUpSpeed`, 0 to 1. */
  readonly warmUpUs: number;
  readonly warmUpSpeed: number;
  /** Absent: ready as soon as it has booted. */
  readonly readiness?: ProbeSpec;
  /** Absent: a hung replica is never restarted. */
  readonly liveness?: ProbeSpec;
}

/** A service: replicas of one pod that answer requests. */
export interface ServiceSpec {
  readonly name: string;
  /** What one replica requests. */
  readonly request: PodRequest;
  /** Hard limit by CFS quota; Infinity: none. */
  readonly cpuLimitMilli: number;
  /** A replica that needs more is killed; Infinity: none. */
  readonly memLimitBytes: number;
  /** CPU that one busy place uses at full speed, in millicores. */
  readonly cpuPerRequestMilli: number;
  readonly memBaseBytes: number;
  readonly memPerRequestBytes: number;
  /** Never given back: a leak, per request served. */
  readonly memLeakBytes: number;
  readonly replicas: number;
  readonly priority: number;
  readonly startUp: StartUpSpec;
  /** Between the order to stop and the kill, at most; it ends earlier when nothing is in flight. */
  readonly graceUs: number;
  /** Whether it ignores the order to stop, and so takes the whole grace. */
  readonly ignoresStop: boolean;
  /** What the machinery takes to end a process that has nothing left to do. Absent: no time. */
  readonly stopOverhead?: DurationSpec;
  /** Starts only when these services (indices) have a ready replica. */
  readonly startsAfter: readonly number[];
  /** Voluntary disruptions keep at least so many ready; a share counts of the replicas asked for, rounded up. */
  readonly minAvailable?: { readonly replicas?: number; readonly share?: number };
  readonly requests: RequestService;
}
