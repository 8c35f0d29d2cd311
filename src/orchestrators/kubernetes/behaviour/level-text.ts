import { InputError } from '../../../sim/input-error.ts';
import { durationUs, quoted } from '../../../sim/quantity.ts';
import type { LevelCurve } from '../../../sim/requests/traffic.ts';
import { hours, minutes } from '../../../sim/time.ts';
import { constantLevel, diurnalLevel, rampLevel, spikeLevel } from './level-curves.ts';

/** Reads one number of a level, such as a rate. */
export type ReadLevel = (text: string) => number;

/** Busiest at this time of the day where nothing else is written. */
const PEAK_US = hours(15);

/**
 * Reads a level over time; `epochMs` is the wall clock at the beginning of the run:
 *
 *     200/s                              always the same
 *     diurnal 100..400/s peak 15:00      a day's wave, highest at 15:00 UTC
 *     ramp 100..400/s over 30m           from the beginning of the run on
 *     spike 100..900/s at 10m for 5m     100, and 900 between minute 10 and minute 15
 *
 * Throws an InputError with the second half of a sentence.
 */
export function levelCurveOf(text: string, levelOf: ReadLevel, epochMs: number): LevelCurve {
  const words = text.trim().split(/\s+/);
  const [kind = '', range = '', ...settings] = words;
  if (/^[\d.]/.test(kind)) {
    if (words.length > 1) throw unreadable(text);
    return constantLevel(levelOf(text));
  }
  const names = SETTINGS[kind];
  if (names === undefined) throw new InputError(`${quoted(text)} is no level over time; write it like ${EXAMPLES}`);
  const [low, high] = rangeOf(range, levelOf, text);
  const given = settingsOf(settings, names, text);
  if (kind === 'diurnal') return diurnalLevel(low, high, given.get('peak') ?? PEAK_US, epochMs);
  if (kind === 'ramp') return rampLevel(low, high, positive(needed(given, 'over', text), text));
  return spikeLevel(low, high, needed(given, 'at', text), positive(needed(given, 'for', text), text));
}

const SETTINGS: Readonly<Record<string, readonly string[]>> = {
  diurnal: ['peak'],
  ramp: ['over'],
  spike: ['at', 'for'],
};
const EXAMPLES =
  '"200/s", "diurnal 100..400/s peak 15:00", "ramp 100..400/s over 30m" or "spike 100..900/s at 10m for 5m"';

/** `100..400/s`: a unit behind the second number is meant for the first as well. */
function rangeOf(text: string, levelOf: ReadLevel, whole: string): [number, number] {
  const [, first, second, unit = ''] = /^([\d.]+[a-zA-Z]*?)\.\.([\d.]+[a-zA-Z]*)(\/\w+)?$/.exec(text) ?? [];
  if (first === undefined || second === undefined) throw unreadable(whole);
  return [levelOf(first + unit), levelOf(second + unit)];
}

function settingsOf(words: readonly string[], names: readonly string[], text: string): Map<string, number> {
  const given = new Map<string, number>();
  for (let k = 0; k < words.length; k += 2) {
    const [name, value] = [words[k], words[k + 1]];
    if (!names.includes(name) || value === undefined) throw unreadable(text);
    given.set(name, name === 'peak' ? timeOfDayUs(value) : durationUs(value));
  }
  return given;
}

function timeOfDayUs(text: string): number {
  const [, hour, minute] = /^(\d{1,2}):(\d{2})$/.exec(text) ?? [];
  if (hour === undefined || Number(hour) > 23 || Number(minute) > 59)
    throw new InputError(`${quoted(text)} is no time of the day; write it like 15:00`);
  return hours(Number(hour)) + minutes(Number(minute));
}

function needed(given: ReadonlyMap<string, number>, name: string, text: string): number {
  const value = given.get(name);
  if (value === undefined) throw new InputError(`${quoted(text)} does not say "${name}"; write it like ${EXAMPLES}`);
  return value;
}

function positive(us: number, text: string): number {
  if (us > 0) return us;
  throw new InputError(`${quoted(text)} takes no time at all; write a time above 0`);
}

function unreadable(text: string): InputError {
  return new InputError(`cannot read ${quoted(text)}; write it like ${EXAMPLES}`);
}
