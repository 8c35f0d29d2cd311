import { describe, expect, test } from 'vitest';
import { fc } from '../../../../test/fuzz.ts';
import {
  addQuantities,
  compareQuantities,
  parseQuantity,
  quantityMilli,
  quantityText,
  quantityValue,
} from './quantity.ts';

// Section 2 of the specification of manifests: rows of the v0.36.2 library.
const LARGEST = Number(2n ** 63n - 1n);
const TABLE: [text: string, canonical: string, value: number, milli: number][] = [
  ['0', '0', 0, 0],
  ['0.1', '100m', 1, 100],
  ['100m', '100m', 1, 100],
  ['1.5', '1500m', 2, 1500],
  ['-1.5', '-1500m', -2, -1500],
  ['0.0001', '100u', 1, 1],
  ['1m', '1m', 1, 1],
  ['1u', '1u', 1, 1],
  ['3n', '3n', 1, 1],
  ['0.1n', '1n', 1, 1],
  ['1.0000000001', '1000000001n', 2, 1001],
  ['1Gi', '1Gi', 1073741824, 1073741824000],
  ['1.5Gi', '1536Mi', 1610612736, 1610612736000],
  ['0.5Gi', '512Mi', 536870912, 536870912000],
  ['0.5Ki', '512', 512, 512000],
  ['1.1Ki', '1126400m', 1127, 1126400],
  ['1024Ki', '1Mi', 1048576, 1048576000],
  ['1000k', '1M', 1000000, 1000000000],
  ['1e3', '1e3', 1000, 1000000],
  ['1E3', '1E3', 1000, 1000000],
  ['1k', '1k', 1000, 1000000],
  ['12e6', '12e6', 12000000, 12000000000],
  ['1e-3', '1e-3', 1, 1],
  ['1E-1', '100e-3', 1, 100],
  ['.5', '500m', 1, 500],
  ['5.', '5.', 5, 5000],
  ['+1', '+1', 1, 1000],
  ['-1', '-1', -1, -1000],
  ['Gi', '0', 0, 0],
  // The library overflows in the rows below; here they end at 2^63 - 1.
  ['1E', '1E', 1e18, LARGEST],
  ['10E', '10E', LARGEST, LARGEST],
  ['8Ei', '9223372036854775807', LARGEST, LARGEST],
  ['9223372036854775808', '9223372036854775808', LARGEST, LARGEST],
  ['1000E', '1e21', LARGEST, LARGEST],
  ['128M', '128M', 128000000, 128000000000],
  ['128Mi', '128Mi', 134217728, 134217728000],
];

describe('quantities', () => {
  test.each(TABLE)('%s is %s', (text, canonical, value, milli) => {
    expect(parseQuantity(text)?.canonical).toBe(canonical);
    expect(quantityValue(text)).toBe(value);
    expect(quantityMilli(text)).toBe(milli);
  });

  test.each(['', '1KB', '1 Gi', '1K', '1mi', '1.2.3', '0x1', '1e', '.', '+', ' 1', '1e1.5', 'constructor', '1e999'])(
    '"%s" is no quantity',
    (text) => {
      expect(parseQuantity(text)).toBeUndefined();
      expect(() => quantityValue(text)).toThrow('write it like');
    },
  );

  test('an absurd exponent costs nothing', () => {
    expect(parseQuantity('1e-40')?.nano).toBe(1n);
    expect(parseQuantity('1e1000000000')).toBeUndefined();
    expect(parseQuantity('9'.repeat(100_000))).toBeUndefined();
  });

  test('the canonical text means the same amount', () => {
    const suffix = fc.constantFrom('n', 'u', 'm', '', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'e3', 'E-2', 'e+6');
    const texts = fc
      .tuple(fc.constantFrom('', '-', '+'), fc.nat(1e9), fc.option(fc.nat(999)), suffix)
      .map(([sign, whole, fraction, end]) => `${sign}${whole}${fraction === null ? '' : `.${fraction}`}${end}`);
    fc.assert(
      fc.property(texts, (text) => {
        const canonical = parseQuantity(text)!.canonical;
        expect(parseQuantity(canonical)!.nano).toBe(parseQuantity(text)!.nano);
        expect(parseQuantity(canonical)!.canonical).toBe(canonical);
      }),
    );
  });

  test('sums keep the format of the first that is not zero', () => {
    expect(addQuantities('1Gi', '512Mi')).toBe('1536Mi');
    expect(addQuantities('0', '1Gi')).toBe('1Gi');
    expect(addQuantities('500m', '0.5')).toBe('1');
    expect(quantityText(1_500_000_000n, 'DecimalSI')).toBe('1500m');
    expect(compareQuantities('1Gi', '1073741824')).toBe(0);
    expect(compareQuantities('999m', '1')).toBeLessThan(0);
    // Finer than a double: 2^53 + 1 against 2^53.
    expect(compareQuantities('9007199254740993', '9007199254740992')).toBeGreaterThan(0);
  });
});
