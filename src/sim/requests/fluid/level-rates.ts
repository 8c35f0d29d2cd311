/**
 * Arrival rate at a replica of each level when `rate` requests arrive per replica and each goes to the lowest of
 * `choices` replicas (the supermarket equations of Vvedenskaya, Dobrushin and Karpelevich 1996, and Mitzenmacher 1996):
 * rate (s_k^d - s_{k+1}^d) / (s_k - s_{k+1}), with s_k the share of replicas at level k or above.
 */
export function levelRates(
  into: Float64Array,
  shareAt: Float64Array,
  levels: number,
  rate: number,
  choices: number,
): void {
  if (choices <= 1) {
    into.fill(rate, 0, levels);
    return;
  }
  let above = 0;
  let aboveChosen = 0;
  for (let level = levels - 1; level >= 0; level--) {
    const share = shareAt[level] > 0 ? shareAt[level] : 0;
    const from = Math.min(1, above + share);
    const chosen = wholePower(from, choices);
    // Where the difference would lose its digits, the quotient is the derivative in the middle.
    into[level] =
      share > 1e-5 * above && share > 0
        ? (rate * (chosen - aboveChosen)) / share
        : rate * choices * wholePower((from + above) / 2, choices - 1);
    above = from;
    aboveChosen = chosen;
  }
}

/** x to a whole power >= 0. */
export function wholePower(x: number, power: number): number {
  let result = 1;
  let square = x;
  for (let left = power; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}
