/**
 * exp, log, pow, sin and cos that give the same bits on every engine. ECMAScript fixes + - * / and sqrt to the bit but
 * leaves these to the engine, so sampling must not call Math.exp and its kin. The errors are below 1 ulp (pow: 2 ulp).
 *
 * Method and coefficients of exp, log, sin and cos: FDLIBM 5.3 (Sun Microsystems, 1993; files e_exp.c, e_log.c,
 * k_sin.c, k_cos.c). pow takes the logarithm in double-double arithmetic (Dekker 1971) instead.
 */
export { cos, sin } from './exact-circle.ts';

const LN2_HIGH = 6.9314718036912381649e-1;
const LN2_LOW = 1.90821492927058770002e-10;
const LARGEST_EXPONENT = 709.782712893383973096;
const SMALLEST_EXPONENT = -745.13321910194110842;

/** e to the power x. */
export function exp(x: number): number {
  if (x !== x) return x;
  if (x > LARGEST_EXPONENT) return Infinity;
  if (x < SMALLEST_EXPONENT) return 0;
  return expOfSum(x, 0);
}

/** The natural logarithm of x: -Infinity at 0, NaN below. */
export function log(x: number): number {
  if (x !== x || x < 0) return NaN;
  if (x === 0) return -Infinity;
  if (x === Infinity) return x;
  const mantissa = splitMantissa(x);
  const k = exponent;
  const f = mantissa - 1;
  const half = 0.5 * f * f;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  const odd =
    z *
    (6.66666666666673513e-1 +
      w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)));
  return k * LN2_HIGH - (half - (s * (half + (even + odd)) + k * LN2_LOW) - f);
}

/** x to the power y, with the special cases of Math.pow. */
export function pow(x: number, y: number): number {
  if (y === 0) return 1;
  if (x !== x || y !== y) return NaN;
  const odd = isOddInteger(y);
  if (y === Infinity || y === -Infinity) {
    const size = x < 0 ? -x : x;
    if (size === 1) return NaN;
    return size > 1 === y > 0 ? Infinity : 0;
  }
  const negative = odd && (x < 0 || (x === 0 && 1 / x < 0));
  if (x === 0 || x === Infinity || x === -Infinity) {
    const large = (x === 0) === y < 0;
    return (negative ? -1 : 1) * (large ? Infinity : 0);
  }
  if (x < 0 && Math.floor(y) !== y) return NaN;
  if (y === 1) return x;
  const size = powOfPositive(x < 0 ? -x : x, y);
  return negative ? -size : size;
}

function powOfPositive(x: number, y: number): number {
  if (x === 1) return 1;
  logOfPositive(x);
  // y * (high + low), again as an unevaluated sum.
  const product = y * high;
  if (product > LARGEST_EXPONENT + 1) return Infinity;
  if (product < SMALLEST_EXPONENT - 1) return 0;
  const rest = productError(y, high, product) + y * low;
  const sum = product + rest;
  if (sum > LARGEST_EXPONENT) return Infinity;
  if (sum < SMALLEST_EXPONENT) return 0;
  return expOfSum(sum, rest - (sum - product));
}

/** exp(a + b) for a in range and b far smaller. */
function expOfSum(a: number, b: number): number {
  const k = Math.floor(a * Math.LOG2E + 0.5);
  const top = a - k * LN2_HIGH;
  const bottom = k * LN2_LOW - b;
  const r = top - bottom;
  const z = r * r;
  const c =
    r -
    z *
      (1.66666666666666019037e-1 +
        z *
          (-2.77777777770155933842e-3 +
            z * (6.61375632143793436117e-5 + z * (-1.6533902205465251539e-6 + z * 4.13813679705723846039e-8))));
  return timesPowerOfTwo(1 - (bottom - (r * c) / (2 - c) - top), k);
}

// The results of the last logOfPositive: log x = high + low. Fields, because a returned pair would be an allocation.
let high = 0;
let low = 0;

/** log x = 2 atanh((m - 1) / (m + 1)) + k log 2 for x = m 2^k, with the first two terms in double-double. */
function logOfPositive(x: number): void {
  const m = splitMantissa(x);
  const k = exponent;
  const f = m - 1;
  const d = m + 1;
  const dLow = m - (d - 1);
  const s = f / d;
  const back = s * d;
  const sLow = (f - back - productError(s, d, back) - s * dLow) / d;
  const z = s * s;
  let tail = 1 / 29;
  for (let n = 27; n >= 5; n -= 2) tail = tail * z + 1 / n;
  const zLow = productError(s, s, z) + 2 * s * sLow;
  // The factor of s: 2 + z (2/3 + 2 z tail), with 2/3 as a double and its remainder.
  const inner = 2 * z * tail;
  const t = TWO_THIRDS + inner;
  const tLow = inner - (t - TWO_THIRDS) + TWO_THIRDS_REST;
  const p = z * t;
  const pLow = productError(z, t, p) + z * tLow + zLow * t;
  const g = 2 + p;
  const gLow = p - (g - 2) + pLow;
  const q = s * g;
  const qLow = productError(s, g, q) + s * gLow + sLow * g;
  const base = k * LN2_HIGH;
  const sum = base + q;
  const partOfQ = sum - base;
  const rest = base - (sum - partOfQ) + (q - partOfQ) + (qLow + k * LN2_LOW + k * LN2_REST);
  high = sum + rest;
  low = rest - (high - sum);
}

/** log 2 - LN2_HIGH - LN2_LOW: what the two leave out. */
const LN2_REST = 1.1612227229362532e-26;
const TWO_THIRDS = 2 / 3;
const TWO_THIRDS_REST = 3.700743415417188e-17;

/** What the rounded product a * b lost, exactly (Veltkamp's splitting, Dekker's product). */
function productError(a: number, b: number, product: number): number {
  const sa = 134217729 * a;
  const aHigh = sa - (sa - a);
  const aLow = a - aHigh;
  const sb = 134217729 * b;
  const bHigh = sb - (sb - b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
/** Where the sign and exponent of a double lie: byte order differs between machines. */
const TOP = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;
let exponent = 0;

/** The m in [sqrt 1/2, sqrt 2) with x = m * 2^exponent, for finite x > 0; leaves the exponent in `exponent`. */
function splitMantissa(x: number): number {
  let k = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984;
    k = -54;
  }
  double[0] = x;
  const top = words[TOP];
  k += (top >>> 20) - 1023;
  const fraction = top & 0xfffff;
  // 0x6a09f is where the fraction of sqrt 2 begins; above it the mantissa is halved.
  const halve = fraction > 0x6a09e ? 1 : 0;
  words[TOP] = fraction | ((1023 - halve) << 20);
  exponent = k + halve;
  return double[0];
}

/** x * 2^k, rounded once. */
function timesPowerOfTwo(x: number, k: number): number {
  if (k > 1023) return x * 2 * powerOfTwo(k - 1);
  if (k < -1021) return x * powerOfTwo(k + 1000) * powerOfTwo(-1000);
  return x * powerOfTwo(k);
}

/** 2^k for -1022 <= k <= 1023. */
function powerOfTwo(k: number): number {
  words[TOP] = (k + 1023) << 20;
  words[1 - TOP] = 0;
  return double[0];
}

function isOddInteger(y: number): boolean {
  return Math.floor(y) === y && y / 2 !== Math.floor(y / 2);
}
