import { arctangent } from './arctangent.ts';

/**
 * Distribution function of Student's t for a whole number of degrees of freedom >= 1.
 * Finite series of Abramowitz & Stegun 26.7.3 and 26.7.4: only + - * / and square root, and one arctangent, so the
 * result has the same bits on every engine. Work grows with the degrees of freedom, one term for two.
 */
export function studentCdf(t: number, degrees: number): number {
  const tail = studentTwoSided(Math.abs(t), degrees) / 2;
  return t < 0 ? tail : 1 - tail;
}

/** Probability that |T| is at least `t` (>= 0): the two-sided p value. */
export function studentTwoSided(t: number, degrees: number): number {
  checkDegrees(degrees);
  if (t === Infinity) return 0;
  const cosine2 = degrees / (degrees + t * t);
  const sine = t / Math.sqrt(degrees + t * t);
  const odd = degrees % 2 === 1;
  let term = 1;
  let sum = degrees === 1 ? 0 : 1;
  for (let k = odd ? 3 : 2; k <= degrees - 2; k += 2) {
    term *= (cosine2 * (k - 1)) / k;
    sum += term;
  }
  const within = odd
    ? (2 / Math.PI) * (arctangent(t / Math.sqrt(degrees)) + sine * Math.sqrt(cosine2) * sum)
    : sine * sum;
  return Math.min(1, Math.max(0, 1 - within));
}

/** The t below which a share `p` (0 < p < 1) of the distribution lies; bisection to neighbouring doubles. */
export function studentQuantile(p: number, degrees: number): number {
  checkDegrees(degrees);
  if (!(p > 0 && p < 1)) throw new Error(`studentQuantile of ${p}: needs 0 < p < 1`);
  if (p < 0.5) return -studentQuantile(1 - p, degrees);
  if (p === 0.5) return 0;
  const tail = 2 * (1 - p);
  let low = 0;
  let high = 1;
  while (studentTwoSided(high, degrees) > tail) high *= 2;
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return high;
    if (studentTwoSided(middle, degrees) > tail) low = middle;
    else high = middle;
  }
}

function checkDegrees(degrees: number): void {
  if (!(Number.isInteger(degrees) && degrees >= 1)) throw new Error(`degrees of freedom ${degrees}: needs 1, 2, 3, …`);
}
