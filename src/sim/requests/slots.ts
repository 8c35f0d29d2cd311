/** Numbers that are given out and taken back; the one taken back last is given out first. */
export class Slots {
  /** All numbers given out so far lie below this. */
  end = 0;
  private free = new Int32Array(64);
  private freeCount = 0;

  take(): number {
    return this.freeCount > 0 ? this.free[--this.freeCount] : this.end++;
  }

  release(slot: number): void {
    if (this.freeCount === this.free.length) {
      const wider = new Int32Array(this.freeCount * 2);
      wider.set(this.free);
      this.free = wider;
    }
    this.free[this.freeCount++] = slot;
  }

  get used(): number {
    return this.end - this.freeCount;
  }
}

export function widerInts(column: Int32Array, size: number): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(size);
  wider.set(column);
  return wider;
}

export function widerFloats(column: Float64Array, size: number): Float64Array<ArrayBuffer> {
  const wider = new Float64Array(size);
  wider.set(column);
  return wider;
}
