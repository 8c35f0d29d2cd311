import type { RandomStream } from '../../sim/random.ts';
import { GO_SEED_TABLE } from './go-seed-table.ts';

const LENGTH = 607;
const TAP = 273;
const MODULUS = 2 ** 31 - 1;

/**
 * The generator behind Go's global math/rand functions after rand.Seed, as in Go 1 to 1.20: an additive lagged
 * Fibonacci generator (607, 273) of 64-bit words. Published experiments written in Go need its very draws.
 */
export class GoRandom implements RandomStream {
  private readonly low = new Int32Array(LENGTH);
  private readonly high = new Int32Array(LENGTH);
  private tap = 0;
  private feed = LENGTH - TAP;
  private lastLow = 0;
  private lastHigh = 0;

  constructor(seed: number) {
    const table = seedTable();
    let x = seed % MODULUS;
    if (x < 0) x += MODULUS;
    if (x === 0) x = 89482311;
    for (let k = 0; k < 20; k++) x = lehmer(x);
    for (let k = 0; k < LENGTH; k++) {
      const a = (x = lehmer(x));
      const b = (x = lehmer(x));
      const c = (x = lehmer(x));
      // (a << 40) ^ (b << 20) ^ c in 64 bits, as two halves.
      this.low[k] = (b << 20) ^ c ^ table[2 * k];
      this.high[k] = (a << 8) ^ (b >>> 12) ^ table[2 * k + 1];
    }
  }

  /** Int63 as two halves: the upper 31 bits. */
  int31(): number {
    this.step();
    return this.lastHigh & 0x7fffffff;
  }

  uint32(): number {
    this.step();
    return ((this.lastHigh << 1) | (this.lastLow >>> 31)) >>> 0;
  }

  /** Int63, exact. */
  int63(): bigint {
    this.step();
    return (BigInt(this.lastHigh & 0x7fffffff) << 32n) | BigInt(this.lastLow >>> 0);
  }

  /** rand.Intn for bounds below 2^31: rejection by the modulo method. */
  intn(bound: number): number {
    if ((bound & (bound - 1)) === 0) return this.int31() & (bound - 1);
    const most = MODULUS - (2 ** 31 % bound);
    let value = this.int31();
    while (value > most) value = this.int31();
    return value % bound;
  }

  /** rand.Perm: the draw for 0 is made. */
  perm(count: number): Int32Array {
    const order = new Int32Array(count);
    for (let k = 0; k < count; k++) {
      const other = this.intn(k + 1);
      order[k] = order[other]!;
      order[other] = k;
    }
    return order;
  }

  /** rand.Shuffle, which draws by Lemire's multiplication and not as Intn does. */
  shuffle(list: unknown[]): void {
    for (let k = list.length - 1; k > 0; k--) {
      const other = this.lemire(k + 1);
      [list[k], list[other]] = [list[other], list[k]];
    }
  }

  skip(draws: number): void {
    for (let k = 0; k < draws; k++) this.step();
  }

  below(bound: number): number {
    return this.intn(bound);
  }
  next(): number {
    return this.uint32() / 2 ** 32;
  }
  fine(): number {
    return Number(this.int63() >> 10n) / 2 ** 53;
  }

  private lemire(bound: number): number {
    // The product of two 32-bit numbers, as (upper, lower) 32 bits, from 16-bit pieces: a double would round it.
    const multiply = (value: number): [number, number] => {
      const lowPart = (value & 0xffff) * bound;
      const highPart = (value >>> 16) * bound + Math.floor(lowPart / 65536);
      return [Math.floor(highPart / 65536), (highPart % 65536) * 65536 + (lowPart % 65536)];
    };
    let [upper, lower] = multiply(this.uint32());
    if (lower < bound) {
      const threshold = (2 ** 32 - bound) % bound;
      while (lower < threshold) [upper, lower] = multiply(this.uint32());
    }
    return upper;
  }

  private step(): void {
    this.tap = this.tap === 0 ? LENGTH - 1 : this.tap - 1;
    this.feed = this.feed === 0 ? LENGTH - 1 : this.feed - 1;
    const { low, high, tap, feed } = this;
    const sum = (low[feed] >>> 0) + (low[tap] >>> 0);
    const carry = sum > 0xffffffff ? 1 : 0;
    this.lastLow = low[feed] = sum | 0;
    this.lastHigh = high[feed] = (high[feed] + high[tap] + carry) | 0;
  }
}

/** x -> 48271 x mod (2^31 - 1); the product stays below 2^47, exact in a double. */
function lehmer(x: number): number {
  return (48271 * x) % MODULUS;
}

let decoded: Int32Array | undefined;

/** The table as pairs of 32-bit halves, low first. */
function seedTable(): Int32Array {
  if (decoded === undefined) {
    const bytes = Uint8Array.from(atob(GO_SEED_TABLE), (character) => character.charCodeAt(0));
    const view = new DataView(bytes.buffer);
    decoded = Int32Array.from({ length: 2 * LENGTH }, (_, k) => view.getInt32(4 * k, true));
  }
  return decoded;
}
