import { expect, test } from 'vitest';
import { bar, sparkline } from './bars.ts';
import { TimeHistogram, timeText } from './trace-plots.ts';

test('a bar is exact to an eighth of a character', () => {
  // 5/8 of 2 characters is 10 eighths: one full and two eighths.
  expect(bar(5, 8, 2)).toBe('█▎');
  expect(bar(0, 8, 2)).toBe('');
  expect(sparkline([0, 7, 14])).toBe('▁▅█');
});

test('times fall into buckets of 1, 3, 10, 30 seconds', () => {
  const histogram = new TimeHistogram();
  for (const seconds of [0, 1, 2.9, 3, 9, 10, 100]) histogram.add(seconds);
  expect(
    histogram.lines().map((line) =>
      line
        .replace(/[█▏▎▍▌▋▊▉]+ */, '')
        .replace(/ +/g, ' ')
        .trim(),
    ),
  ).toEqual([
    '0 14.3 %',
    '1 s to 3 s 28.6 %',
    '3 s to 10 s 28.6 %',
    '10 s to 30 s 14.3 %',
    '30 s to 1.67 min 0.0 %',
    '1.67 min to 5 min 14.3 %',
  ]);
  expect(timeText(5400)).toBe('1.5 h');
});
