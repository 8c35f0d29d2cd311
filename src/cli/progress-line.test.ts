import { expect, test } from 'vitest';
import { ProgressLine, duration, progressText } from './progress-line.ts';

const state = { total: 40, done: 10, failed: 1, running: 2, events: 3_100_000 };

test('the time left is that of the runs so far', () => {
  // 10 runs in 20 s are 2 s each; 30 are left.
  expect(progressText(state, 20_000)).toBe('10/40 runs, 1 failed, 3.1 M events, 20 s, about 1 min 0 s left');
  expect(duration(2 * 3_600_000 + 5 * 60_000)).toBe('2 h 5 min');
});

test('without a terminal: silent for two seconds, then a line every five', () => {
  let nowMs = 0;
  const written: string[] = [];
  const stream = { isTTY: false, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream;
  const line = new ProgressLine(stream, () => nowMs);
  for (nowMs = 0; nowMs <= 13_000; nowMs += 500) line.show(state);
  // At 2, 7 and 12 seconds.
  expect(written.map((text) => /, (\d+) s, about/.exec(text)?.[1])).toEqual(['2', '7', '12']);
});
