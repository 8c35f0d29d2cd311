import { z } from 'zod';
import { InputError } from '../../sim/input-error.ts';
import { bytesOfQuantity, cpuMilliOf, durationUs, quoted } from '../../sim/quantity.ts';
import { durationSpecOf } from '../../sim/duration-text.ts';
import { rateOf, shareOf, timesOf, usdPerHourOf } from '../../sim/unit-text.ts';

/**
 * Fields with units. Each is text or a number in the file, and a number in the program's unit once it is read. What
 * cannot be read is a fault of that field with a sentence of its own.
 */

/** A field that is text or a number in the file and is read by `read`, which throws an InputError. */
export function unitField<T>(read: (text: string) => T, meaning: string) {
  return z
    .union([z.string(), z.number()])
    .describe(meaning)
    .transform((value, context): T => {
      try {
        return read(String(value));
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        context.addIssue({ code: 'custom', message: error.message });
        return z.NEVER;
      }
    });
}

const DECADE_US = 3.2e14;

/** A time of 0 or more, in microseconds. */
export const duration = (meaning: string) => unitField(boundedDuration, meaning);

/** A time above 0, in microseconds. */
export const someDuration = (meaning: string) =>
  unitField((text) => {
    const us = boundedDuration(text);
    if (us > 0) return us;
    throw new InputError(`${quoted(text)} is no time at all; write a time above 0 such as 30s`);
  }, meaning);

function boundedDuration(text: string): number {
  const us = durationUs(text);
  if (us <= DECADE_US) return us;
  throw new InputError(`${quoted(text)} is longer than ten years; write a shorter time`);
}

/** How long something takes, by chance or always alike: see `durationSpecOf`. */
export const timing = (meaning: string) => unitField(durationSpecOf, meaning);

/** Requests per second. */
export const rate = (meaning: string) => unitField(rateOf, meaning);

/** 0 to 1. */
export const share = (meaning: string) => unitField((text) => shareOf(text), meaning);

/** A factor between bounds. */
export const times = (meaning: string, least = 0, most = 1e6) =>
  unitField((text) => timesOf(text, least, most), meaning);

/** Millicores; 0 is allowed. */
export const cpu = (meaning: string) =>
  unitField((text) => bounded(cpuMilliOf(text), text, 1e9, 'a million cores'), meaning);

/** Bytes. */
export const bytes = (meaning: string) =>
  unitField((text) => bounded(bytesOfQuantity(text), text, 2 ** 50, '1Pi'), meaning);

function bounded(value: number, text: string, most: number, called: string): number {
  if (value <= most) return value;
  throw new InputError(`${quoted(text)} is more than ${called}; write a smaller amount`);
}

/** US dollars per hour. */
export const price = (meaning: string) => unitField(usdPerHourOf, meaning);

/** A whole number between bounds. */
export const count = (meaning: string, least = 0, most = 1_000_000) => z.int().min(least).max(most).describe(meaning);

/** What services, groups and traffic may be called: it goes into paths, labels and `--set`. */
export const nameKey = z
  .string()
  .regex(/^[A-Za-z][\w-]{0,62}$/, 'is not a name; write letters, digits, - and _, a letter first');
