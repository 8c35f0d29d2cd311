import { expect, test } from 'vitest';
import { arctangent } from './arctangent.ts';
import { studentCdf, studentQuantile, studentTwoSided } from './student.ts';

test('quantiles equal the printed table (NIST/SEMATECH handbook 1.3.6.7.2) to its three decimals', () => {
  const table: [degrees: number, p90: number, p95: number, p975: number, p99: number, p995: number, p999: number][] = [
    [1, 3.078, 6.314, 12.706, 31.821, 63.657, 318.309],
    [2, 1.886, 2.92, 4.303, 6.965, 9.925, 22.327],
    [3, 1.638, 2.353, 3.182, 4.541, 5.841, 10.215],
    [4, 1.533, 2.132, 2.776, 3.747, 4.604, 7.173],
    [5, 1.476, 2.015, 2.571, 3.365, 4.032, 5.893],
    [9, 1.383, 1.833, 2.262, 2.821, 3.25, 4.297],
    [10, 1.372, 1.812, 2.228, 2.764, 3.169, 4.144],
    [30, 1.31, 1.697, 2.042, 2.457, 2.75, 3.385],
    [100, 1.29, 1.66, 1.984, 2.364, 2.626, 3.174],
  ];
  const levels = [0.9, 0.95, 0.975, 0.99, 0.995, 0.999];
  for (const [degrees, ...row] of table)
    row.forEach((printed, column) => {
      const got = studentQuantile(levels[column], degrees);
      expect(Math.abs(got - printed), `t(${levels[column]}, ${degrees}) = ${got}`).toBeLessThan(0.00051);
    });
});

test('one and two degrees of freedom have closed forms', () => {
  // 1: 1/2 + atan(t)/π, so F(1) = 3/4. 2: 1/2 + t / (2 √(2 + t²)), so F(√2) = 1/2 + √2/4.
  expect(studentCdf(1, 1)).toBeCloseTo(0.75, 15);
  expect(studentCdf(Math.SQRT2, 2)).toBeCloseTo(0.5 + Math.SQRT2 / 4, 15);
  expect(studentCdf(-1, 1)).toBeCloseTo(0.25, 15);
});

test('many degrees of freedom approach the normal distribution', () => {
  // z(0.975) = 1.959964; Cornish-Fisher adds (z³ + z) / (4 ν) = 0.000237 at ν = 10,000.
  expect(studentQuantile(0.975, 10_000)).toBeCloseTo(1.959964 + 0.000237, 5);
});

test('distribution and quantile are inverse, symmetric and monotone', () => {
  for (const degrees of [1, 2, 3, 4, 7, 12, 29, 64, 501])
    for (const p of [0.001, 0.025, 0.3, 0.5, 0.75, 0.975, 0.9995]) {
      const t = studentQuantile(p, degrees);
      expect(studentCdf(t, degrees), `p ${p}, ${degrees} degrees`).toBeCloseTo(p, 12);
      expect(studentCdf(-t, degrees)).toBeCloseTo(1 - p, 12);
      expect(studentCdf(t + 0.01, degrees)).toBeGreaterThan(studentCdf(t, degrees));
    }
});

test('extremes stay probabilities', () => {
  expect(studentTwoSided(0, 7)).toBe(1);
  expect(studentTwoSided(Infinity, 7)).toBe(0);
  for (const degrees of [1, 2, 5, 30]) expect(studentTwoSided(1e9, degrees)).toBeGreaterThanOrEqual(0);
});

test('arctangent is exact to 1e-15', () => {
  // atan 1 = π/4, atan(√3) = π/3, atan(2 - √3) = π/12.
  expect(Math.abs(arctangent(1) - Math.PI / 4)).toBeLessThan(1e-15);
  expect(Math.abs(arctangent(Math.sqrt(3)) - Math.PI / 3)).toBeLessThan(1e-15);
  expect(Math.abs(arctangent(2 - Math.sqrt(3)) - Math.PI / 12)).toBeLessThan(1e-15);
  for (let x = -50; x <= 50; x += 0.37) expect(Math.abs(arctangent(x) - Math.atan(x)), `${x}`).toBeLessThan(1e-15);
  expect(arctangent(-Infinity)).toBe(-Math.PI / 2);
});
