import { expect, test } from 'vitest';
import {
  aliasTable,
  exponential,
  geometric,
  lognormal,
  normal,
  pareto,
  poisson,
  weibull,
  zipfWeights,
} from './distributions.ts';
import { stream, type RandomStream } from './random.ts';

const DRAWS = 100_000;

/** Checks mean and variance of a sampler against theory, within 4.5 standard errors computed from the sample itself. */
function checkMoments(name: string, mean: number, variance: number, draw: (stream: RandomStream) => number): void {
  for (const seed of [1, 2, 3]) {
    const source = stream(seed, name);
    const sample = Float64Array.from({ length: DRAWS }, () => draw(source));
    const got = sample.reduce((sum, x) => sum + x, 0) / DRAWS;
    let second = 0;
    let fourth = 0;
    for (const x of sample) {
      second += (x - got) ** 2;
      fourth += (x - got) ** 4;
    }
    const gotVariance = second / DRAWS;
    const errorOfVariance = Math.sqrt((fourth / DRAWS - gotVariance ** 2) / DRAWS);
    expect(Math.abs(got - mean), `${name}, seed ${seed}: mean ${got}`).toBeLessThan(4.5 * Math.sqrt(variance / DRAWS));
    expect(Math.abs(gotVariance - variance), `${name}, seed ${seed}: variance ${gotVariance}`).toBeLessThan(
      4.5 * errorOfVariance,
    );
  }
}

test('means and variances are those of theory', () => {
  checkMoments('exponential', 1 / 4, 1 / 16, (s) => exponential(s)(4));
  checkMoments('normal', 3, 4, (s) => normal(s)(3, 2));
  // Lognormal: mean e^(mu + sigma^2/2), variance mean^2 (e^(sigma^2) - 1).
  const mean = Math.exp(1 + 0.125);
  checkMoments('lognormal', mean, mean ** 2 * (Math.exp(0.25) - 1), (s) => lognormal(s)(1, 0.5));
  // Weibull with shape 1/2: mean 2 scale, variance (24 - 4) scale^2.
  checkMoments('weibull', 6, 180, (s) => weibull(s)(0.5, 3));
  // Pareto alpha 1 from 1 to 10: density 1/(x^2 (1 - 1/10)); mean ln 10 / 0.9, second moment 9 / 0.9.
  const paretoMean = Math.log(10) / 0.9;
  checkMoments('pareto', paretoMean, 10 - paretoMean ** 2, (s) => pareto(s)(1, 1, 10));
  checkMoments('geometric', 4, 12, (s) => geometric(s)(0.25));
  checkMoments('poisson', 7.5, 7.5, (s) => poisson(s)(7.5));
});

test('the shape of exponential and normal is right everywhere, wedges and tails included', () => {
  // Share beyond x: exponential e^-x; normal, both sides: 0.317310508, 0.045500264, 0.002699796, 0.000257 (at 3.6555).
  const count = 1_000_000;
  const beyond = (draw: () => number, at: number[]): number[] => {
    const counts = at.map(() => 0);
    for (let k = 0; k < count; k++) {
      const x = Math.abs(draw());
      at.forEach((limit, j) => (counts[j] += x > limit ? 1 : 0));
    }
    return counts;
  };
  const check = (counts: number[], shares: number[]): void =>
    shares.forEach((share, k) => {
      const error = 4.5 * Math.sqrt(count * share * (1 - share));
      expect(Math.abs(counts[k] - count * share), `share ${share}: ${counts[k]}`).toBeLessThan(error);
    });
  const first = stream(1, 'exponential-tail');
  check(
    beyond(() => exponential(first)(1), [0.01, 0.1, 1, 3, 7.5, 8.5]),
    [0.01, 0.1, 1, 3, 7.5, 8.5].map((x) => Math.exp(-x)),
  );
  const second = stream(1, 'normal-tail');
  check(
    beyond(() => normal(second)(0, 1), [0.01, 1, 2, 3, 3.6541528853610088, 4]),
    [0.9920212869, 0.3173105079, 0.0455002639, 0.0026997961, 0.000258033, 0.0000633425],
  );
});

test('neighbouring draws are independent', () => {
  const source = stream(5, 'lag');
  let sum = 0;
  let before = normal(source)(0, 1);
  for (let k = 0; k < DRAWS; k++) {
    const now = normal(source)(0, 1);
    sum += before * now;
    before = now;
  }
  // The lag-1 correlation of n independent normals has deviation 1 / sqrt n.
  expect(Math.abs(sum / DRAWS)).toBeLessThan(4.5 / Math.sqrt(DRAWS));
});

test('an alias table draws each index as often as its weight says, and never one of weight 0', () => {
  const weights = [5, 0, 1, 3, 0.5, 0.5];
  const draw = aliasTable(weights);
  const source = stream(3, 'alias');
  const counts = weights.map(() => 0);
  for (let k = 0; k < DRAWS; k++) counts[draw(source)]++;
  weights.forEach((weight, k) => {
    const share = weight / 10;
    const error = 4.5 * Math.sqrt(DRAWS * share * (1 - share));
    expect(Math.abs(counts[k] - DRAWS * share), `index ${k}: ${counts[k]}`).toBeLessThanOrEqual(error);
  });
  expect(() => aliasTable([0, 0])).toThrow(/positive sum/);
  expect(() => aliasTable([1, Number.NaN])).toThrow(/weights >= 0/);
});

test('zipf weights fall as the power of the rank', () => {
  expect(zipfWeights(4, 1)).toEqual([1, 1 / 2, 1 / 3, 1 / 4]);
});

const first = (draw: (stream: RandomStream) => number): number[] => {
  const source = stream(1, 'golden');
  return [draw(source), draw(source), draw(source)];
};

test('the first draws of a stream never change', () => {
  // A change here moves every sampled workload: it is a breaking change.
  expect({
    exponential: first((s) => exponential(s)(1)),
    normal: first((s) => normal(s)(0, 1)),
    lognormal: first((s) => lognormal(s)(0, 1)),
    weibull: first((s) => weibull(s)(0.5, 1)),
    pareto: first((s) => pareto(s)(1.5, 1)),
    geometric: first((s) => geometric(s)(0.1)),
    poisson: first((s) => poisson(s)(10)),
  }).toMatchInlineSnapshot(`
    {
      "exponential": [
        3.8935841484849125,
        0.6063814788699963,
        1.6460753385579276,
      ],
      "geometric": [
        37,
        6,
        16,
      ],
      "lognormal": [
        11.752025249397956,
        1.8974378367514784,
        3.014102288490819,
      ],
      "normal": [
        2.464025587388495,
        0.6405044691457261,
        1.1033020374156959,
      ],
      "pareto": [
        9.638110650226293,
        1.519794268853599,
        1.1621014018052453,
      ],
      "poisson": [
        7,
        14,
        9,
      ],
      "weibull": [
        15.159997521332981,
        0.3676984979165637,
        2.709564020208596,
      ],
    }
  `);
});
