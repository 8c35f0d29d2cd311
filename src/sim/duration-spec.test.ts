import { describe, expect, test } from 'vitest';
import { durationMeanUs, durationSampler, durationSquaredCv, type DurationSpec } from './duration-spec.ts';
import { gamma } from './gamma.ts';
import { stream } from './random.ts';

const DRAWS = 400_000;
const SPECS: [DurationSpec, mean: number, squaredCv: number][] = [
  [{ kind: 'constant', meanUs: 500 }, 500, 0],
  [{ kind: 'exponential', meanUs: 500 }, 500, 1],
  [{ kind: 'uniform', lowUs: 100, highUs: 300 }, 200, 1 / 12],
  [{ kind: 'erlang', meanUs: 500, phases: 2 }, 500, 0.5],
  [{ kind: 'hyperexponential', meanUs: 500, squaredCv: 4 }, 500, 4],
  [{ kind: 'lognormal', meanUs: 500, sigma: 0.5 }, 500, Math.exp(0.25) - 1],
  // The squared coefficients of variation of spec/failures.md section 1.
  [{ kind: 'weibull', meanUs: 500, shape: 0.8 }, 500, 1.589],
  [{ kind: 'weibull', meanUs: 500, shape: 1.5 }, 500, 0.461],
  [{ kind: 'pareto', alpha: 3, fromUs: 200 }, 300, 1 / 3],
  [{ kind: 'pareto', alpha: 1, fromUs: 100, limitUs: 1000 }, (100 * Math.log(10)) / 0.9, 0.5284],
  // Uniform on 100 to 200 and on 200 to 600, equally often: mean (150 + 400) / 2, second moment (70000 + 520000) / 3 / 2.
  [{ kind: 'empirical', quantilesUs: [100, 200, 600] }, 275, 590_000 / 6 / (275 * 275) - 1],
  [
    {
      kind: 'mixture',
      parts: [
        { weight: 3, of: { kind: 'constant', meanUs: 100 } },
        { weight: 1, of: { kind: 'constant', meanUs: 500 } },
      ],
    },
    200,
    0.75,
  ],
];

describe('a duration', () => {
  test.each(SPECS)('%j has the mean and spread it says, and draws them', (spec, mean, squaredCv) => {
    expect(durationMeanUs(spec)).toBeCloseTo(mean, 6);
    expect(durationSquaredCv(spec)).toBeCloseTo(squaredCv, 2);
    const draw = durationSampler(spec, stream(1, 'durations'));
    let sum = 0;
    let squares = 0;
    for (let k = 0; k < DRAWS; k++) {
      const us = draw();
      sum += us;
      squares += us * us;
    }
    const drawn = sum / DRAWS;
    expect(Math.abs(drawn / mean - 1)).toBeLessThan(0.02);
    expect(Math.abs(squares / DRAWS / (drawn * drawn) - 1 - squaredCv)).toBeLessThan(0.1 * (1 + squaredCv));
  });

  test('the gamma function meets the published factors of the Weibull mean', () => {
    // spec/failures.md section 1: Γ(1 + 1/k).
    const published = [
      [0.5, 2],
      [0.7, 1.26582],
      [0.75, 1.19064],
      [0.78, 1.15432],
      [0.8, 1.133],
      [1.5, 0.90275],
    ];
    for (const [shape, factor] of published) expect(gamma(1 + 1 / shape)).toBeCloseTo(factor, 5);
    expect(gamma(11)).toBeCloseTo(3_628_800, 4);
  });
});
