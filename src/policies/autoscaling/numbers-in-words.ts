/** A share in percent, with at most one decimal: 0.925 becomes "92.5 %". */
export function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}

/** A number with at most two decimals, for the sentence of a decision. */
export function short(value: number): string {
  return `${Math.round(value * 100) / 100}`;
}

/** So many microseconds in words: "300 s". */
export function inSeconds(us: number): string {
  return `${short(us / 1e6)} s`;
}

/**
 * The next whole number, where a value that misses a whole one by a rounding error counts as that one: 10 x 0.9 / 0.6 is
 * 15 on paper and 15.000000000000002 in doubles, and must not buy a sixteenth replica.
 */
export function ceilNearly(value: number): number {
  const whole = Math.round(value);
  return Math.abs(value - whole) <= 1e-9 * Math.max(1, Math.abs(value)) ? whole : Math.ceil(value);
}
