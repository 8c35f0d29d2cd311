import { describe, expect, test } from 'vitest';
import { stream } from '../../sim/random.ts';
import type { LevelCurve } from '../../sim/requests/traffic.ts';
import { days, hours, minutes, seconds } from '../../sim/time.ts';
import { constantCurve, rampCurve, stepsCurve } from './basic-curves.ts';
import {
  clippedCurve,
  compressedCurve,
  productOfCurves,
  repeatedCurve,
  scaledCurve,
  shiftedCurve,
  sumOfCurves,
  windowOfCurve,
} from './combine-curves.ts';
import { meanOfCurve, peakOfCurve, scaledToMean, scaledToPeak } from './curve-measures.ts';
import { growthCurve } from './growth-curve.ts';
import { mmppCurve } from './mmpp-curve.ts';
import { diurnalCurve, profileCurve, weeklyCurve, WIKIPEDIA_WEEK } from './periodic-curves.ts';
import { spikeArea, spikeEndUs, spikesCurve, type Spike } from './spike-curve.ts';

const crowd: Spike = {
  atUs: minutes(10),
  riseUs: minutes(5),
  peak: 900,
  plateauUs: minutes(20),
  decay: { kind: 'exponential', halfLifeUs: minutes(15) },
};
const news: Spike = {
  atUs: minutes(30),
  riseUs: 0,
  peak: 400,
  plateauUs: 0,
  decay: { kind: 'power', scaleUs: minutes(3), exponent: 1.4 },
};
const stairs = stepsCurve({
  points: [
    [0, 5],
    [seconds(7), 11],
    [hours(3), 2],
    [hours(9), 0],
  ],
});
const bursts = (seed: number): LevelCurve =>
  mmppCurve(
    [
      { level: 3, meanUs: minutes(7) },
      { level: 40, meanUs: minutes(2) },
      { level: 9, meanUs: seconds(40) },
    ],
    stream(seed, 'traffic/web'),
  );

/** Every kind of curve, and what is made of them. */
const curves = (seed: number): Record<string, LevelCurve> => {
  const diurnal = diurnalCurve({ meanPerSecond: 200, peakToTrough: 3 });
  return {
    constant: constantCurve(4),
    stairs,
    linear: stepsCurve({
      points: [
        [0, 1],
        [minutes(1), 60],
        [hours(2), 7],
      ],
      shape: 'linear',
    }),
    ramp: rampCurve({ from: 10, to: 90, startUs: minutes(5), lastsUs: minutes(33) + 1 }),
    diurnal,
    odd: diurnalCurve({
      meanPerSecond: 7,
      peakToTrough: 9,
      periodUs: 86_399_999_983,
      stepUs: 777_777_777,
      peakAtUs: 123_456_789,
    }),
    weekly: weeklyCurve({ startsOn: 3 }),
    profile: profileCurve({ factors: [1, 2, 0, 5, 2, 2, 1], periodUs: hours(1) + 1 }),
    spikes: spikesCurve({ base: 20, spikes: [crowd, news] }),
    growth: growthCurve({ factor: 2, everyUs: days(1), limit: 2.5 }),
    shrink: growthCurve({ factor: 0.5, everyUs: days(1), shape: 'linear' }),
    mmpp: bursts(seed),
    scaled: scaledCurve(diurnal, 0.3),
    shifted: shiftedCurve(diurnal, -hours(5)),
    compressed: compressedCurve(diurnal, 7),
    stretched: compressedCurve(stairs, 0.3),
    compressedBursts: compressedCurve(bursts(seed), 17.3),
    clipped: clippedCurve(diurnal, { least: 120, most: 250 }),
    window: windowOfCurve(diurnal, hours(2), hours(5) + 77),
    repeated: repeatedCurve(stairs, hours(4)),
    sum: sumOfCurves([diurnal, bursts(seed), stairs]),
    product: productOfCurves([diurnal, weeklyCurve(), growthCurve({ factor: 3, everyUs: days(30) })]),
  };
};

test('a level holds until the time that the curve tells, times rise, and the order of questions changes no answer', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const again = curves(seed);
    const places = stream(seed, 'places');
    for (const [name, curve] of Object.entries(curves(seed))) {
      const asked: [number, number, number][] = [];
      let timeUs = 0;
      for (let segment = 0; segment < 150 && timeUs < days(8); segment++) {
        const level = curve.at(timeUs);
        const untilUs = curve.untilUs(timeUs);
        const where = `${name}, seed ${seed}, ${timeUs} to ${untilUs}`;
        expect(untilUs > timeUs, where).toBe(true);
        expect(level >= 0 && level < Infinity, where).toBe(true);
        const endUs = Math.min(untilUs, timeUs + days(1));
        for (const insideUs of [endUs - 1, timeUs + Math.floor(places.fine() * (endUs - timeUs))]) {
          if (curve.at(insideUs) !== level || curve.untilUs(insideUs) !== untilUs)
            expect([curve.at(insideUs), curve.untilUs(insideUs)], `${where} at ${insideUs}`).toEqual([level, untilUs]);
        }
        asked.push([timeUs, level, untilUs]);
        if (untilUs === Infinity) break;
        expect(Number.isInteger(untilUs), where).toBe(true);
        timeUs = untilUs;
      }
      for (const [atUs, level, untilUs] of asked.toReversed())
        if (again[name].at(atUs) !== level || again[name].untilUs(atUs) !== untilUs)
          expect([again[name].at(atUs), again[name].untilUs(atUs)], `${name}, seed ${seed}`).toEqual([level, untilUs]);
    }
  }
});

test('levels hold before time 0 too, so that a curve may be shifted', () => {
  const shifted = shiftedCurve(diurnalCurve({ meanPerSecond: 1, peakToTrough: 2 }), days(3) + hours(1));
  expect(meanOfCurve(shifted, 0, days(1))).toBeCloseTo(1, 9);
  expect(shiftedCurve(bursts(1), hours(1)).at(0)).toBeGreaterThan(0);
  expect(shiftedCurve(stairs, hours(1)).at(0)).toBe(5);
});

describe('means are those of the formula', () => {
  test('a day of the cosine has its mean whatever the steps, and its highest and lowest rate', () => {
    for (const stepUs of [minutes(1), minutes(5), minutes(7), hours(1), hours(5)]) {
      const curve = diurnalCurve({ meanPerSecond: 200, peakToTrough: 3, stepUs });
      expect(meanOfCurve(curve, 0, days(1)) / 200).toBeCloseTo(1, 12);
      expect(meanOfCurve(curve, hours(5), hours(5) + days(7)) / 200).toBeCloseTo(1, 12);
    }
    // a = (3 - 1) / (3 + 1) = 0.5: between 100 and 300.
    const fine = diurnalCurve({ meanPerSecond: 200, peakToTrough: 3, peakAtUs: hours(14) });
    expect(peakOfCurve(fine, 0, days(1))).toBeCloseTo(300, 1);
    expect(fine.at(hours(14))).toBeCloseTo(300, 1);
    expect(fine.at(hours(2))).toBeCloseTo(100, 1);
    // A quarter of a day before the peak the cosine is 0.
    expect(fine.at(hours(8) - 1) + fine.at(hours(8))).toBeCloseTo(400, 9);
    // peakToTrough 1 is level, and the whole swing never falls below 0.
    expect(diurnalCurve({ meanPerSecond: 5, peakToTrough: 1 }).untilUs(0)).toBe(days(1));
    expect(peakOfCurve(diurnalCurve({ meanPerSecond: 1, peakToTrough: 1e9 }), 0, days(1))).toBeCloseTo(2, 3);
  });

  test('a ramp has the mean of its ends, a linear list the area of its trapezes', () => {
    // 10 to 90 in 30 minutes: mean 50 whatever the steps.
    for (const stepUs of [undefined, seconds(1), minutes(7), hours(1)]) {
      const ramp = rampCurve({ from: 10, to: 90, startUs: minutes(5), lastsUs: minutes(30), stepUs });
      expect(meanOfCurve(ramp, minutes(5), minutes(35))).toBeCloseTo(50, 9);
      expect([ramp.at(0), ramp.at(minutes(35)), ramp.untilUs(minutes(35))]).toEqual([10, 90, Infinity]);
    }
    // (0+60)/2 x 60 s + (60+20)/2 x 120 s = 1,800 + 4,800 = 6,600, over 180 s: 36.67.
    const line = stepsCurve({
      points: [
        [0, 0],
        [seconds(60), 60],
        [seconds(180), 20],
      ],
      shape: 'linear',
    });
    expect(meanOfCurve(line, 0, seconds(180))).toBeCloseTo(6600 / 180, 9);
  });

  test('stairs hold each level until the next', () => {
    // 5 for 7 s, 11 until 3 h, 2 until 9 h, then 0.
    expect([-1, 0, seconds(7) - 1, seconds(7), hours(3), hours(9)].map((at) => stairs.at(at))).toEqual([
      5, 5, 5, 11, 2, 0,
    ]);
    expect([0, seconds(7), hours(3), hours(9)].map((at) => stairs.untilUs(at))).toEqual([
      seconds(7),
      hours(3),
      hours(9),
      Infinity,
    ]);
  });

  test('a week has mean 1 and Wikipedia’s weekdays, 1.066 on Monday and 0.883 on Saturday', () => {
    const week = weeklyCurve();
    expect(meanOfCurve(week, 0, days(7))).toBeCloseTo(1, 12);
    for (const [day, factor] of WIKIPEDIA_WEEK.entries()) expect(week.at(days(day))).toBeCloseTo(factor, 9);
    expect([week.at(0), week.at(days(12))].map((level) => level.toFixed(3))).toEqual(['1.066', '0.883']);
    expect(weeklyCurve({ startsOn: 5 }).at(0)).toBeCloseTo(week.at(days(5)), 12);
  });

  test('growth has the mean of its trend: doubling within a day 1 / ln 2', () => {
    const doubling = growthCurve({ factor: 2, everyUs: days(1) });
    expect(meanOfCurve(doubling, 0, days(1))).toBeCloseTo(1 / Math.LN2, 9);
    expect(meanOfCurve(doubling, days(3), days(4))).toBeCloseTo(8 / Math.LN2, 8);
    expect(meanOfCurve(growthCurve({ factor: 3, everyUs: days(1), shape: 'linear' }), 0, days(1))).toBeCloseTo(2, 9);
    expect(peakOfCurve(growthCurve({ factor: 2, everyUs: days(1), limit: 5 }), 0, days(9))).toBe(5);
    const shrinking = growthCurve({ factor: 0.5, everyUs: days(1), shape: 'linear' });
    expect(shrinking.at(days(3))).toBe(0);
    expect(shrinking.untilUs(days(3))).toBe(Infinity);
  });

  test('a spike adds its area, and nothing when it is over', () => {
    for (const decay of [
      crowd.decay,
      news.decay,
      { kind: 'power', scaleUs: minutes(2), exponent: 1 },
      { kind: 'power', scaleUs: seconds(20), exponent: 0.6 },
      { kind: 'linear', lastsUs: minutes(9) },
    ] as const) {
      const spike = { ...crowd, decay };
      const endUs = spikeEndUs(spike);
      const curve = spikesCurve({ base: 20, spikes: [spike] });
      // The mean of the steps is that of the shape, but for edges rounded to microseconds.
      expect(((meanOfCurve(curve, 0, endUs) - 20) * endUs) / spikeArea(spike), decay.kind).toBeCloseTo(1, 7);
      expect(peakOfCurve(curve, 0, endUs)).toBe(920);
      expect([curve.at(0), curve.at(endUs), curve.untilUs(endUs)]).toEqual([20, 20, Infinity]);
    }
    // Rise 5 min x 900 / 2, plateau 20 x 900, decay 15 / ln 2 x 0.999 x 900, in minutes.
    expect(spikeArea(crowd) / minutes(1)).toBeCloseTo(2250 + 18_000 + (15 / Math.LN2) * 0.999 * 900, 4);
    // Half is left a half-life after the plateau; a step is an eighth of that, so within 5 %.
    expect(spikesCurve({ spikes: [crowd] }).at(minutes(50)) / 450).toBeCloseTo(1, 1);
    // 3 minutes after: (1 + 3/3)^-1.4 = 0.379.
    expect(spikesCurve({ spikes: [news] }).at(minutes(33)) / 400).toBeCloseTo(0.379, 1);
    const both = spikesCurve({ base: 20, spikes: [crowd, news] });
    expect(both.at(minutes(33))).toBeCloseTo(20 + 900 + spikesCurve({ spikes: [news] }).at(minutes(33)), 9);
  });
});

describe('laws of combination, over all curves', () => {
  const each = Object.entries(curves(1));
  test.each(each)('%s', (_, curve) => {
    const spanUs = days(2);
    const area = meanOfCurve(curve, 0, spanUs);
    expect(meanOfCurve(scaledCurve(curve, 2.5), 0, spanUs)).toBeCloseTo(2.5 * area, 9);
    expect(meanOfCurve(scaledToMean(curve, 50, 0, spanUs), 0, spanUs)).toBeCloseTo(50, 9);
    expect(peakOfCurve(scaledToPeak(curve, 50, 0, spanUs), 0, spanUs)).toBeCloseTo(50, 9);
    // Compressed by 24, two days take two hours, at the same mean.
    expect(meanOfCurve(compressedCurve(curve, 24), 0, hours(2)) / area).toBeCloseTo(1, 5);
    expect(meanOfCurve(shiftedCurve(curve, hours(3)), hours(3), hours(3) + spanUs)).toBeCloseTo(area, 9);
    expect(meanOfCurve(windowOfCurve(curve, 0, spanUs), 0, 2 * spanUs)).toBeCloseTo(area / 2, 9);
    expect(meanOfCurve(repeatedCurve(curve, spanUs), 0, 3 * spanUs)).toBeCloseTo(area, 9);
    expect(meanOfCurve(sumOfCurves([curve, constantCurve(3), curve]), 0, spanUs)).toBeCloseTo(2 * area + 3, 9);
    expect(meanOfCurve(productOfCurves([curve, constantCurve(3)]), 0, spanUs)).toBeCloseTo(3 * area, 9);
    const clipped = clippedCurve(curve, { least: 2, most: 30 });
    expect(peakOfCurve(clipped, 0, spanUs)).toBeLessThanOrEqual(30);
    expect(meanOfCurve(clipped, 0, spanUs)).toBeGreaterThanOrEqual(2);
  });

  test('nothing summed is 0, nothing multiplied is 1', () => {
    expect([sumOfCurves([]).at(0), sumOfCurves([]).untilUs(0), productOfCurves([]).at(0)]).toEqual([0, Infinity, 1]);
  });
});

test.each([
  [() => constantCurve(-1), 'the level is -1; write a number from 0 up'],
  [() => constantCurve(NaN), 'the level is NaN; write a number from 0 up'],
  [() => stepsCurve({ points: [] }), 'there are no points; write at least one [time, level]'],
  [
    () =>
      stepsCurve({
        points: [
          [5e6, 1],
          [5e6, 2],
        ],
      }),
    'point 2 is at 5 s and the one before it at 5 s; write points in the order of time',
  ],
  [() => rampCurve({ from: 0, to: 1, startUs: 0, lastsUs: 0 }), 'a ramp must last longer than 0; write it like 10m'],
  [
    () => diurnalCurve({ meanPerSecond: 1, peakToTrough: 0.5 }),
    'the highest over the lowest rate is 0.5; write a number from 1 up, such as 3',
  ],
  [() => weeklyCurve({ factors: [1, 2] }), 'a week has 7 factors, Monday to Sunday, and not 2'],
  [
    () => profileCurve({ factors: [0, 0], periodUs: 10 }),
    'the factors are all 0 or there are none; write relative levels such as [1, 2, 1]',
  ],
  [
    () => growthCurve({ factor: 2, everyUs: 5, limit: 0.5 }),
    'growth by 2 never comes to 0.5; write a limit on the other side of 1',
  ],
  [
    () => spikesCurve({ spikes: [{ ...news, decay: { kind: 'power', scaleUs: 1, exponent: 0 } }] }),
    'the exponent of a decay is 0; write a number from 0.2 up, such as 1.4',
  ],
  [() => compressedCurve(stairs, 0), 'time cannot run 0 times as fast; write a factor above 0, such as 24'],
  [
    () => clippedCurve(stairs, { least: 3, most: 2 }),
    'levels cannot lie between 3 and 2; write the smaller bound first, from 0 up',
  ],
  [() => windowOfCurve(stairs, 5, 5), 'the window is empty; write a length above 0, such as 6h'],
  [
    () => scaledToMean(constantCurve(0), 5, 0, 10),
    'the traffic is 0 all the time, so it cannot be scaled to a mean or a peak',
  ],
])('what cannot be is refused: %#', (make, sentence) => {
  expect(make).toThrow(sentence);
});
