import { expect, test } from 'vitest';
import { fc } from '../../test/fuzz.ts';
import { durationMeanUs, type DurationSpec } from './duration-spec.ts';
import { durationSpecText } from './duration-spec-text.ts';
import { durationSpecOf } from './duration-text.ts';

test.each([
  '20ms',
  'exponential 1500us',
  'uniform 10ms..30ms',
  'erlang 2s phases 4',
  'hyperexponential 20ms cv2 4',
  'lognormal 20ms sigma 0.5',
  'weibull 20ms shape 0.7',
  'pareto 5ms alpha 1.5 to 10s',
  '90% 10ms, 10% exponential 200ms',
])('%s is written as it is read', (text) => {
  expect(durationSpecText(durationSpecOf(text))).toBe(text);
});

test('whatever is written is read as the same', () => {
  const meanUs = fc.integer({ min: 1, max: 1e9 });
  const number = (min: number, max: number) => fc.integer({ min: min * 1000, max: max * 1000 }).map((n) => n / 1000);
  const specs = fc.oneof(
    fc.record({ kind: fc.constant('constant' as const), meanUs }),
    fc.record({ kind: fc.constant('lognormal' as const), meanUs, sigma: number(0, 5) }),
    fc.record({ kind: fc.constant('weibull' as const), meanUs, shape: number(0.1, 100) }),
    fc.record({ kind: fc.constant('hyperexponential' as const), meanUs, squaredCv: number(1, 100) }),
  );
  fc.assert(
    fc.property(specs, (spec) => {
      expect(durationSpecOf(durationSpecText(spec))).toEqual(spec);
    }),
  );
});

test('what was measured keeps its mean within a hundredth, with 100 quantiles as with 5', () => {
  for (const count of [5, 101]) {
    const spec: DurationSpec = {
      kind: 'empirical',
      quantilesUs: Array.from({ length: count }, (_, k) => 10_000 + Math.round((k * 90_000) / (count - 1))),
    };
    const read = durationSpecOf(durationSpecText(spec));
    expect(Math.abs(durationMeanUs(read) / durationMeanUs(spec) - 1)).toBeLessThan(0.01);
  }
});
