/** A hash of whole numbers in their order (FNV-1a over their low and high 32 bits). */
export class Checksum {
  private hash = 0x811c9dc5;

  /** Any number; fractions and signs do not count. */
  add(value: number): void {
    const whole = Number.isFinite(value) ? Math.floor(Math.abs(value)) : 0xffffffff;
    this.hash = Math.imul(this.hash ^ (whole % 2 ** 32), 0x01000193);
    if (whole >= 2 ** 32) this.hash = Math.imul(this.hash ^ Math.floor(whole / 2 ** 32), 0x01000193);
  }

  /** Eight hexadecimal digits. */
  get text(): string {
    return (this.hash >>> 0).toString(16).padStart(8, '0');
  }
}
