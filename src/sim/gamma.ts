import { exp, pow } from './exact-math.ts';

/** Coefficients for g = 7, n = 9 (C. Lanczos 1964, as computed by P. Godfrey 2001); relative error below 1e-14. */
const G = 7;
const COEFFICIENTS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];
const ROOT_TWO_PI = 2.5066282746310002;

/** The gamma function for x >= 1: gamma(n + 1) = n!. Turns the mean of a Weibull into its scale. */
export function gamma(x: number): number {
  const y = x - 1;
  let sum = COEFFICIENTS[0];
  for (let k = 1; k < COEFFICIENTS.length; k++) sum += COEFFICIENTS[k] / (y + k);
  const t = y + G + 0.5;
  return ROOT_TWO_PI * pow(t, y + 0.5) * exp(-t) * sum;
}
