import { InputError } from '../../../sim/input-error.ts';

/** How a quantity was written: `500m`, `2Gi` or `5e3`. Kept when it is written again. */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

/** An amount of something, exact to 10^-9, which is as fine as Kubernetes knows. */
export interface Quantity {
  readonly nano: bigint;
  readonly format: QuantityFormat;
  /** As Kubernetes prints it: `0.5` is `500m`, `1024Ki` is `1Mi`. */
  readonly canonical: string;
}

/** 2^63 - 1: what a quantity with a binary suffix is cut to, and where `quantityValue` and `quantityMilli` end. */
const LARGEST = 9223372036854775807n;
const NANO = 1_000_000_000n;
const GRAMMAR = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([a-zA-Z][a-zA-Z0-9+-]*|)$/;
const DECIMAL_EXPONENTS: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const BINARY_EXPONENTS: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const DECIMAL_SUFFIXES = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
/** More digits or a larger exponent than any amount has: such a text is not a quantity, and costs no time. */
const MOST_DIGITS = 64;
const LARGEST_EXPONENT = 40;
/** Texts remembered; a cluster has a few hundred different ones, a dump's usage figures may have many more. */
const REMEMBERED = 50_000;

const parsed = new Map<string, Quantity | undefined>();
const values = new Map<string, number>();
const millis = new Map<string, number>();

/**
 * Reads a quantity exactly as Kubernetes does (`apimachinery/pkg/api/resource/quantity.go`): finer than 10^-9 is rounded
 * away from zero, more than 2^63 - 1 with a binary suffix is cut to that, a suffix alone is 0. Undefined: not a quantity.
 */
export function parseQuantity(text: string): Quantity | undefined {
  const known = parsed.get(text);
  if (known !== undefined || parsed.has(text)) return known;
  const quantity = readQuantity(text);
  return remember(parsed, text, quantity);
}

/**
 * Whole units, rounded away from zero: bytes of memory, pods, GPUs. Amounts beyond 2^63 - 1 count as that, where
 * Kubernetes overflows. A text that is no quantity is an error; manifests are checked when they are read.
 */
export function quantityValue(text: string): number {
  return values.get(text) ?? remember(values, text, wholeUnits(text, NANO));
}

/** Thousandths, rounded away from zero: milli CPU. Else like `quantityValue`. */
export function quantityMilli(text: string): number {
  return millis.get(text) ?? remember(millis, text, wholeUnits(text, 1_000_000n));
}

/** As Kubernetes prints it: the largest suffix without a fraction. */
export function quantityText(nano: bigint, format: QuantityFormat): string {
  if (nano === 0n) return '0';
  const size = nano < 0n ? -nano : nano;
  const sign = nano < 0n ? '-' : '';
  if (format === 'BinarySI' && size >= 1024n * NANO && size % NANO === 0n) {
    let mantissa = size / NANO;
    let step = 0;
    while (step < BINARY_SUFFIXES.length - 1 && mantissa % 1024n === 0n) {
      mantissa /= 1024n;
      step++;
    }
    return `${sign}${mantissa}${BINARY_SUFFIXES[step]}`;
  }
  let mantissa = size;
  let power = -9;
  while (mantissa % 1000n === 0n) {
    mantissa /= 1000n;
    power += 3;
  }
  // There is no suffix above E (10^18).
  if (format !== 'DecimalExponent' && power <= 18) return `${sign}${mantissa}${DECIMAL_SUFFIXES[power / 3 + 3]}`;
  return power === 0 ? `${sign}${mantissa}` : `${sign}${mantissa}e${power}`;
}

/** The sum as Kubernetes adds: in the format of the first, unless that is zero. */
export function addQuantities(a: string, b: string): string {
  const [left, right] = [must(a), must(b)];
  return quantityText(left.nano + right.nano, left.nano === 0n ? right.format : left.format);
}

/** Negative when `a` is less than `b`, 0 when equal, exactly. */
export function compareQuantities(a: string, b: string): number {
  const [left, right] = [must(a).nano, must(b).nano];
  return left < right ? -1 : left > right ? 1 : 0;
}

function must(text: string): Quantity {
  const quantity = parseQuantity(text);
  if (quantity === undefined)
    throw new InputError(`cannot read "${text}" as a quantity; write it like "500m", "2" or "1.5Gi"`);
  return quantity;
}

function wholeUnits(text: string, unit: bigint): number {
  const { nano } = must(text);
  const size = nano < 0n ? -nano : nano;
  let units = (size + unit - 1n) / unit;
  if (units > LARGEST) units = LARGEST;
  return nano < 0n ? -Number(units) : Number(units);
}

function readQuantity(text: string): Quantity | undefined {
  const match = text.length > MOST_DIGITS ? null : GRAMMAR.exec(text);
  if (match === null) return undefined;
  const [, sign, whole, fraction = '', suffix] = match;
  const scale = suffixOf(suffix);
  if (scale === undefined) return undefined;
  // No digit at all is an error of its own, but for a suffix: `Gi` is 0 bytes. [as upstream]
  if (whole === '' && fraction === '' && (suffix === '' || sign !== '' || text.includes('.'))) return undefined;
  let { format } = scale;
  const digits = BigInt(whole + fraction);
  let power = scale.ten - fraction.length + 9;
  let size = format === 'BinarySI' ? digits << BigInt(scale.two) : digits;
  if (power < 0) {
    const divisor = tenToThe(-power);
    size = (size + divisor - 1n) / divisor;
    power = 0;
  }
  size *= tenToThe(power);
  if (format === 'BinarySI') {
    if (size > LARGEST * NANO) size = LARGEST * NANO;
    if (size > 0n && size < NANO) format = 'DecimalSI';
  }
  const nano = sign === '-' ? -size : size;
  return { nano, format, canonical: canonicalText(text, nano, format, match) };
}

/** A text that Kubernetes takes for canonical is kept as it was written: `+1`, `5.`, `1E3`, `1.500`. */
function canonicalText(text: string, nano: bigint, format: QuantityFormat, match: RegExpExecArray): string {
  const [, , whole, fraction = '', suffix] = match;
  const digits = whole.replace(/^0+/, '') || '0';
  const scale = suffixOf(suffix);
  if (scale?.format === 'BinarySI') {
    const room = 14 - digits.length - Math.floor((scale.two * 3) / 10);
    if (match[3] === undefined && room >= 0 && Number(digits) % 8 !== 0) return text;
  } else if (scale !== undefined) {
    const [power, shifted] = [scale.ten - fraction.length, digits + fraction];
    const short = shifted.length <= 18 && power >= -9 && power % 3 === 0;
    if (short && !shifted.endsWith('000') && !shifted.startsWith('0')) return text;
  }
  return quantityText(nano, format);
}

function suffixOf(suffix: string): { format: QuantityFormat; ten: number; two: number } | undefined {
  const decimal = Object.hasOwn(DECIMAL_EXPONENTS, suffix) ? DECIMAL_EXPONENTS[suffix] : undefined;
  if (decimal !== undefined) return { format: 'DecimalSI', ten: decimal, two: 0 };
  const binary = Object.hasOwn(BINARY_EXPONENTS, suffix) ? BINARY_EXPONENTS[suffix] : undefined;
  if (binary !== undefined) return { format: 'BinarySI', ten: 0, two: binary };
  const match = /^[eE]([+-]?[0-9]+)$/.exec(suffix);
  if (match === null) return undefined;
  const ten = Number(match[1]);
  return Math.abs(ten) > LARGEST_EXPONENT ? undefined : { format: 'DecimalExponent', ten, two: 0 };
}

function tenToThe(power: number): bigint {
  return BigInt(`1${'0'.repeat(power)}`);
}

function remember<T>(memory: Map<string, T>, text: string, value: T): T {
  if (memory.size >= REMEMBERED) memory.clear();
  memory.set(text, value);
  return value;
}
