/** Retries that may be saved up for a bad time. */
const MOST_TOKENS = 100;

/**
 * A token bucket, empty at first: each request adds a share of a token and each retry takes a whole one, so retries are
 * never more than that share of all requests, whatever happens.
 */
export class RetryBudget {
  private readonly share: number;
  private tokens = 0;

  constructor(share: number) {
    this.share = share;
  }

  request(): void {
    this.tokens = Math.min(MOST_TOKENS, this.tokens + this.share);
  }

  /** Whether a retry may be made; it is then paid for. */
  retry(): boolean {
    // A tenth ten times is a little less than one.
    if (this.tokens < 1 - 1e-9) return false;
    this.tokens -= 1;
    return true;
  }
}
