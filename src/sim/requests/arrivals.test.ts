import { describe, expect, test } from 'vitest';
import { at, poisson, steps } from '../../../test/request-world.ts';
import { stream } from '../random.ts';
import { Arrivals } from './arrivals.ts';
import type { LevelCurve, Traffic } from './traffic.ts';

const S = 1_000_000;

function arrivalsOf(traffic: Traffic, seed = 1, startUs = 0): Arrivals {
  return new Arrivals(traffic, startUs, (name) => stream(seed, name));
}

/** Times of the arrivals up to this one, as often as many come at once. */
function timesUntil(arrivals: Arrivals, endUs: number): number[] {
  const times: number[] = [];
  for (; arrivals.nextUs <= endUs; arrivals.step())
    for (let k = 0; k < arrivals.batch; k++) times.push(arrivals.nextUs);
  return times;
}

const even = (curve: LevelCurve): Traffic => poisson(0, { source: { kind: 'open', curve, spacing: 'even' } });

describe('even arrivals', () => {
  test('2 a second for a second, 4 a second for another: gaps are carried over the change', () => {
    // The second is due at the moment of the change; from then on one comes every quarter of a second.
    const times = timesUntil(arrivalsOf(even(steps([0, 2], [S, 4], [2 * S, 0]))), 10 * S);
    expect(times.map((us) => us / S)).toEqual([0.5, 1, 1.25, 1.5, 1.75, 2]);
  });

  test('half an arrival before a pause is half an arrival after it', () => {
    // At 1 a second until 1.5 s one has come and half of the next is due; from 10 s on the rest takes half a second.
    const times = timesUntil(arrivalsOf(even(steps([0, 1], [1.5 * S, 0], [10 * S, 1]))), 12 * S);
    expect(times.map((us) => us / S)).toEqual([1, 10.5, 11.5]);
  });

  test('a rate of nothing for ever, told as changes every second, does not go on for ever', () => {
    const never: LevelCurve = { at: () => 0, untilUs: (us) => (Math.floor(us / S) + 1) * S };
    expect(timesUntil(arrivalsOf(even(never)), 1000 * S)).toEqual([]);
  });
});

describe('Poisson arrivals', () => {
  test('counts follow the rate, with a variance like their mean, over steps of it', () => {
    // 100 a second in even seconds, 300 in odd ones.
    const curve: LevelCurve = {
      at: (us) => (Math.floor(us / S) % 2 === 0 ? 100 : 300),
      untilUs: (us) => (Math.floor(us / S) + 1) * S,
    };
    const counts = new Array<number>(1000).fill(0);
    for (const us of timesUntil(arrivalsOf(poisson(curve)), 1000 * S - 1)) counts[Math.floor(us / S)]++;
    for (const [rest, rate] of [
      [0, 100],
      [1, 300],
    ]) {
      const own = counts.filter((_, second) => second % 2 === rest);
      const mean = own.reduce((sum, count) => sum + count, 0) / own.length;
      const variance = own.reduce((sum, count) => sum + (count - mean) * (count - mean), 0) / (own.length - 1);
      // Of 500 counts: the mean is off by sqrt(rate / 500), the variance by a share of sqrt(2 / 500) = 6 %.
      expect(Math.abs(mean - rate)).toBeLessThan(4 * Math.sqrt(rate / 500));
      expect(Math.abs(variance / rate - 1)).toBeLessThan(0.25);
    }
  });

  test('a change of the rate later leaves what was before as it was', () => {
    const early = timesUntil(arrivalsOf(poisson(steps([0, 50]))), 4 * S);
    const changed = timesUntil(arrivalsOf(poisson(steps([0, 50], [4 * S, 500]))), 4 * S);
    expect(changed).toEqual(early);
  });
});

test('batches of 1 to 3 come at once, of their own stream', () => {
  const batch = { mean: 2, sample: (own: { below(bound: number): number }) => 1 + own.below(3) };
  const curve = steps([0, 100]);
  const times = timesUntil(
    arrivalsOf(poisson(0, { source: { kind: 'open', curve, spacing: 'poisson', batch } })),
    100 * S,
  );
  const single = timesUntil(arrivalsOf(poisson(curve)), 100 * S);
  expect([...new Set(times)]).toEqual(single);
  expect(Math.abs(times.length / single.length - 2)).toBeLessThan(0.05);
});

test('recorded times come as they are, those before the start not at all', () => {
  expect(timesUntil(arrivalsOf(at([5, 10, 10, 20]), 1, 10), 100)).toEqual([10, 10, 20]);
});
