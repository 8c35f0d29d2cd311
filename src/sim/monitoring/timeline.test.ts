import { describe, expect, test } from 'vitest';
import { seconds } from '../time.ts';
import { Timeline } from './timeline.ts';

const about = { name: 'x', title: 'x', unit: '', labels: {} } as const;

describe('a timeline', () => {
  test('folds three scrapes into a point, and what is left into the last', () => {
    // 7 scrapes of 10 s, 3 points wanted: ceil(7 / 3) = 3 scrapes a point.
    const timeline = new Timeline(seconds(70), seconds(10), 3);
    const lines = (['mean', 'max', 'last'] as const).map((fold) => timeline.add(about, fold));
    [1, 5, 3, 2, Number.NaN, 4, 9].forEach((value, k) => {
      for (const line of lines) timeline.take(line, value);
      timeline.endScrape(seconds(10 * (k + 1)));
    });
    timeline.finish(seconds(70));
    expect(timeline.timeUs).toEqual([30, 60, 70].map(seconds));
    // What was not measured does not count: (2 + 4) / 2.
    expect(timeline.series.map(({ values }) => values)).toEqual([
      [3, 3, 9],
      [5, 4, 9],
      [3, 4, 9],
    ]);
  });

  test('a series that begins later has nothing before', () => {
    const timeline = new Timeline(seconds(30), seconds(10), 3);
    timeline.endScrape(seconds(10));
    const line = timeline.add(about, 'mean');
    timeline.take(line, 7);
    timeline.endScrape(seconds(20));
    timeline.finish(seconds(20));
    expect(timeline.series[0].values).toEqual([Number.NaN, 7]);
  });

  test('has no value where nothing was measured, and largest values below zero too', () => {
    const timeline = new Timeline(seconds(20), seconds(10), 2);
    const line = timeline.add(about, 'max');
    timeline.endScrape(seconds(10));
    timeline.take(line, -2);
    timeline.endScrape(seconds(20));
    timeline.finish(seconds(20));
    expect(timeline.series[0].values).toEqual([Number.NaN, -2]);
  });
});
