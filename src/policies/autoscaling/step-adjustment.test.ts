import { describe, expect, test } from 'vitest';
import { adjusted, stepFor, steps } from './step-adjustment.ts';

describe('adjustments', () => {
  test('the example of the documentation: 10 +10 % = 11, +30 % = 14, -10 % = 13, -30 % = 10', () => {
    expect(adjusted(10, 10, 'percent', 1)).toBe(11);
    // 3.3 is rounded down to 3.
    expect(adjusted(11, 30, 'percent', 1)).toBe(14);
    // -1.4 towards zero: -1. -3.9: -3.
    expect(adjusted(14, -10, 'percent', 1)).toBe(13);
    expect(adjusted(13, -30, 'percent', 1)).toBe(10);
  });

  test('between 0 and 1 it becomes 1, between -1 and 0 it becomes -1', () => {
    expect(adjusted(4, 10, 'percent', 1)).toBe(5);
    expect(adjusted(4, -10, 'percent', 1)).toBe(3);
    expect(adjusted(4, 0, 'percent', 2)).toBe(4);
  });

  test('25 % of 4 with a smallest change of 2: + 2', () => {
    expect(adjusted(4, 25, 'percent', 2)).toBe(6);
    expect(adjusted(4, -25, 'percent', 2)).toBe(2);
    expect(adjusted(4, 100, 'percent', 2)).toBe(8);
  });

  test('a change and an exact count are what they say, and nothing falls below 0', () => {
    expect(adjusted(4, 3, 'change', 1)).toBe(7);
    expect(adjusted(4, -9, 'change', 1)).toBe(0);
    expect(adjusted(4, 9, 'exact', 1)).toBe(9);
  });
});

describe('steps', () => {
  test('above the threshold the lower bound is in the step', () => {
    const out = steps('0:10 15:30', 1);
    expect(stepFor(out, 0, 1)?.by).toBe(10);
    expect(stepFor(out, 14.9, 1)?.by).toBe(10);
    expect(stepFor(out, 15, 1)?.by).toBe(30);
    expect(stepFor(steps('10:10', 1), 9, 1)).toBeUndefined();
  });

  test('below the threshold the upper bound is in the step', () => {
    const inwards = steps('0:-10 -15:-30', -1);
    expect(stepFor(inwards, 0, -1)?.by).toBe(-10);
    expect(stepFor(inwards, -14.9, -1)?.by).toBe(-10);
    expect(stepFor(inwards, -15, -1)?.by).toBe(-30);
  });

  test('steps out of order, on the wrong side or not readable are refused', () => {
    for (const text of ['15:30 0:10', '-5:10', '5', 'a:b', '0:1 0:2']) expect(() => steps(text, 1)).toThrow(/write/);
    expect(() => steps('5:-10', -1)).toThrow(/write/);
    expect(steps('', 1)).toEqual([]);
  });
});
