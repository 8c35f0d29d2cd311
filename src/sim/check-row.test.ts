import { expect, test } from 'vitest';
import { checkRow } from './check-row.ts';
import { blankRow, type PodRow } from './pod-source.ts';

const fault = (changes: Partial<PodRow>): string => {
  try {
    checkRow({ ...blankRow(), ...changes }, 7, 5);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

test('a row in order, with whole times, passes; it may run for ever', () => {
  expect(fault({ arrivesUs: 5, runsUs: 0 })).toBe('');
  expect(fault({ arrivesUs: 9, runsUs: Infinity, estimateUs: 2.5 })).toBe('');
});

test('each kind of wrong time has its sentence', () => {
  expect(fault({ arrivesUs: 4 })).toBe(
    'pod "pod-7" arrives at 4 µs, after a pod that arrived at 5 µs; sort the workload by arrival',
  );
  for (const arrivesUs of [NaN, 5.5, 2 ** 60, Infinity])
    expect(fault({ arrivesUs })).toContain('whole number of microseconds');
  expect(fault({ arrivesUs: -1, name: 'web' })).toContain('pod "web" arrives at -1');
  for (const runsUs of [NaN, -1, 0.5, 2 ** 53]) expect(fault({ arrivesUs: 5, runsUs })).toContain(`runs for ${runsUs}`);
  expect(fault({ arrivesUs: 5, estimateUs: -3 })).toContain('estimated to run -3');
});
