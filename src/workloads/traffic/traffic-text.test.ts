import { describe, expect, test } from 'vitest';
import { stream } from '../../sim/random.ts';
import type { LevelCurve } from '../../sim/requests/traffic.ts';
import { days, hours, minutes } from '../../sim/time.ts';
import { bytesOf } from '../byte-source.ts';
import { BATCH_KINDS } from './batch-kinds.ts';
import { azureVmBatch } from './batch-sizes.ts';
import { meanOfCurve, peakOfCurve } from './curve-measures.ts';
import { describeCurve } from './describe-traffic.ts';
import { trafficKind, trafficKinds } from './traffic-kinds.ts';
import { trafficOptions } from './traffic-options.ts';
import { trafficSource, type TrafficText } from './traffic-text.ts';

const FILES: Readonly<Record<string, string>> = {
  'a.csv': 'minute,web,shop\n0,60,600\n1,120,0\n',
  'log.ndjson': '{"at":"2020-01-01T00:00:00.5Z"}\n{"at":"2020-01-01T00:00:02Z"}\n',
};
const open = (file: string) => bytesOf(file, FILES[file]);
const streams = (name: string) => stream(1, name);
const sourceOf = (text: Omit<TrafficText, 'name'>) =>
  trafficSource({ name: 'web', ...text }, { open, durationUs: days(1) })(streams);
const curveOf = (text: Omit<TrafficText, 'name'>): LevelCurve => {
  const source = sourceOf(text);
  if (source.kind !== 'open') throw new Error(`${source.kind} has no rate`);
  return source.curve;
};

/** For each kind, options as a user writes them. */
const EXAMPLES: Readonly<Record<string, Record<string, unknown>>> = {
  constant: { rate: '100/s' },
  steps: {
    points: [
      ['0s', '10/s'],
      ['5m', '6000/min'],
    ],
    between: 'linear',
  },
  ramp: { from: 0, to: '50/s', lasts: '10m' },
  diurnal: { mean: '200/s', peakToTrough: 3 },
  spike: { at: '10m', peak: '900/s', decay: 'power' },
  surge: { at: '10m', times: 8 },
  bursty: { mean: '5/s', dispersion: 20 },
  states: {
    states: [
      ['1m', '5/s'],
      ['10s', '90/s'],
    ],
  },
  weekly: {},
  profile: { factors: [1, 2, 1] },
  growth: {},
  series: { file: 'a.csv', time: 'minute', timeAs: 'minutes', values: ['web', 'shop'] },
  requests: { file: 'log.ndjson', time: 'at' },
};

test('every kind makes traffic of its example, with what it declares', () => {
  expect(Object.keys(EXAMPLES)).toEqual(trafficKinds.map((kind) => kind.name));
  for (const kind of trafficKinds) {
    expect(kind.summary.length * kind.source.length, kind.name).toBeGreaterThan(0);
    const options = trafficOptions(kind, EXAMPLES[kind.name]);
    const context = { open, streamName: 'traffic/web/0' };
    const source = kind.make(options, context)(streams);
    expect(source.kind, kind.name).toBe(kind.makes === 'requests' ? 'times' : 'open');
    if (source.kind === 'open') expect(peakOfCurve(source.curve, 0, days(1)), kind.name).toBeGreaterThan(0);
    for (const field of kind.fields) expect(field.meaning, `${kind.name}.${field.name}`).toMatch(/^.+\.$/);
  }
  for (const kind of BATCH_KINDS) expect(kind.fields.every((field) => field.meaning.endsWith('.'))).toBe(true);
});

describe('a text becomes a source', () => {
  test('shapes are summed, factors multiplied', () => {
    const curve = curveOf({
      shape: [
        { kind: 'constant', options: { rate: '60/min' } },
        { kind: 'diurnal', options: { mean: '1k/s', peakToTrough: 3 } },
      ],
      factors: [{ kind: 'weekly', options: { factors: [2, 1, 1, 1, 1, 1, 0] } }],
    });
    // Monday twice the mean of the week: 2 x (1 + 1,000).
    expect(meanOfCurve(curve, 0, days(1))).toBeCloseTo(2002, 6);
    expect(meanOfCurve(curve, days(6), days(7))).toBe(0);
  });

  test('a surge of 8 times is 8 times the rate at its height', () => {
    const surge = { kind: 'surge', options: { at: '1h', times: 8, rise: '5m', plateau: '10m', fall: '20m' } };
    const curve = curveOf({ shape: [{ kind: 'constant', options: { rate: 50 } }], factors: [surge] });
    expect([curve.at(0), curve.at(hours(1) + minutes(5)), curve.at(hours(20))]).toEqual([50, 400, 50]);
  });

  test('batches leave the rate of requests what it was', () => {
    const text = { shape: [{ kind: 'constant', options: { rate: '10/s' } }], batch: { kind: 'azure-vm' } };
    const source = sourceOf(text);
    expect(source.kind === 'open' && source.curve.at(0) * (source.batch?.mean ?? 0)).toBeCloseTo(10, 9);
    // Poisson batches: the dispersion of the sizes, in windows of any length.
    const { dispersion, meanPerSecond } = describeCurve(curveOf(text), 0, days(1), azureVmBatch());
    expect(meanPerSecond).toBeCloseTo(10, 9);
    expect([dispersion.second, dispersion.minute, dispersion.hour]).toEqual(Array(3).fill(azureVmBatch().dispersion));
  });

  test('users are whole, and think', () => {
    const source = sourceOf({
      users: [{ kind: 'ramp', options: { from: 0, to: 10, lasts: '1h' } }],
      think: { kind: 'exponential', meanUs: 5e6 },
    });
    if (source.kind !== 'closed') throw new Error(source.kind);
    expect(source.think).toEqual({ kind: 'exponential', meanUs: 5e6 });
    // The hundredth step of 0 to 10 has its middle at 9.95.
    expect([source.users.at(0), source.users.at(minutes(59.5)), source.users.at(hours(2))]).toEqual([0, 10, 10]);
  });

  test('a file is replayed: one column or several, scaled to a peak', () => {
    const values = (columns: unknown) => {
      const options = { ...EXAMPLES['series'], values: columns };
      const curve = curveOf({ shape: [{ kind: 'series', options }] });
      return [0, 1, 2].map((minute) => curve.at(minutes(minute)));
    };
    expect(values('web')).toEqual([1, 2, 0]);
    expect(values(['web', 'shop'])).toEqual([11, 2, 0]);
    expect(values('all')).toEqual([11, 2, 0]);
    const scaled = curveOf({
      shape: [{ kind: 'series', options: { ...EXAMPLES['series'], values: ['web'], peak: '500/s', lasts: '1m' } }],
    });
    expect([scaled.at(0), scaled.at(minutes(1))]).toEqual([500, 0]);
    const times = sourceOf({ requests: { kind: 'requests', options: EXAMPLES['requests'] } });
    expect(times.kind === 'times' && [times.next(), times.next(), times.next()]).toEqual([0, 1_500_000, Infinity]);
  });

  test('adjustments are made in their order', () => {
    const shape = [
      {
        kind: 'steps',
        options: {
          points: [
            [0, 10],
            ['1h', 40],
          ],
        },
      },
    ];
    const curve = curveOf({
      shape,
      // An hour becomes half an hour, from 1:00 on; until 2:00, again and again; then twice, then at most 70.
      adjust: {
        compress: 2,
        delayUs: hours(1),
        fromUs: hours(1),
        untilUs: hours(2),
        repeatUs: hours(2),
        factor: 2,
        most: 70,
      },
    });
    expect([0, 1, 1.5, 2, 3, 3.5].map((hour) => curve.at(hours(hour)))).toEqual([0, 20, 70, 0, 20, 70]);
    expect(meanOfCurve(curveOf({ shape, adjust: { mean: 5 } }), 0, days(1))).toBeCloseTo(5, 9);
    expect(peakOfCurve(curveOf({ shape, adjust: { peak: 5 } }), 0, days(1))).toBeCloseTo(5, 9);
  });

  test('the same seed gives the same bursts, another seed and another place others', () => {
    const bursty = { kind: 'bursty', options: { mean: '5/s', dispersion: 20 } };
    const changes = (seed: number, place: number) => {
      const shape = [...Array.from({ length: place }, () => ({ kind: 'constant', options: { rate: 0 } })), bursty];
      const source = trafficSource({ name: 'web', shape }, { open, durationUs: days(1) })((name) => stream(seed, name));
      if (source.kind !== 'open') throw new Error(source.kind);
      return [source.curve.untilUs(0), source.curve.untilUs(hours(1))];
    };
    expect(changes(1, 0)).toEqual(changes(1, 0));
    expect(changes(1, 0)).not.toEqual(changes(2, 0));
    expect(changes(1, 0)).not.toEqual(changes(1, 1));
  });

  test('streams are named after the traffic, and asked for once a run', () => {
    const asked: string[] = [];
    const shape = [
      { kind: 'bursty', options: { mean: 5, dispersion: 20 } },
      { kind: 'states', options: EXAMPLES['states'] },
    ];
    trafficSource({ name: 'web', shape }, { open, durationUs: 1e6 })((name) => (asked.push(name), stream(1, name)));
    expect(asked).toEqual(['traffic/web/shape-0-bursty', 'traffic/web/shape-1-states']);
  });
});

test.each<[Omit<TrafficText, 'name'>, string]>([
  [{}, 'traffic has one of shape, users and requests; write shape for requests at a rate'],
  [{ shape: [] }, 'the list of shapes is empty; write at least one'],
  [{ shape: [{ kind: 'diurnl' }] }, 'there is no traffic called "diurnl"; did you mean "diurnal"?'],
  [{ shape: [{ kind: 'weekly' }] }, '"weekly" makes a factor, and a rate is wanted here'],
  [{ shape: [{ kind: 'constant' }] }, 'constant needs the option "rate": the rate'],
  [
    { shape: [{ kind: 'constant', options: { rate: '5 apples' } }] },
    'constant: option "rate": "5 apples" is not a rate; write it like 200/s, 12000/min or 5M/d',
  ],
  [{ shape: [{ kind: 'constant', options: { rte: 5 } }] }, 'constant has no option "rte"; did you mean "rate"?'],
  [
    { shape: [{ kind: 'diurnal', options: { mean: 5, peakToTrough: 0.5 } }] },
    'diurnal: option "peakToTrough": "0.5" is out of bounds; write at least 1',
  ],
  [
    { shape: [{ kind: 'diurnal', options: { mean: 5, peakAt: 'noon' } }] },
    'diurnal: option "peakAt": "noon" is not a time',
  ],
  [
    { shape: [{ kind: 'steps', options: { points: [[1, 2, 3]] } }] },
    'steps: option "points": "[1,2,3]" is not a pair of a time and a rate',
  ],
  [
    { shape: [{ kind: 'steps', options: { points: 'x' } }] },
    'steps: option "points": "x" is not a list of [time, rate]',
  ],
  [
    { shape: [{ kind: 'spike', options: { at: 0, peak: 1, decay: 'slow' } }] },
    'spike: option "decay": "slow" is not known; write exponential or power or linear',
  ],
  [{ shape: [{ kind: 'series' }] }, 'series needs a file or a preset, such as preset: worldcup98'],
  [{ shape: [{ kind: 'constant', options: { rate: 0 } }], adjust: { mean: 5 } }, 'the traffic is 0 all the time'],
  [
    { shape: [{ kind: 'constant', options: { rate: 1 } }], think: { kind: 'constant', meanUs: 1 } },
    'think belongs to users',
  ],
  [
    { shape: [{ kind: 'constant', options: { rate: 1 } }], batch: { kind: 'azur-vm' } },
    'there are no batches called "azur-vm"; did you mean "azure-vm"?',
  ],
  [
    { shape: [{ kind: 'constant', options: { rate: '9e99' } }] },
    'the traffic comes to 9e+99 at 0s; it must stay between 0 and 1000000000000',
  ],
  [
    {
      shape: [{ kind: 'constant', options: { rate: 1 } }],
      factors: [{ kind: 'growth', options: { times: 9, every: '1m' } }],
    },
    'it must stay between 0 and 1000000000000',
  ],
  [
    { shape: [{ kind: 'diurnal', options: { mean: 5, period: '1ms', step: '1us' } }] },
    'the traffic changes more than 2000000 times in the run; write longer bursts, periods or steps',
  ],
  [
    {
      shape: [
        {
          kind: 'states',
          options: {
            states: [
              ['1us', 1],
              ['1us', 2],
            ],
          },
        },
      ],
    },
    'the traffic changes more than 2000000 times in the run; write longer bursts, periods or steps',
  ],
  [
    { shape: [{ kind: 'ramp', options: { from: 0, to: 1, lasts: '1h', step: '1us' } }] },
    'the slope would have 3600000000 steps, more than 1000000; write a wider step',
  ],
  [
    { requests: { kind: 'requests', options: { ...EXAMPLES['requests'], factor: 1e6 } }, factors: [] },
    'factors cannot be applied to single requests',
  ],
  [{ users: [{ kind: 'constant', options: { rate: 1 } }] }, 'users need a time to think'],
  [
    { requests: { kind: 'requests', options: EXAMPLES['requests'] }, adjust: {} },
    'adjust cannot be applied to single requests',
  ],
])('%j is refused before any run', (text, sentence) => {
  expect(() => trafficSource({ name: 'web', ...text }, { open, durationUs: days(1) })).toThrow(sentence);
});

test('a kind is found by what it makes', () => {
  expect(trafficKind('series', ['rate', 'factor']).name).toBe('series');
  expect(() => trafficKind('requests', ['rate'])).toThrow(
    '"requests" makes single requests, and a rate is wanted here',
  );
});
