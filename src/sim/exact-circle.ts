/** The sine of x radians, the same bits on every engine, below 1 ulp off. NaN for what is not finite. */
export function sin(x: number): number {
  const quarter = reduce(x);
  if (quarter === 0) return sineNearZero(angle, angleLow);
  if (quarter === 1) return cosineNearZero(angle, angleLow);
  if (quarter === 2) return -sineNearZero(angle, angleLow);
  return quarter === 3 ? -cosineNearZero(angle, angleLow) : NaN;
}

/** The cosine of x radians; as `sin`. */
export function cos(x: number): number {
  const quarter = reduce(x);
  if (quarter === 0) return cosineNearZero(angle, angleLow);
  if (quarter === 1) return -sineNearZero(angle, angleLow);
  if (quarter === 2) return -cosineNearZero(angle, angleLow);
  return quarter === 3 ? sineNearZero(angle, angleLow) : NaN;
}

// What reduce leaves: the angle in [-pi/4, pi/4] as an unevaluated sum.
let angle = 0;
let angleLow = 0;

const QUARTER_TURN = Math.PI / 2;

/** The number of quarter turns to the nearest, modulo 4, with what is left in `angle`; -1 when x is not finite. */
function reduce(x: number): number {
  const size = x < 0 ? -x : x;
  if (size <= QUARTER_TURN / 2) {
    angle = x;
    angleLow = 0;
    return 0;
  }
  if (!(size < Infinity)) return -1;
  if (size < 1e6) {
    const turns = Math.floor(x / QUARTER_TURN + 0.5);
    reduceInThreeParts(x, turns);
    // Closer to a multiple than this, what three parts leave out begins to count.
    if (angle > 1e-3 || angle < -1e-3) return turns & 3;
  }
  return reduceExactly(x);
}

/** x - turns * pi/2, with pi/2 in parts of 33, 33 and 53 bits, so that the first two products are exact (Cody, Waite). */
function reduceInThreeParts(x: number, turns: number): void {
  const first = x - turns * 1.57079632673412561417;
  const second = turns * 6.0771005063039659766e-11;
  const sum = first - second;
  const low = first - sum - second - turns * 2.02226624879595063154e-21;
  angle = sum + low;
  angleLow = sum - angle + low;
}

/** Bits after the point in the integers below: enough for the largest double and the closest call to a multiple. */
const POINT = 1240n;
let piScaled: bigint | undefined;

/**
 * A double is a whole number times a power of two, so whole numbers say exactly what is left of it. Samplers call
 * this rarely; being short and certain matters more here than the microsecond it takes.
 */
function reduceExactly(x: number): number {
  piScaled ??= 16n * arctangentOfInverse(5n) - 4n * arctangentOfInverse(239n);
  const quarterTurn = piScaled / 2n;
  const scaled = toScaled(x);
  let turns = (2n * scaled + quarterTurn) / (2n * quarterTurn);
  let rest = scaled - turns * quarterTurn;
  // Division of bigints rounds towards zero; the angle must lie around zero.
  if (2n * rest > quarterTurn) {
    turns += 1n;
    rest -= quarterTurn;
  } else if (2n * rest < -quarterTurn) {
    turns -= 1n;
    rest += quarterTurn;
  }
  angle = fromScaled(rest);
  angleLow = fromScaled(rest - toScaled(angle));
  return Number(((turns % 4n) + 4n) % 4n);
}

/** arctan(1/n) by Gregory's series, for Machin's formula. */
function arctangentOfInverse(n: bigint): bigint {
  let power = (1n << (POINT + 64n)) / n;
  let sum = 0n;
  for (let k = 1n; power !== 0n; k += 2n) {
    sum += k % 4n === 1n ? power / k : -(power / k);
    power /= n * n;
  }
  return sum >> 64n;
}

function toScaled(x: number): bigint {
  let bits = POINT;
  // Steps of 2^32 are exact and bring any double into the range of whole numbers.
  while (x !== Math.floor(x) && bits >= 32n) {
    x *= 4294967296;
    bits -= 32n;
  }
  return BigInt(Math.floor(x)) << bits;
}

function fromScaled(scaled: bigint): number {
  const size = scaled < 0n ? -scaled : scaled;
  const extra = BigInt(Math.max(0, size.toString(2).length - 64));
  let x = Number(scaled >> extra);
  let left = Number(POINT - extra);
  for (; left >= 32; left -= 32) x /= 4294967296;
  for (; left > 0; left--) x /= 2;
  return x;
}

/** sin(x + y) for |x| <= pi/4 and y far smaller: FDLIBM's k_sin.c. */
function sineNearZero(x: number, y: number): number {
  const z = x * x;
  const v = z * x;
  const r =
    8.33333333332248946124e-3 +
    z *
      (-1.98412698298579493134e-4 +
        z * (2.75573137070700676789e-6 + z * (-2.50507602534068634195e-8 + z * 1.58969099521155010221e-10)));
  return x - (z * (0.5 * y - v * r) - y - v * -1.66666666666666324348e-1);
}

/** cos(x + y): FDLIBM's k_cos.c, in the later form that keeps what 1 - z/2 loses. */
function cosineNearZero(x: number, y: number): number {
  const z = x * x;
  const r =
    z *
    (4.16666666666666019037e-2 +
      z *
        (-1.38888888888741095749e-3 +
          z *
            (2.48015872894767294178e-5 +
              z * (-2.75573143513906633035e-7 + z * (2.0875723212981748279e-9 + z * -1.13596475577881948265e-11)))));
  const half = 0.5 * z;
  const w = 1 - half;
  return w + (1 - w - half + (z * r - x * y));
}
