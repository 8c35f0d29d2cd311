import { InputError } from '../../sim/input-error.ts';
import { suggestion } from '../../sim/nearest-name.ts';
import { durationUs, quoted } from '../../sim/quantity.ts';
import type { TrafficField, TrafficOptions, TrafficValue } from './traffic-kind.ts';

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;
const RATE = /^(\d+\.?\d*|\.\d+)\s*([kM]?)\s*\/\s*([a-z]+)$/;
const PER_SECONDS: Readonly<Record<string, number>> = { s: 1, min: 60, m: 60, h: 3600, d: 86_400 };
const MULTIPLES: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6 };

/**
 * The options as `make` takes them, from what the user wrote (texts with units, plain numbers of the base unit, lists):
 * every one that is given, and the defaults. Throws InputError for names it does not know and values that cannot be.
 */
export function trafficOptions(
  kind: { readonly name: string; readonly fields: readonly TrafficField[] },
  given: Readonly<Record<string, unknown>> = {},
): TrafficOptions {
  const names = kind.fields.map((field) => field.name);
  for (const name of Object.keys(given))
    if (!names.includes(name))
      throw new InputError(
        `${kind.name} has no option ${quoted(name)}${names.length === 0 ? '; it has none' : suggestion(name, names)}`,
      );
  const options: Record<string, TrafficValue | undefined> = {};
  for (const field of kind.fields) {
    const value = given[field.name];
    if (value !== undefined && value !== null) options[field.name] = trafficValue(field, value, kind.name);
    else if (field.required === true)
      throw new InputError(`${kind.name} needs the option ${quoted(field.name)}: ${inSentence(field.meaning)}`);
    else if (field.default !== undefined) options[field.name] = field.default;
  }
  return options;
}

/** One option's value from what the user wrote; `kindName` is for the sentence when it cannot be. */
export function trafficValue(field: TrafficField, given: unknown, kindName: string): TrafficValue {
  const fail = (problem: string): never => {
    throw new InputError(`${kindName}: option ${quoted(field.name)}: ${problem}`);
  };
  const parse = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      return error instanceof InputError ? fail(error.message) : fail(String(error));
    }
  };
  const list = <T>(what: string, read: (item: unknown) => T): T[] =>
    Array.isArray(given) && given.length > 0 ? given.map(read) : fail(`${shown(given)} is not ${what}`);
  const bounded = (value: number): number => {
    const { minimum = -Infinity, maximum = Infinity } = field;
    if (value >= minimum && value <= maximum) return value;
    return fail(`${shown(given)} is out of bounds; write ${boundsText(field)}`);
  };
  switch (field.kind) {
    case 'number':
      return bounded(parse(() => numberOf(given)));
    case 'count': {
      const value = parse(() => numberOf(given));
      return Number.isSafeInteger(value) ? bounded(value) : fail(`${shown(given)} is not a whole number`);
    }
    case 'share':
      return bounded(parse(() => shareOf(given)));
    case 'duration':
      return bounded(parse(() => timeOf(given)));
    case 'rate':
      return bounded(parse(() => rateOf(given)));
    case 'switch':
      return typeof given === 'boolean' ? given : fail(`${shown(given)} is neither true nor false`);
    case 'choice': {
      const choices = field.choices ?? [];
      if (typeof given === 'string' && choices.includes(given)) return given;
      return fail(`${shown(given)} is not known; write ${choices.join(' or ')}`);
    }
    case 'text':
      return typeof given === 'string' || typeof given === 'number'
        ? String(given)
        : fail(`${shown(given)} is not a text`);
    case 'texts':
      if (typeof given === 'string' || typeof given === 'number') return [String(given)];
      return list('a list of texts', (item) =>
        typeof item === 'string' || typeof item === 'number' ? String(item) : fail(`${shown(item)} is not a text`),
      );
    case 'numbers':
      return list('a list of numbers such as [1, 2, 1.5]', (item) => bounded(parse(() => numberOf(item))));
    case 'points':
      return list('a list of [time, rate] such as [[0s, 10/s], [5m, 100/s]]', (item) =>
        Array.isArray(item) && item.length === 2
          ? ([parse(() => timeOf(item[0])), parse(() => rateOf(item[1]))] as const)
          : fail(`${shown(item)} is not a pair of a time and a rate, such as [5m, 100/s]`),
      );
    default:
      return field.kind satisfies never;
  }
}

function numberOf(given: unknown): number {
  const value =
    typeof given === 'number' ? given : typeof given === 'string' && NUMBER.test(given.trim()) ? Number(given) : NaN;
  if (Number.isFinite(value)) return value;
  throw new InputError(`${shown(given)} is not a number; write it like 3 or 0.5`);
}

function shareOf(given: unknown): number {
  if (typeof given === 'string' && given.trim().endsWith('%')) return numberOf(given.trim().slice(0, -1)) / 100;
  return numberOf(given);
}

/** `30s`, or plain seconds, in microseconds. */
function timeOf(given: unknown): number {
  if (typeof given === 'string' || typeof given === 'number') return durationUs(String(given));
  throw new InputError(`${shown(given)} is not a time; write it like 90s, 1.5h, 250ms or 3d`);
}

/** `200/s`, `12000/min`, `3k/s`, `2M/d`, or plainly per second, in units per second. */
function rateOf(given: unknown): number {
  const match = typeof given === 'string' ? RATE.exec(given.trim()) : null;
  const perSeconds = match === null ? undefined : PER_SECONDS[match[3]];
  if (match !== null && perSeconds !== undefined) return (Number(match[1]) * MULTIPLES[match[2]]) / perSeconds;
  const plain =
    typeof given === 'number' || (typeof given === 'string' && NUMBER.test(given.trim())) ? numberOf(given) : NaN;
  if (plain >= 0) return plain;
  throw new InputError(`${shown(given)} is not a rate; write it like 200/s, 12000/min or 5M/d`);
}

/** A whole sentence as the end of another. */
function inSentence(meaning: string): string {
  return `${meaning.charAt(0).toLowerCase()}${meaning.slice(1).replace(/\.$/, '')}`;
}

function boundsText({ minimum, maximum, kind }: TrafficField): string {
  const text = (bound: number): string => (kind === 'duration' ? `${bound / 1e6}s` : String(bound));
  if (minimum === undefined) return `at most ${text(maximum ?? Infinity)}`;
  return maximum === undefined ? `at least ${text(minimum)}` : `${text(minimum)} to ${text(maximum)}`;
}

function shown(given: unknown): string {
  return quoted(typeof given === 'string' ? given : (JSON.stringify(given) ?? String(given)));
}
