import { describe, expect, test } from 'vitest';
import { minutes, seconds } from '../time.ts';
import { ObjectiveMeter } from './objective-meter.ts';

const meter = (target: number, withinUs = Infinity): ObjectiveMeter =>
  new ObjectiveMeter({ service: 0, target, withinUs, windowUs: minutes(60) }, 'web');

describe('a promise', () => {
  test('of 99 % over ten minutes, of which one was bad', () => {
    const promise = meter(0.99);
    for (let minute = 1; minute <= 10; minute++) {
      const bad = minute === 4 ? 50 : 0;
      promise.add(minutes(minute), 100 - bad, bad);
    }
    // 50 of 1,000 are bad, 10 may be.
    expect(promise.result()).toEqual({
      service: 'web',
      kind: 'availability',
      text: '99 % answered',
      target: 0.99,
      goodShare: 0.95,
      budgetUsed: expect.closeTo(5, 9) as number,
      // The first five minutes with it (none is shorter and worse: minutes 1 to 4): 50 of 400 over a hundredth.
      worstBurn5m: expect.closeTo(12.5, 9) as number,
      worstBurn1h: expect.closeTo(12.5, 9) as number,
      violatedMinutes: 1,
      kept: false,
    });
    expect(promise.longestViolationMinutes).toBe(1);
  });

  test('is kept by as many bad ones as it allows', () => {
    const promise = meter(0.9, 300_000);
    promise.add(minutes(1), 90, 10);
    const { kept, budgetUsed, violatedMinutes, text } = promise.result();
    expect([kept, violatedMinutes, text]).toEqual([true, 0, '90 % within 300 ms']);
    expect(budgetUsed).toBeCloseTo(1, 9);
  });

  test('measured every five minutes is broken in each of them', () => {
    const promise = meter(0.99);
    promise.add(minutes(5), 50, 50);
    promise.add(minutes(10), 100, 0);
    expect(promise.result().violatedMinutes).toBe(5);
    expect(promise.longestViolationMinutes).toBe(5);
  });

  test('measured across a minute counts in both by time', () => {
    const promise = meter(0.5);
    promise.add(seconds(45), 45, 0);
    // Half of the 30 s lies in either minute: 45 to 60 and 60 to 75.
    promise.add(seconds(75), 0, 30);
    expect([0, 1].map((minute) => promise.isViolated(minute))).toEqual([false, true]);
  });

  test('with a window shorter than the run is judged by its worst window', () => {
    const promise = new ObjectiveMeter({ service: 0, target: 0.9, withinUs: Infinity, windowUs: minutes(3) }, 'web');
    // Ten minutes of 100 requests; 40 are bad in the fifth: 4 % of the run, but 40 of 300 in any three minutes with it.
    for (let minute = 1; minute <= 10; minute++) {
      const bad = minute === 5 ? 40 : 0;
      promise.add(minutes(minute), 100 - bad, bad);
    }
    const { budgetUsed, kept, goodShare, text } = promise.result();
    expect([kept, goodShare, text]).toEqual([false, 0.96, '90 % answered in any 3 min']);
    // (40 / 300) / 0.1
    expect(budgetUsed).toBeCloseTo(4 / 3, 9);
  });

  test('with a window is not judged by less than a window', () => {
    const promise = new ObjectiveMeter({ service: 0, target: 0.9, withinUs: Infinity, windowUs: minutes(3) }, 'web');
    promise.add(minutes(1), 75, 25);
    for (let minute = 2; minute <= 6; minute++) promise.add(minutes(minute), 100, 0);
    // 25 of the first 300, though a quarter of the first minute.
    expect(promise.result().kept).toBe(true);
    expect(promise.result().budgetUsed).toBeCloseTo(25 / 300 / 0.1, 9);
  });

  test('that nobody put to the test is kept', () => {
    expect(meter(0.999).result()).toMatchObject({ goodShare: 1, budgetUsed: 0, kept: true, violatedMinutes: 0 });
  });
});
