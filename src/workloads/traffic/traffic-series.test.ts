import { gzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { bytesOf } from '../byte-source.ts';
import { dateTimeText, dateTimeUs } from './date-time.ts';
import { readRequestTimes } from './request-times.ts';
import { replayCurve } from './replay.ts';
import type { SeriesFormat } from './series-format.ts';
import { seriesPreset } from './series-presets.ts';
import { readSeries, seriesCurve } from './traffic-series.ts';

const MINUTE = 60e6;
const counts = (text: string, format: SeriesFormat, name = 'x.csv') => [
  ...readSeries(bytesOf(name, text), format).counts,
];
const dated: SeriesFormat = { time: { column: 'when', as: 'date-time' }, values: ['n'] };

describe('dates and times', () => {
  test.each([
    ['1970-01-01', 0],
    ['1970-01-02T00:00:00.000001Z', 86_400_000_001],
    // Three days after 30 April comes 3 May; 10,346 days lie between 1970 and 30 April 1998.
    ['1998-04-30 21:30', (10_346 * 86_400 + 21.5 * 3600) * 1e6],
    ['2000-02-29T23:59:60Z', 951_868_800e6],
    ['1995-07-01T00:00-04:00', dateTimeUs('1995-07-01 04:00')],
    ['2023-11-16 18:17:03.9799600', dateTimeUs('2023-11-16 18:17:03') + 979_960],
    ['1969-12-31T23:59:59Z', -1e6],
  ])('%s', (text, us) => {
    expect(dateTimeUs(text)).toBe(us);
  });

  test('are written as they are read, over four centuries', () => {
    for (let day = -100_000; day < 100_000; day += 37) {
      const us = day * 86_400e6 + ((day * 7919) % 86_400) * 1e6 + 250_000;
      expect(dateTimeUs(dateTimeText(us))).toBe(us);
    }
    expect(dateTimeText(dateTimeUs('1998-07-07 18:00'))).toBe('1998-07-07T18:00:00Z');
  });

  test.each(['1998-13-01', '1999-02-29', '7 Jul 1998', '1998-07-07 25:00', '1998-07-07T18', ''])(
    '%o is none',
    (text) => {
      expect(() => dateTimeUs(text)).toThrow(/is not a date and time; write it like 1998-07-07 18:00/);
    },
  );
});

describe('a series is read from', () => {
  test('dates and counts; what is missing is missing', () => {
    const text =
      'when,n,other\n2020-01-01T00:00Z,5,x\n2020-01-01T00:01Z,,x\n2020-01-01T00:02Z,0,x\n2020-01-01T00:04Z,7,x\n';
    expect(counts(text, dated)).toEqual([5, NaN, 0, NaN, 7]);
    const series = readSeries(bytesOf('x.csv', text), dated);
    expect([series.startUs, series.intervalUs]).toEqual([dateTimeUs('2020-01-01'), MINUTE]);
    expect(
      readSeries(bytesOf('x.csv', text), { ...dated, time: { column: 'when', as: 'date-time', marks: 'end' } }).startUs,
    ).toBe(dateTimeUs('2019-12-31 23:59'));
  });

  test('packed bytes, other delimiters, comments, rows out of order', () => {
    const packed = gzipSync(new TextEncoder().encode('# note\nwhen;n\n2020-01-01 00:01;2\n2020-01-01 00:00;1\n'));
    expect([...readSeries(bytesOf('x.csv.gz', packed), { ...dated, delimiter: ';', comment: '#' }).counts]).toEqual([
      1, 2,
    ]);
  });

  test('minutes or seconds from a beginning, whole days apart', () => {
    const format: SeriesFormat = { time: { column: 't', as: 'minutes' }, values: ['n'] };
    expect(counts('t,n\n0,1\n0.5,2\n1,3\n', format)).toEqual([1, 2, 3]);
    const days: SeriesFormat = {
      time: { column: 't', as: 'seconds', plusDaysColumn: 'day' },
      values: 'all',
      intervalUs: 43_200e6,
    };
    expect(counts('day,t,a,b\n0,0,1,2\n0,43200,,5\n1,0,,\n1,43200,4,4\n', days)).toEqual([3, 5, NaN, 8]);
  });

  test('rows one after the other, without a header', () => {
    expect(counts('x,4\ny,6\n', { header: false, values: ['2'], intervalUs: MINUTE })).toEqual([4, 6]);
  });

  test('rates: 60 a minute for 10 seconds are 10 requests; rates in one interval are averaged, counts added', () => {
    const format: SeriesFormat = {
      time: { column: 't', as: 'seconds' },
      values: ['r'],
      valuesAs: 'per-minute',
      intervalUs: 10e6,
    };
    expect(counts('t,r\n0,60\n10,30\n15,90\n', format)).toEqual([10, 10]);
    expect(counts('t,r\n0,60\n10,30\n15,90\n', { ...format, valuesAs: 'count' })).toEqual([60, 120]);
    expect(counts('t,r\n0,2\n10,3\n', { ...format, valuesAs: 'per-second' })).toEqual([20, 30]);
    expect(counts('t,r\n0,3600\n10,0\n', { ...format, valuesAs: 'per-hour' })).toEqual([10, 0]);
  });

  test('NDJSON', () => {
    const text = '{"t": 0, "n": 5, "extra": true}\n\n{"t": "60", "n": null}\n{"n": 7, "t": 120}\n';
    expect(counts(text, { time: { column: 't', as: 'seconds' }, values: ['n'] }, 'x.ndjson')).toEqual([5, NaN, 7]);
  });

  test('one row a request', () => {
    const format: SeriesFormat = { time: { column: 't', as: 'milliseconds' } };
    expect(counts('t\n250\n0\n999\n3001\n', format)).toEqual([3, 0, 0, 1]);
    expect([...readRequestTimes(bytesOf('x.csv', 't\n250\n0\n999\n'), format).timesUs]).toEqual([0, 250_000, 999_000]);
  });

  test('only the rows that are wanted', () => {
    const only = { column: 'q', value: 'ok' };
    expect(counts('when,n,q\n2020-01-01,5,ok\n2020-01-02,6,bad\n2020-01-03,7,ok\n', { ...dated, only })).toEqual([
      5,
      NaN,
      7,
    ]);
    const times = readRequestTimes(bytesOf('x.csv', 't,q\n1,ok\n2,bad\n3,ok\n'), {
      time: { column: 't', as: 'seconds' },
      only,
    });
    expect([...times.timesUs]).toEqual([1e6, 3e6]);
  });
});

test('what is missing is nothing, what was there before, or on the line between', () => {
  const series = { name: 'x', startUs: 0, intervalUs: 1e6, counts: Float64Array.of(NaN, 4, NaN, NaN, 10, NaN) };
  const levels = (missing: 'zero' | 'hold' | 'interpolate') => {
    const curve = seriesCurve(series, missing);
    return Array.from({ length: 8 }, (_, second) => curve.at((second - 1) * 1e6 + 5));
  };
  expect(levels('zero')).toEqual([0, 0, 4, 0, 0, 10, 0, 0]);
  expect(levels('hold')).toEqual([0, 4, 4, 4, 4, 10, 10, 0]);
  expect(levels('interpolate')).toEqual([0, 4, 4, 6, 8, 10, 10, 0]);
});

describe('a part of a series', () => {
  const series = {
    name: 'x.csv',
    startUs: dateTimeUs('2020-01-01'),
    intervalUs: MINUTE,
    counts: Float64Array.of(60, 120, 240, 600),
  };
  const levels = (options: Partial<Parameters<typeof replayCurve>[1]>, stepUs = MINUTE) => {
    const curve = replayCurve(series, { missing: 'zero', ...options });
    return Array.from({ length: 6 }, (_, k) => curve.at(k * stepUs));
  };
  test('begins at a date or some time after the beginning, and where it begins is time 0', () => {
    expect(levels({})).toEqual([1, 2, 4, 10, 0, 0]);
    expect(levels({ from: '2020-01-01 00:01', lastsUs: 2 * MINUTE })).toEqual([2, 4, 0, 0, 0, 0]);
    expect(levels({ from: '1m', lastsUs: 99 * MINUTE })).toEqual([2, 4, 10, 0, 0, 0]);
    // Half a minute in: the next change comes 30 s later.
    expect(levels({ from: '30s' }, MINUTE / 2)).toEqual([1, 2, 2, 4, 4, 10]);
  });
  test('is scaled by its own mean or peak, compressed and repeated', () => {
    expect(levels({ factor: 3 })).toEqual([3, 6, 12, 30, 0, 0]);
    expect(levels({ peakPerSecond: 100 })).toEqual([10, 20, 40, 100, 0, 0]);
    // Mean of 1 and 2: 1.5.
    expect(levels({ lastsUs: 2 * MINUTE, meanPerSecond: 3 })).toEqual([2, 4, 0, 0, 0, 0]);
    expect(levels({ compress: 2 }, MINUTE / 2)).toEqual([1, 2, 4, 10, 0, 0]);
    expect(levels({ compress: 2, repeat: true }, MINUTE / 2)).toEqual([1, 2, 4, 10, 1, 2]);
  });
  test.each([
    [
      { from: '2020-01-02' },
      'the window begins at "2020-01-02", where x.csv has nothing: it lasts from 2020-01-01T00:00:00Z to 2020-01-01T00:04:00Z, 240s',
    ],
    [{ from: '4m' }, 'the window begins at "4m", where x.csv has nothing'],
    [{ from: 'noon' }, '"noon" is neither a date nor a time from the beginning; write it like 1998-07-07 18:00 or 30h'],
    [{ lastsUs: 0 }, 'the window is empty; write a length above 0, such as 6h'],
    [{ factor: 2, meanPerSecond: 3 }, 'a factor, a mean and a peak were given; keep one of them'],
  ])('that is not there is refused: %o', (options, sentence) => {
    expect(() => levels(options)).toThrow(sentence);
  });
});

describe('what cannot be read is told with file and line', () => {
  const seconds: SeriesFormat = { time: { column: 't', as: 'seconds' }, values: ['n'] };
  test.each<[string, SeriesFormat, string]>([
    ['', dated, 'x.csv: the file is empty'],
    ['when,n\n', dated, 'x.csv: the file has no rows but its header'],
    ['when,m\n2020-01-01,5\n', dated, 'x.csv:1: there is no column "n"; did you mean "m"?'],
    [
      'when,n\n2020-01-01,5\n2020-01-xx,5\n',
      dated,
      'x.csv:3: field "when": "2020-01-xx" is not a date and time; write it like',
    ],
    ['when,n\n2020-01-01,five\n', dated, 'x.csv:2: field "n": "five" is not a number; write it like 42 or 0.5'],
    [
      'when,n\n2020-01-01,-5\n',
      dated,
      'x.csv:2: field "n": -5 is negative; leave the field empty when the value is missing',
    ],
    [
      'when,n\n2020-01-01\n',
      dated,
      'x.csv:2: the row has 1 fields and the first row 2; write one field for each column (empty ones too)',
    ],
    ['when,n\n2020-01-01,5\n', dated, 'x.csv: all rows have the same time, so the interval must be given, such as 1m'],
    ['t,n\n0,1\n,2\n', seconds, 'x.csv:3: field "t": "" is not a time in seconds; every row needs one'],
    ['t,n\n0,1\n1e30,2\n', seconds, 'x.csv:3: field "t": "1e30" is not a time in seconds; every row needs one'],
    [
      't,n\n0,1\n1,2\n1600000000,2\n',
      seconds,
      'more than 50000000; give a longer interval, or look for a time that is wrong',
    ],
    [
      't,n\n0,1\n',
      { values: ['n'] },
      'there is no column of times, so the interval from row to row must be given, such as 1m',
    ],
    [
      't,n\n0,1\n',
      { intervalUs: 1 },
      'rows that are requests need a column of times; rows without times need a column of values',
    ],
    ['t,n\n0,1\n', { ...seconds, values: [] }, 'the list of value columns is empty; name at least one, or write all'],
    [
      '{"t":0}\nnonsense\n',
      { ...seconds, syntax: 'ndjson', values: ['t'] },
      'x.csv:2: "nonsense" is not JSON; write one object a line',
    ],
    ['{"t":0,"n":[1]}\n', { ...seconds, syntax: 'ndjson' }, 'x.csv:1: field "n": "[1]" is neither a number nor a text'],
  ])('%j', (text, format, sentence) => {
    expect(() => readSeries(bytesOf('x.csv', text), format)).toThrow(sentence);
  });
  test('requests do not come from columns of values, and presets have names', () => {
    expect(() => readRequestTimes(bytesOf('x.csv', ''), dated)).toThrow('x.csv: single requests are wanted, one a row');
    expect(() => seriesPreset('worldcup')).toThrow(
      'there is no recording called "worldcup"; did you mean "worldcup98"?',
    );
  });
});
