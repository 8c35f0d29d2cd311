import type { ClientSpec } from './traffic.ts';

/** What `admit` answers when the call must not be made. */
export const REFUSED = -1;
const SLICES = 10;

type BreakerSpec = NonNullable<ClientSpec['breaker']>;

/**
 * Closed, calls pass and are judged by the window that slides over them in ten slices. Open, none pass. Half open, so
 * many probes pass, and all of them must succeed for it to close; one that fails opens it again.
 */
export class CircuitBreaker {
  private readonly spec: BreakerSpec;
  private readonly sliceUs: number;
  private state: 'closed' | 'open' | 'half-open' = 'closed';
  private openUntilUs = 0;
  /** Counts the times it was half open: a probe of an earlier time says nothing any more. */
  private round = 0;
  private probesSent = 0;
  private probesServed = 0;
  private readonly calls = new Int32Array(SLICES);
  private readonly failures = new Int32Array(SLICES);
  /** Number of the latest slice since time zero. */
  private slice = -1;
  private windowCalls = 0;
  private windowFailures = 0;

  constructor(spec: BreakerSpec) {
    this.spec = spec;
    this.sliceUs = spec.windowUs / SLICES;
  }

  /** Asks to make a call: `REFUSED`, 0 for a usual call, or a number > 0 for a probe, to be handed to `record`. */
  admit(nowUs: number): number {
    if (this.state === 'closed') return 0;
    if (this.state === 'open') {
      if (nowUs < this.openUntilUs) return REFUSED;
      this.state = 'half-open';
      this.round++;
      this.probesSent = this.probesServed = 0;
    }
    if (this.probesSent >= this.spec.probes) return REFUSED;
    this.probesSent++;
    return this.round;
  }

  /** A call that was let through has ended. */
  record(nowUs: number, admitted: number, served: boolean): void {
    if (this.state === 'half-open' && admitted === this.round && admitted > 0) {
      if (!served) this.open(nowUs);
      else if (++this.probesServed === this.spec.probes) this.close();
    } else if (this.state === 'closed' && admitted === 0) {
      this.slide(nowUs);
      const at = this.slice % SLICES;
      this.calls[at]++;
      this.windowCalls++;
      if (!served) {
        this.failures[at]++;
        this.windowFailures++;
      }
      const { minimumCalls, failureShare } = this.spec;
      if (this.windowCalls >= minimumCalls && this.windowFailures >= failureShare * this.windowCalls) this.open(nowUs);
    }
  }

  private open(nowUs: number): void {
    this.state = 'open';
    this.openUntilUs = nowUs + this.spec.openUs;
  }

  private close(): void {
    this.state = 'closed';
    this.calls.fill(0);
    this.failures.fill(0);
    this.windowCalls = this.windowFailures = 0;
    this.slice = -1;
  }

  /** Moves the window on: slices older than it are forgotten. */
  private slide(nowUs: number): void {
    const now = Math.floor(nowUs / this.sliceUs);
    if (now === this.slice) return;
    if (this.slice < 0 || now - this.slice >= SLICES) {
      this.calls.fill(0);
      this.failures.fill(0);
      this.windowCalls = this.windowFailures = 0;
    } else
      for (let old = this.slice + 1; old <= now; old++) {
        const at = old % SLICES;
        this.windowCalls -= this.calls[at];
        this.windowFailures -= this.failures[at];
        this.calls[at] = this.failures[at] = 0;
      }
    this.slice = now;
  }
}
