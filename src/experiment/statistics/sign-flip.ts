/** Up to so many differences all 2^n sign patterns are tried. */
export const MOST_SIGN_FLIPS = 12;

/**
 * Two-sided p value of Fisher's randomisation test for paired differences: the share of the 2^n ways to flip signs
 * whose |sum| is at least the one seen. It assumes only that under "no difference" each sign is a coin toss; its
 * smallest value is 2^(1-n), so below 6 differences it can never reach 0.05. Undefined below 2 and above 12.
 */
export function signFlipPValue(differences: readonly number[]): number | undefined {
  const n = differences.length;
  if (n < 2 || n > MOST_SIGN_FLIPS) return undefined;
  let seen = 0;
  let size = 0;
  for (const difference of differences) {
    seen += difference;
    size += Math.abs(difference);
  }
  // Sums of the same numbers in other signs differ by rounding only; ties must count as ties.
  const threshold = Math.abs(seen) - 1e-12 * size;
  let asExtreme = 0;
  for (let pattern = 0; pattern < 2 ** n; pattern++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (pattern >> i) & 1 ? -differences[i] : differences[i];
    if (Math.abs(sum) >= threshold) asExtreme++;
  }
  return asExtreme / 2 ** n;
}
