/**
 * The cooldowns of Application Auto Scaling. After scaling out, for `outUs` only a count larger than the one already
 * given is applied; after scaling in, for `inUs` nothing more is taken away, but scaling out is not hindered and ends the
 * wait. One of these serves one service.
 *
 * Source: Application Auto Scaling user guide, target tracking and step scaling, "cooldown period".
 */
export class Cooldowns {
  readonly #outUs: number;
  readonly #inUs: number;
  #outAtUs = -Infinity;
  #inAtUs = -Infinity;
  #base = 0;

  constructor(outUs: number, inUs: number) {
    this.#outUs = outUs;
    this.#inUs = inUs;
  }

  /** Whether the last scaling out is still cooling down. */
  coolsAfterOut(nowUs: number): boolean {
    return nowUs < this.#outAtUs + this.#outUs;
  }

  /** Whether the last scaling in is still cooling down. */
  coolsAfterIn(nowUs: number): boolean {
    return nowUs < this.#inAtUs + this.#inUs;
  }

  /** The count from which the scaling out that is cooling down began: what it added is part of the next step. */
  get base(): number {
    return this.#base;
  }

  scaledOut(nowUs: number, from: number): void {
    if (!this.coolsAfterOut(nowUs)) this.#base = from;
    this.#outAtUs = nowUs;
    this.#inAtUs = -Infinity;
  }

  scaledIn(nowUs: number): void {
    this.#inAtUs = nowUs;
  }
}
