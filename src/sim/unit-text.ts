import { InputError } from './input-error.ts';
import { quoted } from './quantity.ts';

const PER_SECOND: Readonly<Record<string, number>> = { s: 1, sec: 1, min: 60, m: 60, h: 3600, d: 86_400 };
const PREFIX: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9 };
/** More than any service on earth is asked, and few enough that sums stay exact. */
const HIGHEST_RATE = 1e9;

/** `200/s`, `12k/min` or a plain number a second, in requests per second. Throws the second half of a sentence. */
export function rateOf(text: string): number {
  const [, number, prefix = '', unit] =
    /^\s*([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*([kMG]?)\s*(?:\/\s*(\w+))?\s*$/.exec(text) ?? [];
  const value = number === undefined ? NaN : Number(number);
  const seconds = unit === undefined ? 1 : PER_SECOND[unit];
  if (Number.isNaN(value) || seconds === undefined)
    throw new InputError(`${quoted(text)} is not a rate; write it like 200/s, 12k/min or 0.5/h`);
  const perSecond = (value * PREFIX[prefix]) / seconds;
  if (value < 0) throw new InputError(`${quoted(text)} is negative; write it like 200/s`);
  if (perSecond > HIGHEST_RATE)
    throw new InputError(`${quoted(text)} is more than ${HIGHEST_RATE} requests a second; write a lower rate`);
  return perSecond;
}

/** `60%` or `0.6` as 0.6, between the bounds. Throws the second half of a sentence. */
export function shareOf(text: string, least = 0, most = 1): number {
  const [, number, percent] = /^\s*([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*(%?)\s*$/.exec(text) ?? [];
  const value = number === undefined ? NaN : percent === '%' ? hundredth(number) : Number(number);
  if (Number.isNaN(value)) throw new InputError(`${quoted(text)} is not a share; write it like 60% or 0.6`);
  if (value < least || value > most)
    throw new InputError(`${quoted(text)} is not between ${least * 100}% and ${most * 100}%; write it like 60% or 0.6`);
  return value;
}

/** The double next to the decimal: "99.9" is 0.999 and not 99.9 / 100. */
function hundredth(number: string): number {
  return /[eE]/.test(number) ? Number(number) / 100 : Number(`${number}e-2`);
}

/** `2x` or `2` as 2. Throws the second half of a sentence. */
export function timesOf(text: string, least: number, most: number): number {
  const [, number] = /^\s*([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*x?\s*$/.exec(text) ?? [];
  const value = number === undefined ? NaN : Number(number);
  if (Number.isNaN(value)) throw new InputError(`${quoted(text)} is not a factor; write it like 2x or 0.5`);
  if (value < least || value > most)
    throw new InputError(`${quoted(text)} is not between ${least} and ${most}; write it like 2x or 0.5`);
  return value;
}

/** `$0.192/h`, `0.192/h`, `$140/month` or a plain number an hour, in US dollars per hour. */
export function usdPerHourOf(text: string): number {
  const [, number, unit = 'h'] =
    /^\s*\$?\s*([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*(?:\/\s*(h|d|month))?\s*$/.exec(text) ?? [];
  const value = number === undefined ? NaN : Number(number);
  if (Number.isNaN(value)) throw new InputError(`${quoted(text)} is not a price; write it like $0.192/h`);
  if (value < 0) throw new InputError(`${quoted(text)} is negative; write it like $0.192/h`);
  // A month of 730 hours, as the clouds reckon.
  const perHour = value / (unit === 'd' ? 24 : unit === 'month' ? 730 : 1);
  if (perHour > 1e6)
    throw new InputError(`${quoted(text)} is more than a million dollars an hour; write a lower price`);
  return perHour;
}
