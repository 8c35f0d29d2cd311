/**
 * How fast the scheduler's client may call the API: a bucket of tokens that fills at a steady rate, as client-go's
 * (golang.org/x/time/rate). Callers reserve a token and wait for it, in the order in which they ask.
 */
export class ClientBucket {
  private readonly perSecond: number;
  private readonly burst: number;
  private tokens: number;
  private filledUs = 0;

  /** Calls a second, and how many at once; 0 a second or Infinity: no limit. */
  constructor(perSecond: number, burst: number) {
    this.perSecond = perSecond;
    this.burst = Math.max(1, burst);
    this.tokens = this.burst;
  }

  /** Reserves so many calls; when the last of them may be made. */
  take(nowUs: number, calls = 1): number {
    if (this.perSecond <= 0 || this.perSecond === Infinity || calls === 0) return nowUs;
    this.tokens = Math.min(this.burst, this.tokens + ((nowUs - this.filledUs) * this.perSecond) / 1_000_000) - calls;
    this.filledUs = nowUs;
    return this.tokens >= 0 ? nowUs : nowUs + Math.ceil((-this.tokens * 1_000_000) / this.perSecond);
  }
}
