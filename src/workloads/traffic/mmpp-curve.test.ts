import { describe, expect, test } from 'vitest';
import { stream } from '../../sim/random.ts';
import { minutes, seconds } from '../../sim/time.ts';
import { ArrivalCounter } from '../arrival-counter.ts';
import { meanOfCurve } from './curve-measures.ts';
import { fitBursts, mmppCurve } from './mmpp-curve.ts';
import { openArrivals } from './open-arrivals.ts';

/** Index of dispersion of Poisson arrivals on the curve: 1 + variance over mean of what the rate brings in a window. */
function dispersionOf(curve: ReturnType<typeof mmppCurve>, windowUs: number, windows: number): number {
  let sum = 0;
  let squares = 0;
  for (let k = 0; k < windows; k++) {
    const expected = (meanOfCurve(curve, k * windowUs, (k + 1) * windowUs) * windowUs) / 1e6;
    sum += expected;
    squares += expected * expected;
  }
  const mean = sum / windows;
  return 1 + (squares / windows - mean * mean) / mean;
}

describe('bursts fitted to a mean, a dispersion and a length', () => {
  test.each([
    { meanPerSecond: 100, dispersion: 20, windowUs: minutes(1), burstUs: seconds(20) },
    { meanPerSecond: 2.5, dispersion: 160, windowUs: minutes(1), burstUs: seconds(15) },
    { meanPerSecond: 10, dispersion: 7, windowUs: minutes(1), burstUs: minutes(3), burstShare: 0.4 },
    { meanPerSecond: 50, dispersion: 3, windowUs: seconds(1), burstUs: seconds(5) },
    { meanPerSecond: 0.2, dispersion: 1.5, windowUs: minutes(60), burstUs: minutes(1), burstShare: 0.01 },
  ])('%o come out', (asked) => {
    const states = fitBursts(asked);
    const [quiet, burst] = states;
    expect(quiet.level).toBeGreaterThanOrEqual(0);
    expect(burst.meanUs).toBe(asked.burstUs);
    const share = burst.meanUs / (quiet.meanUs + burst.meanUs);
    expect(share).toBeCloseTo(asked.burstShare ?? Math.min(share, 0.1), 9);
    expect((share * burst.level + (1 - share) * quiet.level) / asked.meanPerSecond).toBeCloseTo(1, 9);
    // Long enough for 20,000 changes of state a seed; the mean over 8 seeds lies within 5 %.
    const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
    const windows = Math.ceil((10_000 * (quiet.meanUs + burst.meanUs)) / asked.windowUs);
    const got = seeds.map((seed) => {
      const curve = mmppCurve(states, stream(seed, 'traffic/web/bursty'));
      return [dispersionOf(curve, asked.windowUs, windows), meanOfCurve(curve, 0, windows * asked.windowUs)];
    });
    const meanOver = (column: number): number => got.reduce((sum, row) => sum + row[column], 0) / seeds.length;
    expect((meanOver(0) - 1) / (asked.dispersion - 1)).toBeGreaterThan(0.95);
    expect((meanOver(0) - 1) / (asked.dispersion - 1)).toBeLessThan(1.05);
    expect(meanOver(1) / asked.meanPerSecond).toBeGreaterThan(0.98);
    expect(meanOver(1) / asked.meanPerSecond).toBeLessThan(1.02);
  });

  test('so do those of the requests themselves', () => {
    const asked = { meanPerSecond: 5, dispersion: 12, windowUs: minutes(1), burstUs: seconds(30) };
    const dispersions = [1, 2, 3, 4].map((seed) => {
      const curve = mmppCurve(fitBursts(asked), stream(seed, 'traffic/web/bursty'));
      const counter = new ArrivalCounter(asked.windowUs);
      const source = { kind: 'open', curve, spacing: 'poisson' } as const;
      for (const atUs of openArrivals(source, minutes(1) * 2500, stream(seed, 'traffic/web'))) counter.add(atUs, 1);
      return counter.dispersion!;
    });
    const mean = dispersions.reduce((sum, value) => sum + value, 0) / 4;
    expect(mean).toBeGreaterThan(11);
    expect(mean).toBeLessThan(13);
  });

  test('a dispersion of 1 is one rate, and what bursts cannot do is refused', () => {
    expect(
      fitBursts({ meanPerSecond: 7, dispersion: 1, windowUs: 60e6, burstUs: 1e6 }).map(({ level }) => level),
    ).toEqual([7, 7]);
    // Silence between bursts: with V = mean^2 (1 - q) / q a large share cannot reach it.
    expect(() =>
      fitBursts({ meanPerSecond: 1, dispersion: 50, windowUs: 60e6, burstUs: 10e6, burstShare: 0.5 }),
    ).toThrow(
      /^a dispersion of 50 needs rarer bursts than 0.5 of the time: write a share of at most 0.\d+, or longer bursts$/,
    );
    expect(() => fitBursts({ meanPerSecond: 1, dispersion: 0.5, windowUs: 60e6, burstUs: 10e6 })).toThrow(
      'less than Poisson’s 1'.replace('’', "'"),
    );
  });
});

test('states last as long as they should, and each follows the others alike', () => {
  const states = [
    { level: 1, meanUs: seconds(10) },
    { level: 2, meanUs: seconds(5) },
    { level: 4, meanUs: seconds(1) },
  ];
  const time = new Map<number, number>();
  const visits = new Map<number, number>();
  for (let seed = 1; seed <= 5; seed++) {
    const curve = mmppCurve(states, stream(seed, 'traffic/web/states'));
    for (let atUs = 0; atUs < seconds(30_000); atUs = curve.untilUs(atUs)) {
      const level = curve.at(atUs);
      time.set(level, (time.get(level) ?? 0) + curve.untilUs(atUs) - atUs);
      visits.set(level, (visits.get(level) ?? 0) + 1);
    }
  }
  // 150,000 s in cycles of 16 s: some 9,400 visits each, so means within 4 %.
  for (const { level, meanUs } of states) {
    expect(time.get(level)! / visits.get(level)! / meanUs).toBeGreaterThan(0.96);
    expect(time.get(level)! / visits.get(level)! / meanUs).toBeLessThan(1.04);
    expect(visits.get(level)! / visits.get(1)!).toBeCloseTo(1, 1);
  }
  // Begun in proportion to time: 10/16 of seeds in the first state.
  const begun = Array.from({ length: 800 }, (_, seed) => mmppCurve(states, stream(seed, 'x')).at(0));
  expect(begun.filter((level) => level === 1).length / 800).toBeCloseTo(10 / 16, 1);
});
