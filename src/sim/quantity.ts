import { InputError } from './input-error.ts';

/**
 * Amounts with units, exactly: the decimal digits are kept as a whole number and a power of ten, so `0.1` is one
 * tenth and not the double next to it. Every function throws InputError with the second half of a sentence (the value
 * and how to write it); who knows the file, line and field puts them in front.
 */

interface Decimal {
  readonly digits: bigint;
  /** The value is digits / 10^places. */
  readonly places: number;
  readonly unit: string;
}

type Units = Readonly<Record<string, bigint>>;

const MAX_TEXT = 64;
const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?\s*([A-Za-zµ]*)$/;
const PLAIN_SECONDS = /^(\d{1,9})(?:\.(\d{1,6}))?s?$/;
const ONE_DURATION = /\d+(?:\.\d+)?[a-zµ]+/g;
const DURATIONS = /^(?:\d+(?:\.\d+)?[a-zµ]+){2,}$/;

const CPU_UNITS: Units = { '': 1000n, m: 1n };
const BYTE_UNITS: Units = {
  '': 1n,
  k: 10n ** 3n,
  M: 10n ** 6n,
  G: 10n ** 9n,
  T: 10n ** 12n,
  P: 10n ** 15n,
  E: 10n ** 18n,
  Ki: 1n << 10n,
  Mi: 1n << 20n,
  Gi: 1n << 30n,
  Ti: 1n << 40n,
  Pi: 1n << 50n,
  Ei: 1n << 60n,
};
const DURATION_UNITS: Units = {
  '': 1_000_000n,
  us: 1n,
  µs: 1n,
  ms: 1000n,
  s: 1_000_000n,
  m: 60_000_000n,
  min: 60_000_000n,
  h: 3_600_000_000n,
  d: 86_400_000_000n,
  w: 604_800_000_000n,
};

/** `1500m` or `1.5` cores in millicores. What is finer than a millicore is rounded up, as Kubernetes does. */
export function cpuMilliOf(text: string): number {
  return amount(text, CPU_UNITS, 'up', 'an amount of CPU', '1500m or 1.5');
}

/** `2Gi`, `512M`, `1e3` or plain bytes in bytes. Parts of a byte are rounded up, as Kubernetes does. */
export function bytesOfQuantity(text: string): number {
  return amount(text, BYTE_UNITS, 'up', 'an amount of bytes', '2Gi, 512M or 1073741824');
}

/** `90s`, `1.5h`, `250ms`, `3d`, `1h30m` or plain seconds in whole microseconds, rounded to the nearest, halves up. */
export function durationUs(text: string): number {
  // fast: nearly all times of a trace are like this, and 9 + 6 digits are exact in a double.
  const plain = PLAIN_SECONDS.exec(text);
  if (plain !== null) return Number(plain[1]) * 1e6 + Number((plain[2] ?? '').padEnd(6, '0'));
  const trimmed = text.trim();
  if (trimmed.length > MAX_TEXT || !DURATIONS.test(trimmed))
    return amount(text, DURATION_UNITS, 'nearest', 'a time', '90s, 1.5h, 250ms or 3d');
  let total = 0;
  for (const part of trimmed.match(ONE_DURATION) ?? [])
    total += amount(part, DURATION_UNITS, 'nearest', 'a time', '90s or 1h30m');
  return checked(BigInt(total), text, 'a time');
}

/** A duration, or Infinity for the empty text, `inf` and `never`. */
export function durationOrForeverUs(text: string): number {
  const trimmed = text.trim();
  return trimmed === '' || trimmed === 'inf' || trimmed === 'never' ? Infinity : durationUs(trimmed);
}

/** The share of one GPU in milli-GPU, 1 to 1000: `460m` or `0.46`. */
export function gpuShareMilliOf(text: string): number {
  const milli = amount(text, CPU_UNITS, 'up', 'a share of one GPU', '460m or 0.46');
  if (milli >= 1 && milli <= 1000) return milli;
  throw new InputError(
    `${quoted(text)} is not a share of one GPU, which is above 0 and at most 1; write it like 460m or 0.46, and the number of GPUs in gpus`,
  );
}

/** A whole number between the bounds (by default 0 and 2^53 - 1): no unit, no fraction. */
export function wholeNumberOf(text: string, least = 0, most = Number.MAX_SAFE_INTEGER): number {
  const trimmed = text.trim();
  const value = /^[+-]?\d{1,40}$/.test(trimmed) ? BigInt(trimmed.replace('+', '')) : undefined;
  if (value !== undefined && value >= BigInt(least) && value <= BigInt(most)) return Number(value);
  throw new InputError(
    `${quoted(text)} is not a whole number from ${least} to ${most === Number.MAX_SAFE_INTEGER ? '2^53 - 1' : most}; write it like ${Math.max(least, Math.min(most, 3))}`,
  );
}

/** A plain number above 0, such as the factor of a transform: `2`, `0.5`, `1e-3`. */
export function factorOf(text: string): number {
  const trimmed = text.trim();
  const value = NUMBER.test(trimmed) ? Number(trimmed) : NaN;
  if (value > 0 && value < Infinity) return value;
  throw new InputError(`${quoted(text)} is not a factor above 0; write it like 2 or 0.5`);
}

/** The value in quotes, shortened when it is long and with control characters made visible. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

function amount(text: string, units: Units, rounding: 'up' | 'nearest', what: string, example: string): number {
  const decimal = decimalOf(text);
  if (text.trim() === '') throw new InputError(`it is empty; write it like ${example}`);
  if (decimal === undefined || !Object.hasOwn(units, decimal.unit))
    throw new InputError(`${quoted(text)} is not ${what}; write it like ${example}`);
  if (decimal.digits < 0n) throw new InputError(`${quoted(text)} is negative; write it like ${example}`);
  const scaled = decimal.digits * units[decimal.unit];
  const divisor = 10n ** BigInt(decimal.places);
  const rounded = rounding === 'up' ? (scaled + divisor - 1n) / divisor : (2n * scaled + divisor) / (2n * divisor);
  return checked(rounded, text, what);
}

function checked(value: bigint, text: string, what: string): number {
  if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
  throw new InputError(`${quoted(text)} is too large for ${what}, which must stay below 2^53 of the smallest unit`);
}

/** The digits, decimal places and unit of a text, or undefined when it is not a number with an optional unit. */
function decimalOf(text: string): Decimal | undefined {
  const trimmed = text.trim();
  if (trimmed.length > MAX_TEXT) return undefined;
  const match = NUMBER.exec(trimmed);
  if (match === null) return undefined;
  const [, sign, whole, fraction = '', exponent = '0', unit] = match;
  if (whole === '' && fraction === '') return undefined;
  const digits = BigInt(whole + fraction);
  const places = fraction.length - Number(exponent);
  if (Math.abs(places) > 2 * MAX_TEXT) return undefined;
  const signed = sign === '-' ? -digits : digits;
  return places < 0 ? { digits: signed * 10n ** BigInt(-places), places: 0, unit } : { digits: signed, places, unit };
}
