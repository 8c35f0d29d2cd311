import { expect, test } from 'vitest';
import type { ReschedulePolicy } from '../jobs/nomad-jobs.ts';
import type { RescheduleEvent } from '../state/allocation.ts';
import { mayBeRescheduled, nextDelayUs } from './reschedule-delays.ts';

const S = 1e6;
const SERVICE: ReschedulePolicy = {
  unlimited: true,
  attempts: 0,
  intervalUs: 0,
  delayUs: 30 * S,
  delayFunction: 'exponential',
  maxDelayUs: 3600 * S,
};

/** Delays in seconds, each time failing so long after the last rescheduling. */
function delays(policy: ReschedulePolicy, times: number, ranUs = 0): number[] {
  const events: RescheduleEvent[] = [];
  return Array.from({ length: times }, () => {
    const delayUs = nextDelayUs(policy, events, ranUs);
    events.push({ timeUs: 0, node: 0, delayUs });
    return delayUs / S;
  });
}

test('services wait 30, 60, 120, 240, 480, 960, 1920, 3600, 3600 s (spec section 8)', () => {
  expect(delays(SERVICE, 9)).toEqual([30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
});

test('one that ran longer than the capped delay begins again; batch waits 5 s each time', () => {
  expect(delays(SERVICE, 9, 3601 * S)).toEqual([30, 60, 120, 240, 480, 960, 1920, 30, 60]);
  expect(delays({ ...SERVICE, delayFunction: 'constant', delayUs: 5 * S }, 3)).toEqual([5, 5, 5]);
});

test('fibonacci: 30, 30, 60, 90, 150, 240, 390', () => {
  expect(delays({ ...SERVICE, delayFunction: 'fibonacci' }, 7)).toEqual([30, 30, 60, 90, 150, 240, 390]);
});

test('attempts within the interval are counted', () => {
  const policy = { ...SERVICE, unlimited: false, attempts: 1, intervalUs: 100 * S };
  const events = [{ timeUs: 0, node: 0, delayUs: 5 * S }];
  expect(mayBeRescheduled(policy, [], 0)).toBe(true);
  expect(mayBeRescheduled(policy, events, 99 * S)).toBe(false);
  expect(mayBeRescheduled(policy, events, 101 * S)).toBe(true);
  expect(mayBeRescheduled({ ...policy, attempts: 0 }, [], 0)).toBe(false);
});
