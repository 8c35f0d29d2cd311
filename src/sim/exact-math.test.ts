import { expect, test } from 'vitest';
import { cos, exp, log, pow, sin } from './exact-math.ts';
import { stream } from './random.ts';

const bits = new DataView(new ArrayBuffer(8));

/** How many doubles lie between a and b; 0 when they are the same. */
function ulps(a: number, b: number): number {
  if (Object.is(a, b)) return 0;
  if (a !== a || b !== b || Math.sign(a) !== Math.sign(b)) return Infinity;
  bits.setFloat64(0, a);
  const first = bits.getBigInt64(0);
  bits.setFloat64(0, b);
  const second = bits.getBigInt64(0);
  return Math.abs(Number(first - second));
}

function worst(draw: () => number[], ours: (...x: number[]) => number, theirs: (...x: number[]) => number): string {
  let most = 0;
  let where = '';
  for (let k = 0; k < 50_000; k++) {
    const x = draw();
    const off = ulps(ours(...x), theirs(...x));
    if (off > most) {
      most = off;
      where = x.join(', ');
    }
  }
  return most <= 2 ? 'within 2 ulp' : `${most} ulp off at ${where}`;
}

const random = stream(7, 'exact-math');
const between = (low: number, high: number): number => low + (high - low) * random.fine();

test('exp, log, sin and cos stay within 2 ulp of the engine on 50,000 values each', () => {
  expect(worst(() => [between(-740, 709)], exp, Math.exp)).toBe('within 2 ulp');
  expect(worst(() => [between(-1, 1)], exp, Math.exp)).toBe('within 2 ulp');
  expect(worst(() => [between(0, 3)], log, Math.log)).toBe('within 2 ulp');
  expect(worst(() => [2 ** between(-1074, 1023)], log, Math.log)).toBe('within 2 ulp');
  expect(worst(() => [between(-20, 20)], sin, Math.sin)).toBe('within 2 ulp');
  expect(worst(() => [between(-20, 20)], cos, Math.cos)).toBe('within 2 ulp');
});

test('sin and cos reduce the largest angles exactly', () => {
  // sin(10^22) = -0.8522008497671888 (Ng, "Argument reduction for huge arguments", 1992)
  expect(sin(1e22)).toBe(-0.8522008497671888);
  expect(worst(() => [2 ** between(20, 1023)], sin, Math.sin)).toBe('within 2 ulp');
  expect(worst(() => [Math.floor(between(1, 6e5)) * (Math.PI / 2)], sin, Math.sin)).toBe('within 2 ulp');
  expect(worst(() => [2 ** between(-40, 20)], cos, Math.cos)).toBe('within 2 ulp');
});

test('pow stays within 2 ulp of exact powers over its whole range', () => {
  // Whole powers of small whole numbers are exact up to 2^53, and powers of two always.
  for (let base = 2; base <= 40; base++) {
    for (let y = 0, exact = 1; exact <= Number.MAX_SAFE_INTEGER; y++, exact *= base)
      expect(ulps(pow(base, y), exact), `${base}^${y}`).toBe(0);
  }
  for (let y = -1022; y <= 1023; y++) expect(pow(2, y), `2^${y}`).toBe(2 ** y);
  // For the rest: (x^y)^2 = x^(2y) as exactly as bigints can say, on fractions k/1024 to a whole power.
  for (let k = 900; k < 1200; k += 7) {
    for (const y of [3, 50, 333, 2000]) {
      const quotient = ((BigInt(k) ** BigInt(y)) << 4000n) / (1n << BigInt(10 * y));
      const shift = quotient.toString(2).length - 80;
      const exact = Number(quotient >> BigInt(shift)) * 2 ** (shift - 3500) * 2 ** -500;
      if (exact < 1e-290 || exact > 1e290) continue;
      expect(ulps(pow(k / 1024, y), exact), `(${k}/1024)^${y}`).toBeLessThan(2);
    }
  }
});

test('special cases are those of Math', () => {
  const odd = [0, -0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 2.5, Infinity, -Infinity, NaN, 1e300, -1e300, 5e-324, 2 ** 53];
  for (const x of odd) {
    for (const y of odd) {
      const off = ulps(pow(x, y), Math.pow(x, y));
      expect(off, `pow(${x}, ${y}) = ${pow(x, y)}, not ${Math.pow(x, y)}`).toBeLessThanOrEqual(1);
    }
    for (const [name, ours, theirs] of [
      ['exp', exp, Math.exp],
      ['log', log, Math.log],
      ['sin', sin, Math.sin],
      ['cos', cos, Math.cos],
    ] as const)
      expect(ulps(ours(x), theirs(x)), `${name}(${x}) = ${ours(x)}, not ${theirs(x)}`).toBeLessThanOrEqual(1);
  }
  expect([exp(0), exp(710), exp(-746), log(1), sin(0), cos(0)]).toEqual([1, Infinity, 0, 0, 0, 1]);
});

test('the bits never change', () => {
  // A change here moves every sampled workload: it is a breaking change.
  expect([exp(1.5), log(3), pow(1.1, 7.3), sin(2), cos(4)]).toEqual([
    4.4816890703380645, 1.0986122886681096, 2.0052411193823754, 0.9092974268256817, -0.6536436208636119,
  ]);
});
