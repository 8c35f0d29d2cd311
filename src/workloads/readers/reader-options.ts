import { InputError } from '../../sim/input-error.ts';
import { quoted } from '../../sim/quantity.ts';

/** Options of a reader as the user writes them: `cleaning=backfilling` is { cleaning: 'backfilling' }. */
export type OptionTexts = Readonly<Record<string, string>>;

/** Throws InputError when an option is not among the known ones. */
export function checkOptions(format: string, options: OptionTexts, known: readonly string[]): void {
  for (const key of Object.keys(options))
    if (!known.includes(key))
      throw new InputError(
        `the format ${format} has no option ${quoted(key)}; ${known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`}`,
      );
}

/** The option's value, which must be one of the words; undefined when it is not given. */
export function wordOption<Word extends string>(
  options: OptionTexts,
  key: string,
  words: readonly Word[],
): Word | undefined {
  const value = options[key];
  if (value === undefined || (words as readonly string[]).includes(value)) return value as Word | undefined;
  throw new InputError(`option ${key}: ${quoted(value)} is not known; write ${words.join(' or ')}`);
}

/** The option's value read by `parse`; undefined when it is not given. */
export function parsedOption<T>(options: OptionTexts, key: string, parse: (text: string) => T): T | undefined {
  const value = options[key];
  if (value === undefined) return undefined;
  try {
    return parse(value);
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`option ${key}: ${error.message}`);
    throw error;
  }
}
