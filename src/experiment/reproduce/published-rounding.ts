/**
 * The roundings behind published numbers: Go's and Python's print exactly (half to even on the binary value), numpy's
 * multiplies, rounds and divides. They differ in the last digit just often enough to matter.
 */

/** The double nearest to `value` written with two decimals, as Go's %.2f and Python's round(value, 2) do it. */
export function toTwoDecimals(value: number): number {
  const hundredths = value * 100;
  const nearest = Math.round(hundredths);
  // fast: far from a tie the product cannot round to the wrong side (five times faster than printing).
  if (Math.abs(Math.abs(hundredths - nearest) - 0.5) > 1e-4) return nearest / 100;
  const isTie = Number.isInteger(value * 8) && !Number.isInteger(value * 4);
  if (isTie) return halfToEven(hundredths) / 100;
  return Number(value.toFixed(2));
}

/** The nearest whole number, halves to the even one: Python's round(value) and numpy's rint. */
export function halfToEven(value: number): number {
  const low = Math.floor(value);
  const over = value - low;
  if (over < 0.5) return low;
  if (over > 0.5) return low + 1;
  return low % 2 === 0 ? low : low + 1;
}

/** numpy.round(value, 2). */
export function numpyTwoDecimals(value: number): number {
  return halfToEven(value * 100) / 100;
}

/** numpy's mean of an array: its pairwise sum, by eights, divided by the count. */
export function numpyMean(values: ArrayLike<number>): number {
  return pairwiseSum(values, 0, values.length) / values.length;
}

/** numpy's pairwise summation (numpy/core/src/umath/loops_utils.h.src): blocks of up to 128 with eight partial sums. */
function pairwiseSum(values: ArrayLike<number>, from: number, count: number): number {
  if (count < 8) {
    let sum = 0;
    for (let k = 0; k < count; k++) sum += values[from + k];
    return sum;
  }
  if (count > 128) {
    let half = Math.floor(count / 2);
    half -= half % 8;
    return pairwiseSum(values, from, half) + pairwiseSum(values, from + half, count - half);
  }
  const r = new Float64Array(8);
  for (let k = 0; k < 8; k++) r[k] = values[from + k]!;
  let at = 8;
  for (; at < count - (count % 8); at += 8) for (let k = 0; k < 8; k++) r[k] += values[from + at + k];
  let sum = r[0] + r[1] + (r[2] + r[3]) + (r[4] + r[5] + (r[6] + r[7]));
  for (; at < count; at++) sum += values[from + at];
  return sum;
}
