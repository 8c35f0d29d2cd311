import { expect, test } from 'vitest';
import { TrafficClock } from './traffic-clock.ts';

test('before it is set it stands at 0', () => {
  const clock = new TrafficClock();
  expect([clock.isRunning, clock.simUs(1e9), clock.wallMs(5)]).toEqual([false, 0, Infinity]);
});

test('simulated time goes on as fast as the speed says, back and forth', () => {
  const clock = new TrafficClock();
  clock.set({ wallMs: 100, simUs: 2000, speed: 60, isHeld: false });
  expect(clock.simUs(110)).toBe(602_000);
  expect(clock.wallMs(602_000)).toBe(110);
});

test('held it stands; what was due before is known by the clock of that time', () => {
  const clock = new TrafficClock();
  clock.set({ wallMs: 0, simUs: 0, speed: 1, isHeld: false });
  clock.set({ wallMs: 10, simUs: 10_000, speed: 1, isHeld: true });
  expect([clock.isRunning, clock.simUs(500)]).toEqual([false, 10_000]);
  clock.set({ wallMs: 510, simUs: 10_000, speed: 1, isHeld: false });
  expect([clock.simUs(515), clock.wallMs(4000), clock.wallMs(15_000)]).toEqual([15_000, 4, 515]);
});

test('it never goes back', () => {
  const clock = new TrafficClock();
  clock.set({ wallMs: 0, simUs: 0, speed: 1, isHeld: false });
  expect(clock.simUs(20)).toBe(20_000);
  clock.set({ wallMs: 20, simUs: 15_000, speed: 1, isHeld: false });
  expect([clock.simUs(20), clock.simUs(30)]).toEqual([20_000, 25_000]);
});
