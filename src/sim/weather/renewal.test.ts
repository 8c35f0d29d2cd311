import { describe, expect, test } from 'vitest';
import type { DurationSpec } from '../duration-spec.ts';
import { durationMeanUs, durationSquaredCv } from '../duration-spec.ts';
import { stream } from '../random.ts';
import { days, hours } from '../time.ts';
import { downSpells, type FirstLife } from './renewal.ts';
import { residualSampler } from './residual-life.ts';

const up: DurationSpec = { kind: 'weibull', meanUs: hours(9), shape: 0.7 };
const down: DurationSpec = { kind: 'lognormal', meanUs: hours(1), sigma: 1 };

/** Share of 20,000 processes that are down at the time. */
function downShare(start: FirstLife, atUs: number): number {
  let count = 0;
  for (let k = 0; k < 20_000; k++) {
    const spell = downSpells({ up, down, start }, stream(k, 'renewal'));
    for (let one = spell(); one.fromUs <= atUs; one = spell()) if (atUs < one.untilUs) count++;
  }
  return count / 20_000;
}

describe('up and down in turn', () => {
  test('spells are apart, whole and at least a microsecond', () => {
    const spell = downSpells(
      { up: { kind: 'constant', meanUs: 0 }, down: { kind: 'constant', meanUs: 0 } },
      stream(1, 'x'),
    );
    expect([spell(), spell()]).toEqual([
      { fromUs: 1, untilUs: 2 },
      { fromUs: 3, untilUs: 4 },
    ]);
  });

  test('stationary: 10 % are down at the start, and later', () => {
    // Availability 9 h / (9 h + 1 h) = 0.9; three standard errors of 20,000 draws are 0.0064.
    expect(Math.abs(downShare('stationary', 0) - 0.1)).toBeLessThan(0.0064);
    expect(Math.abs(downShare('stationary', hours(5)) - 0.1)).toBeLessThan(0.0064);
  });

  test('new: none are down at the start; installed long ago: as if stationary', () => {
    expect(downShare('new', 0)).toBe(0);
    expect(Math.abs(downShare({ installedUs: days(40) }, 0) - 0.1)).toBeLessThan(0.0064);
  });

  test('up for a day: the rest of a Weibull life, by its survival function', () => {
    // P(still up after 9 h more | up for 24 h) = exp((24 / s)^k - (33 / s)^k) with k = 0.7, s = 9 / 1.26582 = 7.110:
    // exp(2.3432 - 2.9287) = 0.5568.
    let still = 0;
    for (let k = 0; k < 20_000; k++) {
      const spell = downSpells({ up, down, start: { upForUs: hours(24) } }, stream(k, 'aged'));
      if (spell().fromUs > hours(9)) still++;
    }
    expect(Math.abs(still / 20_000 - 0.5568)).toBeLessThan(0.011);
    const lognormal = { up: down, down, start: { upForUs: 1 } };
    expect(() => downSpells(lognormal, stream(1, 'x'))()).toThrow(
      'a lognormal time between failures cannot begin at an age',
    );
  });
});

describe('what is left of a spell that one looks into', () => {
  const specs: DurationSpec[] = [
    { kind: 'constant', meanUs: 1000 },
    { kind: 'exponential', meanUs: 1000 },
    { kind: 'uniform', lowUs: 500, highUs: 4000 },
    { kind: 'erlang', meanUs: 1000, phases: 3 },
    { kind: 'hyperexponential', meanUs: 1000, squaredCv: 4 },
    { kind: 'lognormal', meanUs: 1000, sigma: 0.8 },
    { kind: 'weibull', meanUs: 1000, shape: 0.7 },
    { kind: 'weibull', meanUs: 1000, shape: 2 },
    { kind: 'pareto', alpha: 1.5, fromUs: 100, limitUs: 10_000 },
    { kind: 'pareto', alpha: 1, fromUs: 100, limitUs: 10_000 },
    { kind: 'pareto', alpha: 5, fromUs: 100 },
  ];
  specs.push({
    kind: 'mixture',
    parts: [
      { weight: 3, of: specs[0] },
      { weight: 1, of: specs[5] },
    ],
  });

  test.each(specs)('its mean is mean (1 + cv^2) / 2: $kind', (spec) => {
    const draw = residualSampler(spec, stream(5, 'residual'));
    const count = 40_000;
    let sum = 0;
    let squares = 0;
    for (let k = 0; k < count; k++) {
      const rest = draw();
      sum += rest;
      squares += rest * rest;
    }
    const mean = sum / count;
    const error = Math.sqrt((squares / count - mean * mean) / count);
    const exact = (durationMeanUs(spec) * (1 + durationSquaredCv(spec))) / 2;
    expect(Math.abs(mean - exact)).toBeLessThan(4 * error);
  });

  test('a Pareto without a mean is refused', () => {
    expect(() => residualSampler({ kind: 'pareto', alpha: 1, fromUs: 1 }, stream(1, 'x'))).toThrow('has no mean');
  });
});
