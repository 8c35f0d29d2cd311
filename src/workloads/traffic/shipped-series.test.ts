import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { poisson } from '../../sim/distributions.ts';
import { stream } from '../../sim/random.ts';
import { days, minutes } from '../../sim/time.ts';
import { bytesOf } from '../byte-source.ts';
import { meanOfCurve } from './curve-measures.ts';
import { dateTimeText, dateTimeUs } from './date-time.ts';
import { describeSeries } from './describe-traffic.ts';
import { trafficSource, type TrafficText } from './traffic-text.ts';
import { readSeries } from './traffic-series.ts';

const root = join(import.meta.dirname, '../../..');
const file = join(root, 'traces/shop-week.csv');
const STEP_US = minutes(5);

/** The traffic as traces/README.md describes it, in its one JSON block. */
function described(): TrafficText {
  const [, json] = /```json\n([\s\S]*?)\n```/.exec(readFileSync(join(root, 'traces/README.md'), 'utf8')) ?? [];
  return JSON.parse(json) as TrafficText;
}

/** Counts of Poisson arrivals at the rate, and as many buyers as a twentieth of it brings. */
function made(text: TrafficText): string {
  const open = (name: string) => bytesOf(name, '');
  const source = trafficSource(text, { open, durationUs: days(7) })((name) => stream(1, name));
  if (source.kind !== 'open') throw new Error(source.kind);
  const web = poisson(stream(1, 'traffic/shop/web'));
  const checkout = poisson(stream(1, 'traffic/shop/checkout'));
  const rows = ['time,web,checkout'];
  for (let timeUs = 0; timeUs < days(7); timeUs += STEP_US) {
    const expected = (meanOfCurve(source.curve, timeUs, timeUs + STEP_US) * STEP_US) / 1e6;
    const time = dateTimeText(dateTimeUs('2026-01-05') + timeUs).replace(':00Z', 'Z');
    rows.push(`${time},${web(expected)},${checkout(expected / 20)}`);
  }
  return `${rows.join('\n')}\n`;
}

test('the series that ships is what its description makes', () => {
  const text = made(described());
  if (process.env['UPDATE_TRACES'] === '1') writeFileSync(file, text);
  expect(readFileSync(file, 'utf8') === text, 'traces/shop-week.csv is not what traces/README.md describes').toBe(true);
  expect(text.length).toBeLessThan(100_000);
});

test('it is a week with days, a weekend and one crowd, as the README says', () => {
  const series = readSeries(bytesOf('traces/shop-week.csv', readFileSync(file)), {
    time: { column: 'time', as: 'date-time' },
    values: ['web'],
  });
  expect(series.counts).toHaveLength(7 * 288);
  expect(series.intervalUs).toBe(STEP_US);
  const found = describeSeries(series);
  const readme = readFileSync(join(root, 'traces/README.md'), 'utf8');
  const sentence = /mean (\S+)\/s, peak over mean (\S+), CV (\S+), day (\S+), dispersion at an hour (\S+)\./.exec(
    readme,
  );
  expect(sentence?.slice(1)).toEqual([
    found.meanPerSecond.toFixed(1),
    found.peakToMean.toFixed(1),
    found.cv.toFixed(2),
    found.dayPeakToTrough?.toFixed(1),
    found.dispersion.hour?.toFixed(0),
  ]);
});
