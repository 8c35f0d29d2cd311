import { expect, test } from 'vitest';
import { resolveIntOrPercent } from './int-or-percent.ts';

test('percentages are rounded as the field says, numbers stay', () => {
  expect(resolveIntOrPercent('25%', 10, 'up')).toBe(3);
  expect(resolveIntOrPercent('25%', 10, 'down')).toBe(2);
  expect(resolveIntOrPercent('10%', 5, 'down')).toBe(0);
  // 29 % of 100 is exactly 29, though 0.29 * 100 is 28.999999999999996.
  expect(resolveIntOrPercent('29%', 100, 'down')).toBe(29);
  expect(resolveIntOrPercent('1%', 3, 'up')).toBe(1);
  expect(resolveIntOrPercent(4, 10, 'up')).toBe(4);
  expect(() => resolveIntOrPercent('25', 10, 'up')).toThrow('write it like "25%"');
});
