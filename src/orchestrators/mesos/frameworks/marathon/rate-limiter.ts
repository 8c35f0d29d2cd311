/** What of an app decides about its launch delays. */
export interface BackoffSpec {
  readonly id: string;
  readonly backoffUs: number;
  readonly backoffFactor: number;
  readonly maxLaunchDelayUs: number;
}

interface Delay {
  /** Since when it counts, and how long. */
  readonly fromUs: number;
  readonly delayUs: number;
  readonly maxUs: number;
}

/** Launch backoff of apps after failures (mesosphere/marathon core/launchqueue/impl/RateLimiter.scala). */
export class RateLimiter {
  private readonly delays = new Map<string, Delay>();

  /** A task of this version of the app ended that should not have. Returns the delay. */
  failed({ id, backoffUs, backoffFactor, maxLaunchDelayUs }: BackoffSpec, nowUs: number): number {
    const before = this.delays.get(id);
    const delayUs = Math.min(
      maxLaunchDelayUs,
      before === undefined ? backoffUs : Math.round(before.delayUs * backoffFactor),
    );
    this.delays.set(id, { fromUs: nowUs, delayUs, maxUs: maxLaunchDelayUs });
    return delayUs;
  }

  /** A task is staging or running: the delay that there is counts from now. False: there is none. */
  advance(id: string, nowUs: number): boolean {
    const delay = this.delays.get(id);
    if (delay === undefined) return false;
    this.delays.set(id, { ...delay, fromUs: nowUs });
    return true;
  }

  /** A new version, or an agent that was drained. */
  reset(id: string): void {
    this.delays.delete(id);
  }

  /** No launch before this time; in the past: launches are free. */
  launchableUs(id: string): number {
    const delay = this.delays.get(id);
    return delay === undefined ? -Infinity : delay.fromUs + delay.delayUs;
  }

  /** Forgets delays after which nothing has failed for so long as the longest delay lasts. */
  cleanUp(nowUs: number): void {
    for (const [id, { fromUs, maxUs }] of this.delays) if (fromUs + maxUs < nowUs) this.delays.delete(id);
  }
}
