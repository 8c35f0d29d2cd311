import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { traceDir } from '../../../test/trace-dir.ts';
import { stream } from '../../sim/random.ts';
import { hours, minutes } from '../../sim/time.ts';
import { bytesOf, type ByteSource } from '../byte-source.ts';
import { meanOfCurve, peakOfCurve } from './curve-measures.ts';
import { describeCurve, describeRequests, describeSeries } from './describe-traffic.ts';
import { recordedTraffic, replayCurve } from './replay.ts';
import { readRequestTimes } from './request-times.ts';
import { SERIES_PRESETS, seriesPreset } from './series-presets.ts';
import { trafficSource, type TrafficText } from './traffic-text.ts';
import { readSeries, seriesCurve, seriesEndUs } from './traffic-series.ts';

const directory = traceDir();
const open = (file: string): ByteSource => bytesOf(file, readFileSync(join(directory ?? '', file)));
const has = (file: string): boolean => directory !== undefined && existsSync(join(directory, file));
const read = (name: string) => readSeries(open(seriesPreset(name).file), seriesPreset(name).format);

/** Within this share of the published figure, which is given to two or three digits. */
const near = (got: number | undefined, published: number, share = 0.01): void => {
  expect(got! / published).toBeGreaterThan(1 - share);
  expect(got! / published).toBeLessThan(1 + share);
};

describe('published statistics of real traffic come out', () => {
  const worldcup = has(seriesPreset('worldcup98').file);
  test.skipIf(!worldcup)('worldcup98: peak over mean 21.3, CV 1.78, day 3.95', () => {
    const series = read('worldcup98');
    const found = describeSeries(series);
    // The official total, 30 April to 26 July 1998.
    expect(found.requests).toBe(1_352_804_107);
    expect(series.counts).toHaveLength(125_310);
    near(found.meanPerSecond * 60, 10_796);
    near(found.peakPerSecond * 60, 229_426, 1e-9);
    near(found.peakToMean, 21.3);
    near(found.cv, 1.78);
    // By hours of the clock 3.95; the 4.27 that is sometimes given is by hours from the first row, which is at 21:30.
    near(found.dayPeakToTrough, 3.952, 0.001);
    near(describeSeries({ ...series, startUs: 0 }).dayPeakToTrough, 4.27, 0.005);
    const curve = seriesCurve(series, 'zero');
    near(meanOfCurve(curve, series.startUs, seriesEndUs(series)), found.meanPerSecond, 1e-9);
    // The semifinal of 7 July, whose crowd is largest at 21:41 UTC, cut out and scaled to 10,000 requests a second.
    const match = replayCurve(series, {
      missing: 'zero',
      from: '1998-07-07 18:00',
      lastsUs: hours(6),
      peakPerSecond: 10_000,
    });
    expect(match.at(hours(3) + minutes(41))).toBeCloseTo(10_000, 6);
    expect(match.untilUs(hours(3) + minutes(41))).toBe(hours(3) + minutes(42));
    expect(match.at(hours(6))).toBe(0);
    expect(match.untilUs(hours(6))).toBe(Infinity);
    const fast = replayCurve(series, {
      missing: 'zero',
      from: '1998-07-07 18:00',
      lastsUs: hours(6),
      peakPerSecond: 10_000,
      compress: 6,
      repeat: true,
    });
    expect(peakOfCurve(fast, hours(5), hours(6))).toBeCloseTo(10_000, 6);
    near(meanOfCurve(fast, 0, hours(2)), meanOfCurve(match, 0, hours(6)), 1e-6);
  });

  test.skipIf(!has(seriesPreset('wikipedia-hourly').file))(
    'wikipedia-hourly: peak over mean 1.67, CV .198, day 1.59',
    () => {
      const series = read('wikipedia-hourly');
      const found = describeSeries(series);
      near(found.meanPerSecond * 3600, 15.85e6);
      near(found.peakToMean, 1.67);
      near(found.cv, 0.198);
      near(found.dayPeakToTrough, 1.59);
      // 10,621 hours of which 84 are missing and 2 partial.
      expect(series.counts).toHaveLength(10_621);
      expect(series.counts.filter((count) => count !== count)).toHaveLength(86);
      const filled = seriesCurve(series, 'interpolate');
      near(meanOfCurve(filled, series.startUs, seriesEndUs(series)), found.meanPerSecond, 0.002);
      const found2 = describeCurve(filled, series.startUs, seriesEndUs(series));
      near(found2.dayPeakToTrough, 1.59);
    },
  );

  test.skipIf(!has(seriesPreset('nasa-http-1995').file))('nasa-http-1995: peak over mean 10, CV .72; day 4.0', () => {
    const series = read('nasa-http-1995');
    const found = describeSeries(series);
    // 3,461,610 in the log, of which the minutes have all but 44, in the seconds cut off at the end of July.
    expect(found.requests).toBe(3_461_566);
    near(found.meanPerSecond * 60, 41.05);
    near(found.peakToMean, 10);
    near(found.cv, 0.72);
    // Four times as much at 14:00 as at 5:00, local time, in each of the two months. The 1.78 that is sometimes given
    // comes from rows taken as consecutive minutes, which moves the hours of August by 10 because of the gap.
    near(found.dayPeakToTrough, 3.977);
    const { time: _, ...consecutive } = seriesPreset('nasa-http-1995').format;
    near(describeSeries(readSeries(open('nasa-http-1995/requests_per_minute.csv'), consecutive)).dayPeakToTrough, 1.78);
    // The gap of 4,948 minutes is missing, the outage of 37.7 hours is there with zeros.
    expect(series.counts.filter((count) => count !== count)).toHaveLength(4948);
    expect(replayCurve(series, { missing: 'zero', from: '1995-08-02' }).at(0)).toBe(0);
  });

  test.skipIf(!has(seriesPreset('huawei-private-2023').file))(
    'huawei-private-2023: aggregate peak over mean 1.49, day 3.5; the top function has 38 %',
    () => {
      const { file, format } = seriesPreset('huawei-private-2023');
      const series = read('huawei-private-2023');
      const found = describeSeries(series);
      near(found.requests, 4.267e9, 0.001);
      near(found.meanPerSecond * 60, 2.96e6);
      near(found.peakToMean, 1.49);
      // Published as the highest over the lowest minute of the day: hours differ less.
      near(found.peakPerSecond / minuteTrough(series.counts), 3.5, 0.03);
      const each = Array.from({ length: 200 }, (_, column) => {
        const one = readSeries(open(file), { ...format, values: [String(column)] });
        return one.counts.reduce((sum, count) => sum + (count === count ? count : 0), 0);
      }).sort((a, b) => b - a);
      expect(each.filter((count) => count > 0)).toHaveLength(104);
      near(each[0] / found.requests, 0.38);
      near(each.slice(0, 10).reduce((sum, count) => sum + count, 0) / found.requests, 0.91);
    },
  );

  function minuteTrough(counts: Float64Array): number {
    return counts.reduce((least, count) => Math.min(least, count), Infinity) / 60;
  }

  const azure = has(seriesPreset('azure-llm-2023').file);
  test.skipIf(!azure)('azure-llm-2023: CV of gaps 1.09 and 13.2, IDC of code at a minute 160', () => {
    const { file, format } = seriesPreset('azure-llm-2023');
    const conversations = describeRequests(readRequestTimes(open(file), format));
    expect(conversations.requests).toBe(19_366);
    near(conversations.meanPerSecond, 5.5);
    near(conversations.gapCv, 1.09);
    const code = describeRequests(readRequestTimes(open('azure-llm-2023/AzureLLMInferenceTrace_code.csv'), format));
    near(code.gapCv, 13.2);
    near(code.dispersion.minute, 160, 0.03);
    // The same rows counted by the second are a rate with nearly the same dispersion over a minute.
    const counted = readSeries(open('azure-llm-2023/AzureLLMInferenceTrace_code.csv'), format);
    near(describeSeries(counted).dispersion.minute, code.dispersion.minute!, 1e-9);
  });

  test.skipIf(!worldcup || !azure)('every preset is named in a scenario, with changes of its columns', () => {
    const source = (text: Omit<TrafficText, 'name'>) =>
      trafficSource({ name: 'web', ...text }, { open, durationUs: hours(1) })((name) => stream(1, name));
    const options = { preset: 'worldcup98', from: '1998-07-07 18:00', lasts: '6h', peak: '20k/s', compress: 6 };
    const match = source({ shape: [{ kind: 'series', options }] });
    expect(match.kind === 'open' && peakOfCurve(match.curve, 0, hours(1))).toBeCloseTo(20_000, 6);
    for (const { name } of SERIES_PRESETS) {
      const replayed = source({ shape: [{ kind: 'series', options: { preset: name, mean: '100/s', lasts: '1h' } }] });
      expect(replayed.kind === 'open' && meanOfCurve(replayed.curve, 0, hours(1)), name).toBeGreaterThan(90);
    }
    // One function of the 200, in place of their sum.
    const one = { preset: 'huawei-private-2023', values: ['75'] };
    const top = source({ shape: [{ kind: 'series', options: one }] });
    expect(top.kind === 'open' && top.curve.at(0)).toBeCloseTo(1_346_813 / 60, 6);
    // The form in which the World Cup's requests are published, whose columns have other names.
    const file = { preset: 'worldcup98', file: 'worldcup98/invocation_count.csv', time: 'period', values: ['count'] };
    const published = source({ shape: [{ kind: 'series', options: file }] });
    expect(published.kind === 'open' && published.curve.at(0)).toBeCloseTo(2 / 60, 9);
    const requests = source({ requests: { kind: 'requests', options: { preset: 'azure-llm-2023', lasts: '1m' } } });
    expect(requests.kind === 'times' && requests.next()).toBe(0);
  });

  test.skipIf(!azure)('recorded requests are thinned and copied by the stream', () => {
    const { file, format } = seriesPreset('azure-llm-2023');
    const recording = readRequestTimes(open(file), format);
    const count = (options: Parameters<typeof recordedTraffic>[1], seed = 1): number => {
      const source = recordedTraffic(recording, options, stream(seed, 'traffic/llm/requests'));
      let found = 0;
      let misplaced = 0;
      for (let last = 0, at = source.next(); at < Infinity; last = at, at = source.next(), found++)
        if (at < last || !Number.isInteger(at)) misplaced++;
      expect(misplaced).toBe(0);
      return found;
    };
    expect(count({})).toBe(19_366);
    near(count({ factor: 0.1 }), 1937, 0.05);
    near(count({ factor: 2.5 }), 2.5 * 19_366, 0.02);
    expect(count({ factor: 2.5 })).toBe(count({ factor: 2.5 }));
    expect(count({ factor: 0.1 }, 1)).not.toBe(count({ factor: 0.1 }, 2));
    expect(count({ from: '30m', lastsUs: minutes(10) })).toBe(
      count({ from: '30m', lastsUs: minutes(10), compress: 10 }),
    );
  });
});
