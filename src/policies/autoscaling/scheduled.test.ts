import { expect, test } from 'vitest';
import type { PolicyOptions } from '../policy-family.ts';
import { withDefaults } from '../policy-family.ts';
import { stream } from '../../sim/random.ts';
import { days, hours, minutes } from '../../sim/time.ts';
import { observation } from './observation-fixture.ts';
import { scheduled } from './scheduled.ts';
import { momentInWords, momentOfWeek, timetable } from './timetable.ts';

const make = (options: PolicyOptions) =>
  scheduled.make(withDefaults(scheduled, options), 'plan').make({ random: stream(1, 'policy') });
const OFFICE = { plan: 'Mon-Fri 08:00 10; 20:00 2; Sat+Sun 09:00 4' };

test('time 0 is Monday 00:00, when the last entry of the week before still holds', () => {
  const scaler = make(OFFICE);
  const at = (timeUs: number) => scaler.decide(observation({ nowUs: timeUs })).replicas;
  expect(at(0)).toBe(2);
  expect(at(hours(8) - 1)).toBe(2);
  expect(at(hours(8))).toBe(10);
  expect(at(hours(20))).toBe(2);
  expect(at(days(4) + hours(12))).toBe(10);
  expect(at(days(5) + hours(8.5))).toBe(2);
  expect(at(days(5) + hours(9))).toBe(4);
  expect(at(days(7) + hours(8))).toBe(10);
});

test('another beginning, and acting ahead', () => {
  // The run begins on Saturday at 08:50, and the plan is followed ten minutes early.
  const scaler = make({ ...OFFICE, begins: 'Sat 08:50', lead: minutes(10) });
  expect(scaler.decide(observation({ nowUs: 0 }))).toEqual({
    replicas: 4,
    why: 'by the timetable 4 from Sat 09:00 on',
  });
});

test('bounds are named', () => {
  const seen = observation({ nowUs: hours(9), maxReplicas: 6 });
  expect(make(OFFICE).decide(seen)).toMatchObject({ replicas: 6, limitedBy: 'at most 6' });
});

test('days over the end of the week, later entries over earlier ones, and moments in words', () => {
  expect(timetable('Sat-Mon 10:00 3').map(({ atUs }) => momentInWords(atUs))).toEqual([
    'Mon 10:00',
    'Sat 10:00',
    'Sun 10:00',
  ]);
  expect(timetable('10:00 3; Wed 10:00 5').map(({ replicas }) => replicas)).toEqual([3, 3, 5, 3, 3, 3, 3]);
  expect(momentOfWeek('Wed 08:30')).toBe(days(2) + minutes(510));
});

test('what is no timetable is refused with an example', () => {
  for (const plan of ['', '8 10', 'Mon 25:00 3', 'Moon 10:00 3', '10:00', 'Mon-Tue-Wed 10:00 3', '10:60 3'])
    expect(() => make({ plan })).toThrow(/write it like/);
  expect(() => make({ begins: 'Monday' })).toThrow(/write it like/);
});
