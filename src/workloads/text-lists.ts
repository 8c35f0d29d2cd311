import { InputError } from '../sim/input-error.ts';
import { quoted, wholeNumberOf } from '../sim/quantity.ts';

/**
 * Lists inside one field: `A10|T4` for GPU models, `disk=ssd;zone=a` for labels, `spot;team=ml` for taints and
 * tolerations, `fpga=1;licence=2` for extended resources. The signs that separate, when they are part of a name, are
 * written as % and two hexadecimal digits, as in URLs.
 */

/** The items of a list, without blanks around them; the empty text is the empty list. */
export function listOf(text: string, separator: '|' | ';'): string[] {
  if (text.trim() === '') return [];
  return text.split(separator).map((part) => {
    const item = part.trim();
    if (item === '') throw new InputError(`${quoted(text)} has an empty item; write it like a${separator}b`);
    return unescaped(item);
  });
}

/** The pairs of a list `key=value;key=value`. */
export function pairsOf(text: string): Record<string, string> {
  const pairs: [string, string][] = [];
  for (const part of text.trim() === '' ? [] : text.split(';')) {
    const equals = part.indexOf('=');
    const key = part.slice(0, Math.max(0, equals)).trim();
    if (key === '') throw new InputError(`${quoted(part)} is not a pair; write it like key=value;key=value`);
    pairs.push([unescaped(key), unescaped(part.slice(equals + 1).trim())]);
  }
  return Object.fromEntries(pairs);
}

/** The pairs of a list `name=3;name=1`, whose values are whole numbers. */
export function amountsOf(text: string): Record<string, number> {
  return Object.fromEntries(Object.entries(pairsOf(text)).map(([key, value]) => [key, wholeNumberOf(value)]));
}

/** The text of a list that `listOf` reads back. */
export function listText(items: readonly string[], separator: '|' | ';'): string {
  return items.map((item) => escaped(item, separator)).join(separator);
}

/** The text of pairs that `pairsOf` or `amountsOf` reads back. */
export function pairsText(pairs: Readonly<Record<string, string | number>>): string {
  return Object.entries(pairs)
    .map(([key, value]) => `${escaped(key, ';=')}=${escaped(String(value), ';')}`)
    .join(';');
}

function escaped(text: string, signs: string): string {
  const inner = Array.from(text, (sign) => (sign === '%' || signs.includes(sign) ? percent(sign) : sign)).join('');
  // Blanks at the ends would be trimmed away.
  return inner.replace(/^\s+|\s+$/g, (blanks) => Array.from(blanks, percent).join(''));
}

function percent(sign: string): string {
  return encodeURIComponent(sign) === sign ? `%${sign.charCodeAt(0).toString(16)}` : encodeURIComponent(sign);
}

function unescaped(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new InputError(
      `${quoted(text)} has a % that is not followed by two hexadecimal digits; write %25 for a percent sign`,
    );
  }
}
