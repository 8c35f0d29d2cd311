/**
 * What a scalar without quotes stands for, by the rules that kubectl reads YAML with (go-yaml v2, YAML 1.1): `yes`, `on`
 * and `n` are booleans, `0644` is octal, `1_000` and `1e3` are 1000. Dates stay text. Whole numbers beyond 2^53 are bigints.
 */
export function resolvePlain(text: string): string | number | bigint | boolean | null {
  const first = text.charCodeAt(0);
  // Letters above all: names, images, operators.
  if (first >= 0x61 ? !WORD_BEGINNINGS.includes(text[0]) : first >= 0x41 && !WORD_BEGINNINGS.includes(text[0]))
    return text;
  if (text.length <= 5) {
    const word = WORDS.get(text);
    if (word !== undefined) return word;
  }
  // Digits, signs and points begin numbers.
  if (first > 0x39 || first < 0x2b) return text;
  return numberOf(text) ?? text;
}

const WORDS: ReadonlyMap<string, boolean | number | null> = new Map<string, boolean | number | null>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Infinity] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, -Infinity] as const),
]);
const WORD_BEGINNINGS = 'yYtToOnNfF~';
const WHOLE = /^[+-]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/;
const FRACTION = /^[+-]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

function numberOf(written: string): number | bigint | undefined {
  const text = written.includes('_') ? written.replaceAll('_', '') : written;
  if (text.length > 400) return undefined;
  if (WHOLE.test(text)) {
    const negative = text.startsWith('-');
    const digits = /^[+-]/.test(text) ? text.slice(1) : text;
    const octal = /^0[0-7]+$/.test(digits);
    const value = octal ? Number(`0o${digits.slice(1)}`) : Number(digits);
    if (Number.isSafeInteger(value)) return negative ? -value : value;
    const large = BigInt(octal ? `0o${digits.slice(1)}` : digits);
    return negative ? -large : large;
  }
  return FRACTION.test(text) ? Number(text) : undefined;
}
