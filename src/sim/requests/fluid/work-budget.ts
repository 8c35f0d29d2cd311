/** State-steps a run may take besides those for its length: about half a second. */
const AT_FIRST = 25_000_000;
/** More of them for each simulated second: about a quarter of a minute for a day. */
const PER_SECOND = 20_000;

/**
 * How much integrating a run may do: a step of a chain costs as many units as the chain has states. Whoever finds it
 * spent takes queues for at rest under the load of the moment, so that no run takes for ever. Counts work, not time, and
 * is therefore the same on every machine.
 */
export class WorkBudget {
  private left = AT_FIRST;
  /** Whether it has been spent at any time. */
  everSpent = false;

  /** So many seconds are simulated. */
  grow(seconds: number): void {
    this.left = Math.min(AT_FIRST, this.left + seconds * PER_SECOND);
  }

  spend(units: number): void {
    this.left -= units;
    if (this.left < 0) this.everSpent = true;
  }

  get spent(): boolean {
    return this.left < 0;
  }
}
