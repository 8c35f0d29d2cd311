import type { PolicyOption } from '../../policies/policy-family.ts';
import { InputError } from '../../sim/input-error.ts';
import { suggestion } from '../../sim/nearest-name.ts';
import { bytesOfQuantity, durationUs, quoted } from '../../sim/quantity.ts';
import { shareOf } from '../../sim/unit-text.ts';

/** A family as far as its options must be read: policies and kinds of weather alike. */
export interface Optioned {
  readonly name: string;
  readonly options: readonly PolicyOption[];
}

/** One member of a family, as plain data: every option has a value in the program's unit. */
export interface PolicyChoice {
  readonly name: string;
  readonly options: Readonly<Record<string, number | string | boolean>>;
  /** As it is called in reports: `target-utilisation(cpu=60%)`, with the options that were written. */
  readonly text: string;
}

type Written = Readonly<Record<string, unknown>>;

const OTHERS_NAME = 'name';

/**
 * Reads `name`, `name(option=value, ...)` or `{ name: ..., option: ... }` against the families of a kind. `kind` is
 * what sentences call it ("scaling policy"), `naming` the key that holds the name in the form of a map. Throws an
 * InputError with the second half of a sentence.
 */
export function readChoice(
  written: unknown,
  families: readonly Optioned[],
  kind: string,
  naming = OTHERS_NAME,
): PolicyChoice {
  const { name, given } = typeof written === 'string' ? parseCall(written) : fromMap(written, kind, naming);
  const family = families.find((one) => one.name === name);
  if (family === undefined)
    throw new InputError(
      `there is no ${kind} called ${quoted(name)}${suggestion(
        name,
        families.map((one) => one.name),
      )}`,
    );
  const known = family.options.map((option) => option.name);
  for (const key of Object.keys(given))
    if (!known.includes(key))
      throw new InputError(
        known.length === 0
          ? `${name} has no options, and ${quoted(key)} is given; leave it out`
          : `${name} has no option ${quoted(key)}${suggestion(key, known)}`,
      );
  const options: Record<string, number | string | boolean> = {};
  for (const option of family.options) {
    const value = given[option.name];
    options[option.name] = value === undefined ? option.default : optionOf(option, value, name);
  }
  const texts = Object.entries(given).map(([key, value]) => `${key}=${String(value as string | number | boolean)}`);
  return { name, options, text: texts.length === 0 ? name : `${name}(${texts.join(', ')})` };
}

/** `name(option=value, other="with, comma")` in parts. */
export function parseCall(text: string): { name: string; given: Record<string, string> } {
  const trimmed = text.trim();
  const open = trimmed.indexOf('(');
  if (open < 0) return { name: trimmed, given: {} };
  const name = trimmed.slice(0, open).trim();
  if (!trimmed.endsWith(')'))
    throw new InputError(
      `${quoted(text)} has no closing bracket; write it like ${name || 'name'}(option=value), and in quotes inside a list, where YAML splits it at its commas`,
    );
  const given: Record<string, string> = {};
  for (const part of splitOutside(trimmed.slice(open + 1, -1))) {
    if (part.trim() === '') continue;
    const equals = part.indexOf('=');
    const key = part.slice(0, Math.max(0, equals)).trim();
    const value = part
      .slice(equals + 1)
      .trim()
      .replace(/^(["'])(.*)\1$/s, '$2');
    if (equals < 0 || key === '' || value === '')
      throw new InputError(
        `cannot read ${quoted(part.trim())} in ${quoted(text)}; write it like ${name}(option=value)`,
      );
    if (Object.hasOwn(given, key)) throw new InputError(`${quoted(text)} gives ${quoted(key)} twice; keep one`);
    given[key] = value;
  }
  return { name, given };
}

/** Splits at commas that stand outside of quotes and brackets. */
function splitOutside(text: string): string[] {
  const parts: string[] = [];
  let quote = '';
  let depth = 0;
  let from = 0;
  for (let k = 0; k < text.length; k++) {
    const sign = text[k];
    if (quote !== '') {
      if (sign === quote) quote = '';
    } else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === '(' || sign === '[') depth++;
    else if (sign === ')' || sign === ']') depth--;
    else if (sign === ',' && depth === 0) {
      parts.push(text.slice(from, k));
      from = k + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

function fromMap(written: unknown, kind: string, naming: string): { name: string; given: Written } {
  if (typeof written !== 'object' || written === null || Array.isArray(written))
    throw new InputError(`must be the name of a ${kind}, not ${JSON.stringify(written)}`);
  const { [naming]: name, ...given } = written as Written;
  if (typeof name !== 'string')
    throw new InputError(
      name === undefined
        ? `does not say which ${kind}; add "${naming}: ..."`
        : `${naming} must be the name of a ${kind}, not ${JSON.stringify(name)}`,
    );
  for (const [key, value] of Object.entries(given))
    if (typeof value === 'object')
      throw new InputError(`option ${quoted(key)} must be one value, not ${JSON.stringify(value).slice(0, 40)}`);
  return { name: name.trim(), given };
}

function optionOf(option: PolicyOption, written: unknown, of: string): number | string | boolean {
  const text = String(written).trim();
  try {
    const value = valueOf(option, text);
    if (typeof value !== 'number') return value;
    const { minimum = -Infinity, maximum = Infinity } = option;
    if (value >= minimum && value <= maximum) return value;
    throw new InputError(`${quoted(text)} must be ${boundsText(option)}`);
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${option.name} of ${of}: ${error.message}`);
    throw error;
  }
}

function valueOf(option: PolicyOption, text: string): number | string | boolean {
  switch (option.kind) {
    case 'duration':
      return durationUs(text);
    case 'share':
      return shareOf(text, option.minimum ?? 0, option.maximum ?? 1);
    case 'bytes':
      return bytesOfQuantity(text);
    case 'count':
      if (/^[-+]?\d{1,15}$/.test(text)) return Number(text);
      throw new InputError(`${quoted(text)} is not a whole number; write it like ${option.default}`);
    case 'number': {
      const value = text === '' ? NaN : Number(text);
      if (Number.isFinite(value)) return value;
      throw new InputError(`${quoted(text)} is not a number; write it like ${option.default}`);
    }
    case 'switch':
      if (text === 'true' || text === 'on' || text === 'yes') return true;
      if (text === 'false' || text === 'off' || text === 'no') return false;
      throw new InputError(`${quoted(text)} is not a switch; write true or false`);
    case 'choice':
      if (option.choices === undefined || option.choices.includes(text)) return text;
      throw new InputError(`${quoted(text)} is not one of its values${suggestion(text, option.choices)}`);
    case 'text':
      return text;
    default:
      return option.kind satisfies never;
  }
}

function boundsText({ kind, minimum, maximum }: PolicyOption): string {
  const shown = (value: number): string =>
    kind === 'duration' ? `${value / 1e6}s` : kind === 'share' ? `${value * 100}%` : String(value);
  if (minimum === undefined) return `at most ${shown(maximum ?? Infinity)}`;
  return maximum === undefined ? `at least ${shown(minimum)}` : `between ${shown(minimum)} and ${shown(maximum)}`;
}
