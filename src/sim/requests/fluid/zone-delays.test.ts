import { expect, test } from 'vitest';
import { ZoneDelays } from './zone-delays.ts';

test('the way there and back is the mean over replicas', () => {
  const zones = new ZoneDelays(2);
  zones.setDelay(0, 1, 300);
  zones.place(7, 0, 1);
  zones.place(7, 1, 2);
  // From zone 0 a third stays, two thirds take 300 each way; from zone 1 the other way round.
  expect(zones.roundTripUs(0, 7)).toBeCloseTo(400, 9);
  expect(zones.roundTripUs(1, 7)).toBeCloseTo(200, 9);
  expect(zones.roundTripUs(-1, 7)).toBe(0);
  // Callers half and half: the mean of both.
  zones.place(8, 0, 5);
  zones.place(8, 1, 5);
  expect(zones.roundTripBetweenUs(8, 7)).toBeCloseTo(300, 9);
});

test('a cut link loses what crosses it, in both directions', () => {
  const zones = new ZoneDelays(2);
  zones.place(7, 0, 1);
  zones.place(7, 1, 2);
  expect(zones.lostShare(0, -1, 7)).toBe(0);
  zones.setLink(1, 0, false);
  expect(zones.lostShare(0, -1, 7)).toBeCloseTo(2 / 3, 9);
  expect(zones.lostShare(1, -1, 7)).toBeCloseTo(1 / 3, 9);
  // Callers are where the called are: 2/3 1/3 twice.
  expect(zones.lostShare(-1, 7, 7)).toBeCloseTo(4 / 9, 9);
  zones.setLink(0, 1, true);
  expect(zones.lostShare(0, -1, 7)).toBe(0);
});
