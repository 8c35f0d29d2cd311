import { describe, expect, test } from 'vitest';
import { lognormal, weibull } from '../distributions.ts';
import { stream } from '../random.ts';
import { hours, minutes } from '../time.ts';
import { describeFailures, failuresIn } from './describe-failures.ts';
import { fitLognormal, medianOf } from './lognormal-fit.ts';
import { renewalOfStatistics } from './renewal-of-statistics.ts';
import { fitWeibull } from './weibull-fit.ts';

describe('a Weibull by maximum likelihood', () => {
  test('satisfies its two equations', () => {
    const times = [12, 95, 22, 4, 38, 61, 7, 150];
    const fit = fitWeibull(times, [80, 200])!;
    const k = fit.shape.value;
    const all = [...times, 80, 200];
    // Derivatives of the log likelihood with 8 complete and 2 censored times, which must both vanish.
    const power = (x: number) => (x / fit.scale.value) ** k;
    const byScale = 8 - all.reduce((sum, x) => sum + power(x), 0);
    const ln = (x: number) => Math.log(x / fit.scale.value);
    const byShape =
      8 / k + times.reduce((sum, x) => sum + ln(x), 0) - all.reduce((sum, x) => sum + power(x) * ln(x), 0);
    expect(byScale).toBeCloseTo(0, 9);
    expect(byShape).toBeCloseTo(0, 9);
  });

  test('its intervals are those of the second derivatives', () => {
    const times = [12, 95, 22, 4, 38, 61, 7, 150];
    const censored = [80, 200];
    const fit = fitWeibull(times, censored)!;
    const likelihood = (lnK: number, lnS: number) => {
      const k = Math.exp(lnK);
      const z = (x: number) => (x / Math.exp(lnS)) ** k;
      return (
        times.reduce((sum, x) => sum + lnK + k * (Math.log(x) - lnS) - Math.log(x) - z(x), 0) -
        censored.reduce((sum, x) => sum + z(x), 0)
      );
    };
    const h = 1e-4;
    const [a, b] = [Math.log(fit.shape.value), Math.log(fit.scale.value)];
    const f = likelihood;
    const kk = -(f(a + h, b) - 2 * f(a, b) + f(a - h, b)) / (h * h);
    const ss = -(f(a, b + h) - 2 * f(a, b) + f(a, b - h)) / (h * h);
    const ks = -(f(a + h, b + h) - f(a + h, b - h) - f(a - h, b + h) + f(a - h, b - h)) / (4 * h * h);
    const errorOfK = Math.sqrt(ss / (kk * ss - ks * ks));
    const errorOfS = Math.sqrt(kk / (kk * ss - ks * ks));
    expect(Math.log(fit.shape.high / fit.shape.value)).toBeCloseTo(1.96 * errorOfK, 3);
    expect(Math.log(fit.scale.high / fit.scale.value)).toBeCloseTo(1.96 * errorOfS, 3);
  });

  test.each([0.4, 0.75, 1, 3])(
    'finds shape %d, scale 100 and the mean; the intervals hold 95 times in 100',
    (shape) => {
      let shapes = 0;
      let scales = 0;
      let means = 0;
      const rounds = 200;
      const meanOf: Record<number, number> = { 0.4: 332.335, 0.75: 119.064, 1: 100, 3: 89.298 };
      for (let seed = 0; seed < rounds; seed++) {
        const draw = weibull(stream(seed, `shape ${shape}`));
        const times: number[] = [];
        const censored: number[] = [];
        for (let k = 0; k < 120; k++) {
          const time = draw(shape, 100);
          // One looked for 150 at most.
          if (time < 150) times.push(time);
          else censored.push(150);
        }
        const fit = fitWeibull(times, censored, 1e-9)!;
        if (fit.shape.low <= shape && shape <= fit.shape.high) shapes++;
        if (fit.scale.low <= 100 && 100 <= fit.scale.high) scales++;
        if (fit.mean.low <= meanOf[shape] && meanOf[shape] <= fit.mean.high) means++;
      }
      // 190 of 200 expected; fewer than 178 has a chance below 1 in 1,000.
      expect(Math.min(shapes, scales, means)).toBeGreaterThanOrEqual(178);
    },
  );

  test('too little to fit is not fitted', () => {
    expect(fitWeibull([5])).toBeUndefined();
    expect(fitWeibull([5, 5, 5])).toBeUndefined();
  });
});

test('a lognormal: median and sigma', () => {
  const draw = lognormal(stream(4, 'repairs'));
  const times = Array.from({ length: 20_000 }, () => draw(Math.log(59), 1.41));
  const fit = fitLognormal(times, 1e-9)!;
  // Standard errors: 1.41 / sqrt(20,000) = 0.01 of ln median, 0.007 of sigma.
  expect(Math.abs(fit.mu - Math.log(59))).toBeLessThan(0.03);
  expect(Math.abs(fit.sigma - 1.41)).toBeLessThan(0.021);
  expect(fit.median.low).toBeLessThan(59);
  expect(fit.median.high).toBeGreaterThan(59);
});

test('the median of a sample and its ranks', () => {
  // n = 100: ranks 50 - 9.8 and 50 + 9.8, so the 40th and the 61st.
  const sample = Array.from({ length: 100 }, (_, k) => k + 1);
  expect(medianOf(sample)).toEqual({ value: 50, low: 40, high: 61 });
});

describe('statistics of failures', () => {
  const records = [
    { node: 'a', downUs: hours(1), upUs: hours(2) },
    // Overlaps the one before it: one spell from 1 h to 3 h.
    { node: 'a', downUs: hours(1.5), upUs: hours(3) },
    { node: 'b', downUs: hours(1) + minutes(4), upUs: hours(4) },
    { node: 'a', downUs: hours(11), upUs: hours(12) },
    { node: 'a', downUs: hours(31), upUs: Infinity },
  ];

  test('worked by hand', () => {
    const { failures, nodes, mtbfUs, between, up, repair, nearOthersShare, hourlyDispersion } = describeFailures(
      records,
      hours(41),
    );
    expect({ failures, nodes }).toEqual({ failures: 4, nodes: 2 });
    // Of node a: 1 h, 11 h, 31 h: gaps 10 h and 20 h; up 8 h and 19 h; then 10 h more, and b has 40 h less 4 min.
    expect(mtbfUs.value).toBe(hours(15));
    expect(between).toMatchObject({ complete: 2, censored: 2 });
    // What is down at the end is not up: only b's time up is cut off.
    expect(up).toMatchObject({ complete: 2, censored: 1 });
    // Repairs 2 h, 1 h and 2 h 56 min.
    expect(repair.medianUs.value).toBe(hours(2));
    expect(repair.meanUs.value).toBeCloseTo(hours(1) * ((2 + 1 + 2 + 56 / 60) / 3), 0);
    // The first of a and that of b are four minutes apart.
    expect(nearOthersShare).toBe(0.5);
    // 31 hours from hour 1 on, with counts 2, 1, 1: mean 4 / 31, mean square 6 / 31.
    expect(hourlyDispersion).toBeCloseTo((6 / 31 - (4 / 31) ** 2) / (4 / 31), 12);
  });

  test('none are none', () => {
    expect(describeFailures([])).toMatchObject({ failures: 0, nodes: 0, nearOthersShare: 0, hourlyDispersion: 0 });
    expect(() => renewalOfStatistics(describeFailures([]))).toThrow('too few failures to fit');
  });

  test('are found in weather', () => {
    const event = (atUs: number, kind: 'node-down' | 'node-up', node: number) =>
      ({ atUs, event: { kind, node, cause: '' } }) as const;
    expect(
      failuresIn([event(1, 'node-down', 7), event(2, 'node-down', 8), event(5, 'node-up', 7)], (n) => `n${n}`),
    ).toEqual([
      { node: 'n7', downUs: 1, upUs: 5 },
      { node: 'n8', downUs: 2, upUs: Infinity },
    ]);
  });
});
