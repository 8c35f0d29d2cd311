import { expect, test } from 'vitest';
import { InputError } from '../../sim/input-error.ts';
import { stream } from '../../sim/random.ts';
import { days } from '../../sim/time.ts';
import { bytesOf } from '../byte-source.ts';
import { BATCH_KINDS } from './batch-kinds.ts';
import type { TrafficField } from './traffic-kind.ts';
import { trafficKinds } from './traffic-kinds.ts';
import { trafficSource, type TrafficText } from './traffic-text.ts';

const FILE = 'minute,web,when,day,q\n0,60,2020-01-01,0,ok\n1,120,2020-01-02,1,bad\n2,,2020-01-03,1,ok\n';

/** What a user may write, by mistake or not. */
const VALUES: readonly unknown[] = [
  0,
  1,
  -1,
  0.5,
  7,
  1e9,
  1e300,
  NaN,
  Infinity,
  '',
  ' ',
  '0',
  '5/s',
  '12000/min',
  '-5/s',
  '5/fortnight',
  '1us',
  '90s',
  '3d',
  '99999w',
  '50%',
  '150%',
  'exponential',
  'linear',
  'power',
  'date-time',
  'seconds',
  'minutes',
  'minute',
  'web',
  'when',
  'day',
  'q',
  'ok',
  'all',
  'end',
  'hold',
  'worldcup98',
  'nonsense',
  'a.csv',
  ';',
  '2020-01-02',
  true,
  false,
  null,
  [],
  [1],
  [0, 0],
  [1, 2, 3],
  ['web'],
  [['0s', 5]],
  [
    ['1m', '5/s'],
    ['2m', 9],
  ],
  [
    ['2m', 1],
    ['1m', 2],
  ],
  [[1]],
  {},
  { at: 1 },
];

/** And what he should write. */
const GOOD: Readonly<Record<string, readonly unknown[]>> = {
  count: [1, 5, 0],
  number: [1, 2, 20, 1.5],
  share: ['10%', 0.3],
  duration: ['30s', '5m', '1h', '2d', 0],
  rate: ['5/s', '12000/min', 300],
  switch: [true, false],
  choice: ['exponential', 'linear', 'power', 'zero', 'count', 'minutes'],
  text: ['minute', 'web', '1m', '2020-01-02'],
  texts: ['web', ['web'], 'all'],
  numbers: [
    [1, 2, 3],
    [1, 1, 1, 1, 1, 1, 2],
  ],
  points: [
    [['0s', 5]],
    [
      ['1m', '5/s'],
      ['2m', 9],
    ],
  ],
};

test('options of every kind, set at random, are refused with one sentence or give a source that can be played', () => {
  const open = (name: string) => bytesOf(name, FILE);
  let refused = 0;
  let played = 0;
  for (let seed = 1; seed <= 1500; seed++) {
    const dice = stream(seed, 'mutations');
    const pick = <T>(list: readonly T[]): T => list[dice.below(list.length)];
    const shapeOf = (kinds: readonly { name: string; fields: readonly TrafficField[] }[]) => {
      const kind = pick(kinds);
      const given: Record<string, unknown> =
        kind.name === 'series' || kind.name === 'requests' ? { file: 'a.csv' } : {};
      for (const field of kind.fields) {
        if (field.required !== true && dice.below(4) > 0) continue;
        given[field.name] = pick(dice.below(5) === 0 ? VALUES : GOOD[field.kind]);
      }
      return { kind: kind.name, options: given };
    };
    const of = (makes: string) => trafficKinds.filter((kind) => kind.makes === makes);
    const text: TrafficText =
      dice.below(8) === 0
        ? { name: 'web', requests: shapeOf(of('requests')) }
        : {
            name: 'web',
            shape: [shapeOf(of('rate'))],
            ...(dice.below(3) === 0 ? { factors: [shapeOf(of('factor'))] } : {}),
            ...(dice.below(3) === 0 ? { batch: shapeOf(BATCH_KINDS) } : {}),
          };
    try {
      const source = trafficSource(text, { open, durationUs: days(1) })((name) => stream(seed, name));
      played++;
      if (source.kind !== 'open') continue;
      for (let timeUs = 0, changes = 0; timeUs < days(1) && changes < 100; changes++) {
        const untilUs = source.curve.untilUs(timeUs);
        const level = source.curve.at(timeUs);
        if (!(untilUs > timeUs && level >= 0 && level <= 1e12))
          expect([untilUs, level], `seed ${seed}: ${JSON.stringify(text)}`).toEqual(['later', 'from 0 to 1e12']);
        timeUs = untilUs;
      }
    } catch (error) {
      refused++;
      if (!(error instanceof InputError) || !/^[^A-Z].{10,}[^.\n]$/.test(error.message))
        expect(error, `seed ${seed}: ${JSON.stringify(text)}`).toBe('a sentence of an InputError');
    }
  }
  expect(played).toBeGreaterThan(200);
  expect(refused).toBeGreaterThan(400);
});
