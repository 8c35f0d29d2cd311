import type { ProbeSpec } from './data-plane.ts';

/** A change of the verdict, and when the prober knows of it. */
export interface Verdict {
  readonly atUs: number;
  readonly healthy: boolean;
}

/**
 * What one prober makes of what is so. It asks at `anchorUs` and every interval from then on; the answer depends on what
 * was so just before it asked. A success is known at once, a failure after the timeout, which is no longer than the
 * interval. As long as nothing changes the time of the next verdict can be computed, so no single probe is an event.
 */
export class ProbeCourse {
  private readonly spec: ProbeSpec;
  private readonly startedUs: number;
  private readonly anchorUs: number;
  private readonly timeoutUs: number;
  /** Probes that have been reckoned. */
  private asked = 0;
  private good: boolean;
  private successes = 0;
  private failures = 0;
  private hasSucceeded = false;
  private healthy: boolean | undefined;
  /** Reckoned and not yet known to the prober; two at most, since a failure is known before the next probe but one. */
  private readonly waiting: Verdict[] = [];

  /** `fromUs`: when it was asked to probe. The process has been started. */
  constructor(spec: ProbeSpec, fromUs: number, startedUs: number, good: boolean) {
    this.spec = spec;
    this.startedUs = startedUs;
    this.anchorUs = Math.max(fromUs, startedUs) + spec.firstAfterUs;
    this.timeoutUs = Math.min(spec.timeoutUs, spec.intervalUs);
    this.good = good;
  }

  /** From now on probes succeed, or do not. */
  change(nowUs: number, good: boolean): void {
    if (good === this.good) return;
    this.reckon(nowUs);
    this.good = good;
  }

  /** Takes the next verdict that is known by now; undefined: there is none. */
  take(nowUs: number): Verdict | undefined {
    this.reckon(nowUs);
    return this.waiting[0] !== undefined && this.waiting[0].atUs <= nowUs ? this.waiting.shift() : undefined;
  }

  /** When the next verdict will be known, if nothing changes; Infinity: there will be none. */
  get nextUs(): number {
    return this.waiting[0]?.atUs ?? this.flip()?.verdict.atUs ?? Infinity;
  }

  /** Counts the probes up to now, this moment's too. */
  private reckon(nowUs: number): void {
    const { anchorUs, spec } = this;
    if (nowUs < anchorUs) return;
    const asked = Math.floor((nowUs - anchorUs) / spec.intervalUs) + 1;
    if (asked <= this.asked) return;
    const flip = this.flip();
    if (flip !== undefined && flip.probe < asked) {
      this.healthy = flip.verdict.healthy;
      this.waiting.push(flip.verdict);
    }
    const first = this.asked;
    this.asked = asked;
    if (this.good) {
      this.hasSucceeded = true;
      this.successes += asked - first;
      this.failures = 0;
    } else {
      this.successes = 0;
      this.failures += Math.max(0, asked - Math.max(first, this.firstCounted));
    }
  }

  /** The first probe, as things are, that changes the verdict. */
  private flip(): { readonly probe: number; readonly verdict: Verdict } | undefined {
    const { good, spec, asked, anchorUs } = this;
    if (good === this.healthy) return undefined;
    const probe = good
      ? asked + Math.max(1, spec.rise - this.successes) - 1
      : Math.max(asked, this.firstCounted) + Math.max(1, spec.fall - this.failures) - 1;
    const atUs = anchorUs + probe * spec.intervalUs + (good ? 0 : this.timeoutUs);
    return { probe, verdict: { atUs, healthy: good } };
  }

  /** The first probe whose failure counts. */
  private get firstCounted(): number {
    if (this.hasSucceeded) return 0;
    const graceEndsUs = this.startedUs + this.spec.graceUs;
    return Math.max(0, Math.ceil((graceEndsUs - this.anchorUs) / this.spec.intervalUs));
  }
}
