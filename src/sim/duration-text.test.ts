import { expect, test } from 'vitest';
import { durationMeanUs, durationSquaredCv } from './duration-spec.ts';
import { durationSpecOf } from './duration-text.ts';

test.each([
  ['20ms', { kind: 'constant', meanUs: 20_000 }],
  ['constant 1s', { kind: 'constant', meanUs: 1e6 }],
  ['exponential 20ms', { kind: 'exponential', meanUs: 20_000 }],
  ['uniform 10ms..30ms', { kind: 'uniform', lowUs: 10_000, highUs: 30_000 }],
  ['erlang 20ms phases 4', { kind: 'erlang', meanUs: 20_000, phases: 4 }],
  ['hyperexponential 20ms cv2 4', { kind: 'hyperexponential', meanUs: 20_000, squaredCv: 4 }],
  ['lognormal 20ms sigma 0.5', { kind: 'lognormal', meanUs: 20_000, sigma: 0.5 }],
  ['weibull 1h shape 0.7', { kind: 'weibull', meanUs: 3600e6, shape: 0.7 }],
  ['pareto 5ms alpha 1.5 to 10s', { kind: 'pareto', alpha: 1.5, fromUs: 5000, limitUs: 10e6 }],
])('%s', (text, spec) => {
  expect(durationSpecOf(text)).toEqual(spec);
});

test('percentiles become the lognormal that has them', () => {
  // ln(200 / 20) / 2.3263 = 0.98978; mean = 20 ms x exp(0.98978^2 / 2) = 20 x 1.6321 = 32.64 ms.
  const spec = durationSpecOf('p50 20ms p99 200ms');
  expect(spec).toMatchObject({ kind: 'lognormal' });
  expect(durationMeanUs(spec)).toBeCloseTo(32_642, -1);
});

test('a mixture has the mean of its parts', () => {
  // 0.9 x 10 ms + 0.1 x 200 ms = 29 ms; second moment 0.9 x 100 + 0.1 x 2 x 40000 = 8090, over 29^2 = 841, less 1.
  const spec = durationSpecOf('90% 10ms, 10% exponential 200ms');
  expect(durationMeanUs(spec)).toBeCloseTo(29_000, 6);
  expect(durationSquaredCv(spec)).toBeCloseTo(8090 / 841 - 1, 9);
});

test.each([
  ['', 'it is empty; write it like 90s, 1.5h, 250ms or 3d'],
  ['exponentail 20ms', '"exponentail" is no kind of duration; did you mean "exponential"?'],
  ['exponential', 'it is empty; write it like 90s, 1.5h, 250ms or 3d'],
  ['exponential 0s', '"exponential 0s" takes no time at all; write a time above 0'],
  ['lognormal 20ms', '"lognormal 20ms" does not say its sigma; write "sigma" and a number behind it'],
  ['lognormal 20ms sigma 99', '"lognormal 20ms sigma 99": sigma must be a number from 0 to 5, not "99"'],
  ['uniform 3s..1s', '"uniform 3s..1s" runs backwards; write the smaller time first'],
  ['pareto 5ms alpha 0.5', '"pareto 5ms alpha 0.5": alpha must be a number from 1.0001 to 100, not "0.5"'],
  [
    '20ms or so',
    '"20ms or so": cannot read "or" there; write it like 20ms, "exponential 20ms", "lognormal 20ms sigma 0.5" or "p50 20ms p99 200ms"',
  ],
  ['100y', '"100y" is not a time; write it like 90s, 1.5h, 250ms or 3d'],
])('%s is refused', (text, sentence) => {
  expect(() => durationSpecOf(text)).toThrow(sentence);
});
