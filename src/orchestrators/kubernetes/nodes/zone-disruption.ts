import type { NodeOptions } from './node-options.ts';

export type ZoneState = 'Initial' | 'Normal' | 'PartialDisruption' | 'FullDisruption';

/**
 * How a zone is by the readiness of its nodes (`node_lifecycle_controller.go`, ComputeZoneState): fully disrupted when
 * none is ready, partly when more than two are not and they are at least 55 %.
 */
export function zoneState(ready: number, notReady: number, unhealthyShare: number): ZoneState {
  if (ready === 0 && notReady > 0) return 'FullDisruption';
  // Upstream compares 32-bit floats.
  const share = Math.fround(notReady / (notReady + ready));
  return notReady > 2 && share >= Math.fround(unhealthyShare) ? 'PartialDisruption' : 'Normal';
}

/** Nodes a second that may be tainted NoExecute in a zone of this state and size. */
export function evictionRate(state: ZoneState, nodes: number, options: NodeOptions): number {
  if (state !== 'PartialDisruption') return options.evictionRatePerSecond;
  return nodes > options.largeClusterNodes ? options.secondaryEvictionRatePerSecond : 0;
}

/** Lets nodes through at a rate, one at once (token bucket with burst 1, as client-go's flowcontrol). */
export class EvictionLimiter {
  private perSecond: number;
  private tokens = 1;
  private atUs: number;

  constructor(perSecond: number, nowUs: number) {
    this.perSecond = perSecond;
    this.atUs = nowUs;
  }

  /** Takes a token, if there is one. */
  accepts(nowUs: number): boolean {
    if (this.perSecond <= 0) return false;
    this.refill(nowUs);
    // One microsecond of a slow rate must not get lost in rounding.
    if (this.tokens < 1 - 1e-9) return false;
    this.tokens = Math.max(0, this.tokens - 1);
    return true;
  }

  /** When the next token will be there; Infinity: never at this rate. */
  nextUs(nowUs: number): number {
    if (this.perSecond <= 0) return Infinity;
    this.refill(nowUs);
    return nowUs + Math.ceil(((1 - this.tokens) / this.perSecond) * 1e6);
  }

  /** Another rate. A limiter that has nothing to give begins the new rate with nothing. */
  swap(perSecond: number, nowUs: number): void {
    if (perSecond === this.perSecond) return;
    const isEmpty = !this.accepts(nowUs);
    this.perSecond = perSecond;
    this.tokens = isEmpty ? 0 : 1;
    this.atUs = nowUs;
  }

  private refill(nowUs: number): void {
    this.tokens = Math.min(1, this.tokens + ((nowUs - this.atUs) / 1e6) * this.perSecond);
    this.atUs = nowUs;
  }
}
