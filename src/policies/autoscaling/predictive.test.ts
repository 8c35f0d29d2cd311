import { expect, test } from 'vitest';
import type { PolicyOptions } from '../policy-family.ts';
import { withDefaults } from '../policy-family.ts';
import { stream } from '../../sim/random.ts';
import { hours, minutes } from '../../sim/time.ts';
import { observation, pointsUntil } from './observation-fixture.ts';
import { predictive } from './predictive.ts';

// One replica: 1 place, 100 ms: 10 requests/s full, 5 at the wanted 50 %. Load 10/s but for minutes 30 to 40 of each
// hour, when it is 100/s. Needs 2 replicas, and 20.
const make = (options: PolicyOptions) =>
  predictive
    .make(
      withDefaults(predictive, {
        utilisation: 0.5,
        margin: 0,
        season: hours(1),
        slot: minutes(5),
        lead: minutes(5),
        stabilisation: 0,
        ...options,
      }),
      'predictive',
    )
    .make({ random: stream(1, 'policy') });
const load = (timeUs: number) => {
  const minute = Math.ceil(timeUs / minutes(1)) % 60;
  return minute > 30 && minute <= 40 ? 100 : 10;
};

/** Decisions at every minute of so many hours. */
function course(options: PolicyOptions, count: number): number[] {
  const scaler = make(options);
  const decided: number[] = [];
  for (let minute = 1; minute <= count * 60; minute++) {
    const nowUs = minutes(minute);
    const points = pointsUntil(nowUs, Math.min(minute, 60), (_, timeUs) => ({
      requestsPerSecond: load(timeUs),
      ready: 1,
    }));
    decided[minute] = scaler.decide(observation({ nowUs, points, current: 1 })).replicas;
  }
  return decided;
}

for (const method of ['holt-winters', 'seasonal-naive'])
  test(`${method}: the first hour it follows, from the second on it is there five minutes before`, () => {
    const decided = course({ method }, 3);
    expect(decided[30]).toBe(2);
    expect(decided[31]).toBe(20);
    // The slot that begins at 2:30 is within the lead from 2:25 on.
    expect(decided[60 + 24]).toBe(2);
    expect(decided[60 + 25]).toBe(20);
    expect(decided[120 + 24]).toBe(2);
    expect(decided[120 + 25]).toBe(20);
    // The last slot of the peak is over at 2:40.
    expect(decided[120 + 39]).toBe(20);
    expect(decided[120 + 41]).toBe(2);
  });

test('the forecast has a margin: 100/s x 1.2 / 5 = 24', () => {
  expect(course({ margin: 0.2 }, 2)[60 + 27]).toBe(24);
});

test('a surprise is met by the load of now', () => {
  const scaler = make({});
  const nowUs = minutes(1);
  const points = pointsUntil(nowUs, 1, () => ({ requestsPerSecond: 52 }));
  // ceil(52 / 5) = 11.
  expect(scaler.decide(observation({ nowUs, points }))).toEqual({
    replicas: 11,
    why: '52 requests/s now, no whole season seen yet: ceil(52/(10 x 50 %)) = 11',
  });
});
