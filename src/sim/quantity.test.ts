import { fc } from '../../test/fuzz.ts';
import { expect, test } from 'vitest';
import { InputError } from './input-error.ts';
import {
  bytesOfQuantity,
  cpuMilliOf,
  durationOrForeverUs,
  durationUs,
  factorOf,
  gpuShareMilliOf,
  wholeNumberOf,
} from './quantity.ts';

test('amounts of CPU are cores or millicores, and what is finer than a millicore is rounded up', () => {
  expect(cpuMilliOf('1500m')).toBe(1500);
  expect(cpuMilliOf('1.5')).toBe(1500);
  expect(cpuMilliOf(' 2 ')).toBe(2000);
  expect(cpuMilliOf('.5')).toBe(500);
  expect(cpuMilliOf('1e-3')).toBe(1);
  expect(cpuMilliOf('0.0001')).toBe(1);
  expect(cpuMilliOf('0.1m')).toBe(1);
  // 4.35 * 1000 is 4350.000000000001 in doubles, which would round up to 4351.
  expect(cpuMilliOf('4.35')).toBe(4350);
});

test('amounts of bytes take the suffixes of Kubernetes', () => {
  expect(bytesOfQuantity('2Gi')).toBe(2 * 1024 ** 3);
  expect(bytesOfQuantity('512M')).toBe(512e6);
  expect(bytesOfQuantity('1e3')).toBe(1000);
  expect(bytesOfQuantity('1E3')).toBe(1000);
  expect(bytesOfQuantity('1k')).toBe(1000);
  expect(bytesOfQuantity('0.1Gi')).toBe(107_374_183); // 107,374,182.4 rounded up
  expect(bytesOfQuantity('9007199254740991')).toBe(Number.MAX_SAFE_INTEGER);
});

test('durations are seconds unless they carry a unit, rounded to the nearest microsecond', () => {
  expect(durationUs('90s')).toBe(90e6);
  expect(durationUs('1.5h')).toBe(5400e6);
  expect(durationUs('250ms')).toBe(250e3);
  expect(durationUs('3d')).toBe(3 * 86_400e6);
  expect(durationUs('12.5')).toBe(12_500_000);
  expect(durationUs('1h30m')).toBe(5400e6);
  expect(durationUs('0.0000005s')).toBe(1);
  expect(durationUs('0.0000004s')).toBe(0);
  expect(durationOrForeverUs('')).toBe(Infinity);
  expect(durationOrForeverUs('never')).toBe(Infinity);
});

test.each([
  [() => cpuMilliOf('abc'), '"abc" is not an amount of CPU; write it like 1500m or 1.5'],
  [() => cpuMilliOf('NaN'), '"NaN" is not an amount of CPU; write it like 1500m or 1.5'],
  [() => cpuMilliOf('-1'), '"-1" is negative; write it like 1500m or 1.5'],
  [() => cpuMilliOf(''), 'it is empty; write it like 1500m or 1.5'],
  [() => cpuMilliOf('.'), '"." is not an amount of CPU; write it like 1500m or 1.5'],
  [() => cpuMilliOf('1 2'), '"1 2" is not an amount of CPU; write it like 1500m or 1.5'],
  [() => bytesOfQuantity('512m'), '"512m" is not an amount of bytes; write it like 2Gi, 512M or 1073741824'],
  [
    () => bytesOfQuantity('9007199254740992'),
    '"9007199254740992" is too large for an amount of bytes, which must stay below 2^53 of the smallest unit',
  ],
  [() => bytesOfQuantity('1e999'), '"1e999" is not an amount of bytes; write it like 2Gi, 512M or 1073741824'],
  [
    () => bytesOfQuantity('constructor'),
    '"constructor" is not an amount of bytes; write it like 2Gi, 512M or 1073741824',
  ],
  [() => durationUs('-3s'), '"-3s" is negative; write it like 90s, 1.5h, 250ms or 3d'],
  [() => durationUs('3 years'), '"3 years" is not a time; write it like 90s, 1.5h, 250ms or 3d'],
  [() => wholeNumberOf('1.5'), '"1.5" is not a whole number from 0 to 2^53 - 1; write it like 3'],
  [() => wholeNumberOf('32', 0, 31), '"32" is not a whole number from 0 to 31; write it like 3'],
  [() => factorOf('0'), '"0" is not a factor above 0; write it like 2 or 0.5'],
  [() => factorOf('1e999'), '"1e999" is not a factor above 0; write it like 2 or 0.5'],
])('%s is refused with a sentence', (read, sentence) => {
  expect(read).toThrow(new InputError(sentence));
});

test('a share of a GPU is between 1 and 1000 milli', () => {
  expect(gpuShareMilliOf('460m')).toBe(460);
  expect(gpuShareMilliOf('1')).toBe(1000);
  expect(() => gpuShareMilliOf('2')).toThrow('the number of GPUs in gpus');
  expect(() => gpuShareMilliOf('0')).toThrow(InputError);
});

test('any text gives a whole number or an InputError', () => {
  const anyText = fc.oneof(fc.string(), fc.stringMatching(/^[-+]?\d{0,20}\.?\d{0,20}(e[-+]?\d{1,4})?(m|Gi|k|h|s|E|)$/));
  fc.assert(
    fc.property(anyText, (text) => {
      for (const read of [cpuMilliOf, bytesOfQuantity, durationUs, gpuShareMilliOf, wholeNumberOf]) {
        try {
          const value = read(text);
          expect(Number.isSafeInteger(value) && value >= 0, `${read.name}(${text})`).toBe(true);
        } catch (error) {
          expect(error, `${read.name}(${text})`).toBeInstanceOf(InputError);
        }
      }
    }),
    { numRuns: 2000 },
  );
});

test('millicores written as decimal cores are read back exactly', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 31 - 1), (milli) => {
      const cores = `${Math.floor(milli / 1000)}.${String(milli % 1000).padStart(3, '0')}`;
      expect(cpuMilliOf(cores)).toBe(milli);
    }),
  );
});
