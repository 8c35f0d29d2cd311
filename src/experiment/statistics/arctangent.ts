/**
 * Arctangent in radians, by + - * / and square root only: `Math.atan` may differ in the last bits between engines.
 * Three halvings (atan x = 2 atan(x / (1 + √(1 + x²)))) bring |x| below tan(π/16) < 0.2; there 14 terms of the
 * Taylor series leave less than 2^-60. Absolute error below 1e-15.
 */
export function arctangent(x: number): number {
  if (x === Infinity) return Math.PI / 2;
  if (x === -Infinity) return -Math.PI / 2;
  let small = x;
  for (let halving = 0; halving < 3; halving++) small /= 1 + Math.sqrt(1 + small * small);
  const square = small * small;
  let sum = 0;
  for (let term = 14; term >= 0; term--) sum = 1 / (2 * term + 1) - square * sum;
  return 8 * small * sum;
}
