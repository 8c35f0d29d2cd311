import type { ProbeSpec } from './data-plane.ts';

/** A change of the verdict, and when the prober knows of it. */
export interface Verdict {
  readonly atUs: number;
  readonly healthy: boolean;
}

/** What a prober has counted. */
interface Counts {
  successes: number;
  failures: number;
  hasSucceeded: boolean;
  /** Absent: neither yet. */
  healthy: boolean | undefined;
}

/** So many probes ahead it is looked for the next verdict where some are lost by chance. */
const LOOK_AHEAD = 256;

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
  /** A number in [0, 1) for each probe, always the same: it is lost where that is below the share. */
  private readonly draw: (probe: number) => number;
  /** Probes that have been reckoned. */
  private asked = 0;
  private lossShare: number;
  private readonly counts: Counts = { successes: 0, failures: 0, hasSucceeded: false, healthy: undefined };
  /** Reckoned and not yet known to the prober; two at most, since a failure is known before the next probe but one. */
  private readonly waiting: Verdict[] = [];

  /**
   * `fromUs`: when it was asked to probe. The process has been started. `lossShare`: how many probes get no answer, 0:
   * none, 1: all.
   */
  constructor(
    spec: ProbeSpec,
    fromUs: number,
    startedUs: number,
    lossShare: number,
    draw: (probe: number) => number = () => 0,
  ) {
    this.spec = spec;
    this.startedUs = startedUs;
    this.anchorUs = Math.max(fromUs, startedUs) + spec.firstAfterUs;
    this.timeoutUs = Math.min(spec.timeoutUs, spec.intervalUs);
    this.lossShare = lossShare;
    this.draw = draw;
  }

  /** From now on this share of probes fails. */
  change(nowUs: number, lossShare: number): void {
    if (lossShare === this.lossShare) return;
    this.reckon(nowUs);
    this.lossShare = lossShare;
  }

  /** Takes the next verdict that is known by now; undefined: there is none. */
  take(nowUs: number): Verdict | undefined {
    this.reckon(nowUs);
    return this.waiting[0] !== undefined && this.waiting[0].atUs <= nowUs ? this.waiting.shift() : undefined;
  }

  /** When to look for the next verdict, if nothing changes; Infinity: there will be none. */
  get nextUs(): number {
    if (this.waiting[0] !== undefined) return this.waiting[0].atUs;
    return this.isSure ? (this.flip()?.verdict.atUs ?? Infinity) : this.nextByChanceUs();
  }

  private get isSure(): boolean {
    return this.lossShare <= 0 || this.lossShare >= 1;
  }

  /** Counts the probes up to now, this moment's too. */
  private reckon(nowUs: number): void {
    const { anchorUs, counts, spec } = this;
    if (nowUs < anchorUs) return;
    const asked = Math.floor((nowUs - anchorUs) / spec.intervalUs) + 1;
    if (asked <= this.asked) return;
    const first = this.asked;
    if (!this.isSure) {
      for (let probe = first; probe < asked; probe++) {
        const verdict = this.count(counts, probe);
        if (verdict !== undefined) this.waiting.push(verdict);
      }
      this.asked = asked;
      return;
    }
    const flip = this.flip();
    if (flip !== undefined && flip.probe < asked) {
      counts.healthy = flip.verdict.healthy;
      this.waiting.push(flip.verdict);
    }
    this.asked = asked;
    if (this.lossShare <= 0) {
      counts.hasSucceeded = true;
      counts.successes += asked - first;
      counts.failures = 0;
    } else {
      counts.successes = 0;
      counts.failures += Math.max(0, asked - Math.max(first, this.firstCounted));
    }
  }

  /** The first probe, where all fail or none, that changes the verdict. */
  private flip(): { readonly probe: number; readonly verdict: Verdict } | undefined {
    const { spec, asked, counts } = this;
    const healthy = this.lossShare <= 0;
    if (healthy === counts.healthy) return undefined;
    const probe = healthy
      ? asked + Math.max(1, spec.rise - counts.successes) - 1
      : Math.max(asked, this.firstCounted) + Math.max(1, spec.fall - counts.failures) - 1;
    return { probe, verdict: this.verdict(probe, healthy) };
  }

  /** The same where chance decides; the time of the last probe looked at, if none of them does. */
  private nextByChanceUs(): number {
    const counts = { ...this.counts };
    const end = this.asked + LOOK_AHEAD;
    for (let probe = this.asked; probe < end; probe++) {
      const verdict = this.count(counts, probe);
      if (verdict !== undefined) return verdict.atUs;
    }
    return this.anchorUs + (end - 1) * this.spec.intervalUs;
  }

  /** Counts one probe whose fate is drawn; the verdict that it brings. */
  private count(counts: Counts, probe: number): Verdict | undefined {
    const { spec, startedUs } = this;
    if (this.draw(probe) >= this.lossShare) {
      counts.hasSucceeded = true;
      counts.failures = 0;
      if (++counts.successes < spec.rise || counts.healthy === true) return undefined;
    } else {
      counts.successes = 0;
      const isGrace = this.anchorUs + probe * spec.intervalUs < startedUs + spec.graceUs;
      if (!counts.hasSucceeded && isGrace) return undefined;
      if (++counts.failures < spec.fall || counts.healthy === false) return undefined;
    }
    counts.healthy = counts.failures === 0;
    return this.verdict(probe, counts.healthy);
  }

  private verdict(probe: number, healthy: boolean): Verdict {
    const atUs = this.anchorUs + probe * this.spec.intervalUs + (healthy ? 0 : this.timeoutUs);
    return { atUs, healthy };
  }

  /** The first probe whose failure counts. */
  private get firstCounted(): number {
    if (this.counts.hasSucceeded) return 0;
    const graceEndsUs = this.startedUs + this.spec.graceUs;
    return Math.max(0, Math.ceil((graceEndsUs - this.anchorUs) / this.spec.intervalUs));
  }
}
