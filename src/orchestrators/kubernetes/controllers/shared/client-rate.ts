/** How fast a controller may talk to the API server. */
export interface ClientLimits {
  /** Calls a second in the long run (`--kube-api-qps`). */
  readonly qps: number;
  /** Calls at once after a quiet time (`--kube-api-burst`). */
  readonly burst: number;
}

/** What kube-controller-manager grants each of its controllers unless told otherwise (`pkg/controller/apis/config/v1alpha1/defaults.go`). */
export const DEFAULT_CLIENT_LIMITS: ClientLimits = { qps: 20, burst: 30 };

/** The token bucket of one client (client-go `flowcontrol.NewTokenBucketRateLimiter`), as the time at which it will be full. */
export class ClientRate {
  private readonly intervalUs: number;
  private readonly burstUs: number;
  private emptyUs = -Infinity;

  constructor(limits: ClientLimits) {
    this.intervalUs = 1_000_000 / limits.qps;
    this.burstUs = this.intervalUs * limits.burst;
  }

  /** Takes a token; how long until it is there, in microseconds. Whoever asks later waits longer. */
  reserveUs(nowUs: number): number {
    this.emptyUs = Math.max(this.emptyUs, nowUs - this.burstUs) + this.intervalUs;
    return Math.max(0, Math.ceil(this.emptyUs - nowUs));
  }
}
