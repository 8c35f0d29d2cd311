/** Waits that double with each failure of one subject, and start anew after a long calm (client-go `flowcontrol.Backoff`). */
export class Backoff {
  private readonly firstUs: number;
  private readonly lastUs: number;
  private readonly entries = new Map<string, { waitUs: number; sinceUs: number }>();

  constructor(firstUs: number, lastUs: number) {
    this.firstUs = firstUs;
    this.lastUs = lastUs;
  }

  /** How long the subject still has to wait; 0: not at all. */
  remainingUs(subject: string, nowUs: number): number {
    const entry = this.entries.get(subject);
    return entry === undefined ? 0 : Math.max(0, entry.sinceUs + entry.waitUs - nowUs);
  }

  /** Notes a failure now. */
  fail(subject: string, nowUs: number): void {
    const entry = this.entries.get(subject);
    const calm = entry === undefined || nowUs - entry.sinceUs > 2 * this.lastUs;
    const waitUs = calm ? this.firstUs : Math.min(this.lastUs, 2 * entry.waitUs);
    this.entries.set(subject, { waitUs, sinceUs: nowUs });
  }
}
