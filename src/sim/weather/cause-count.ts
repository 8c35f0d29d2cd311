/** Something that is on while any cause lasts: counts beginnings and ends, and tells the changes that others see. */
export class CauseCount {
  private count = 0;
  private shown = false;
  private cause = '';

  /** A cause begins or ends. */
  turn(on: boolean, cause: string): void {
    // An end without a beginning changes nothing.
    if (!on && this.count === 0) return;
    this.count += on ? 1 : -1;
    if (this.count === (on ? 1 : 0)) this.cause = cause;
  }

  /** Calls `tell` if it is on where it was off when last asked, or off where it was on. */
  settle(tell: (on: boolean, cause: string) => void): void {
    const on = this.count > 0;
    if (on === this.shown) return;
    this.shown = on;
    tell(on, this.cause);
  }
}

/** A number made of one level for each source, such as the product of speeds. */
export class CauseLevel {
  private readonly levels = new Map<number, number>();
  private readonly neutral: number;
  private readonly join: (a: number, b: number) => number;
  private shown: number;
  private cause = '';

  /** `neutral` is the level without any cause; `join` puts two together. */
  constructor(neutral: number, join: (a: number, b: number) => number) {
    this.neutral = neutral;
    this.shown = neutral;
    this.join = join;
  }

  /** The source's level from now on. */
  set(source: number, level: number, cause: string): void {
    if (level === this.neutral) this.levels.delete(source);
    else this.levels.set(source, level);
    this.cause = cause;
  }

  /** Calls `tell` if the number is another than when last asked. */
  settle(tell: (level: number, cause: string) => void): void {
    const level = this.joined();
    if (level === this.shown) return;
    this.shown = level;
    tell(level, this.cause);
  }

  private joined(): number {
    // fast: nearly always there is no level, or one.
    if (this.levels.size === 0) return this.neutral;
    if (this.levels.size === 1) for (const one of this.levels.values()) return one;
    // Sources in order, so that the same levels give the same bits whatever came first.
    const levels = [...this.levels].sort(([a], [b]) => a - b);
    return levels.reduce((all, [, one]) => this.join(all, one), this.neutral);
  }
}
