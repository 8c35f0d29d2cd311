import { expect, test } from 'vitest';
import { fc } from '../../../test/fuzz.ts';
import { podNames } from './pod-names.ts';

test('names become labels of DNS, and each pod has its own', () => {
  const name = podNames();
  expect(['web-1', 'web-1', 'Web_1', 'web-1', 'web-1-x2', '../Job é', '', '---'].map(name)).toEqual([
    'web-1',
    'web-1-x2',
    'web-1-x3',
    'web-1-x4',
    'web-1-x2-x2',
    'job',
    'pod',
    'pod-x2',
  ]);
  expect(name('a'.repeat(80))).toBe('a'.repeat(63));
  expect(name('a'.repeat(70))).toBe(`${'a'.repeat(60)}-x2`);
});

test('whatever they are called', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 70 }), { maxLength: 40 }), (wanted) => {
      const given = wanted.map(podNames());
      expect(new Set(given).size).toBe(given.length);
      for (const name of given) expect(name).toMatch(/^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/);
      expect(wanted.map(podNames())).toEqual(given);
    }),
  );
});
