import { expect, test } from 'vitest';
import { resolvePlain } from './plain-scalar.ts';

// As go-yaml v2 resolves them (resolve.go), which kubectl reads manifests with.
test.each<[string, unknown]>([
  ['yes', true],
  ['NO', false],
  ['on', true],
  ['y', true],
  ['N', false],
  ['yEs', 'yEs'],
  ['', null],
  ['~', null],
  ['Null', null],
  ['nul', 'nul'],
  ['0', 0],
  ['-12', -12],
  ['+12', 12],
  ['0644', 420],
  ['0o644', 420],
  ['0x1F', 31],
  ['0b101', 5],
  ['089', 89],
  ['1_000', 1000],
  ['1e3', 1000],
  ['12e6', 12e6],
  ['.5', 0.5],
  ['5.', 5],
  ['-1.5E-1', -0.15],
  ['.inf', Infinity],
  ['1.2.3', '1.2.3'],
  ['100m', '100m'],
  ['1Gi', '1Gi'],
  ['10:30', '10:30'],
  ['2026-01-01', '2026-01-01'],
  ['9007199254740993', 9007199254740993n],
  ['-9007199254740993', -9007199254740993n],
  ['nginx', 'nginx'],
  ['Always', 'Always'],
  ['-', '-'],
  ['e3', 'e3'],
])('%s', (text, value) => {
  expect(resolvePlain(text)).toBe(value);
});
