import { UNUSUAL } from './plain-yaml.ts';

/**
 * Reads JSON. UNUSUAL: it is not JSON, has a key twice in a map, or a number that a double does not hold; the full parser
 * then says what is wrong and where, or reads it.
 */
export function readJson(text: string): unknown {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return UNUSUAL;
  }
  // Every key of the text is one of the data, unless some stand twice.
  const counted = { keys: 0 };
  if (!countKeys(data, counted, 0) || counted.keys !== keysIn(text)) return UNUSUAL;
  return data;
}

function countKeys(value: unknown, counted: { keys: number }, depth: number): boolean {
  if (depth > 60) return false;
  if (typeof value === 'number')
    return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every((one) => countKeys(one, counted, depth + 1));
  for (const key of Object.keys(value)) {
    counted.keys++;
    if (key === '__proto__' || !countKeys((value as Record<string, unknown>)[key], counted, depth + 1)) return false;
  }
  return true;
}

/** Strings that a colon follows: keys, in text that is known to be JSON. */
function keysIn(text: string): number {
  let keys = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at)) {
    let close = text.indexOf('"', at + 1);
    while (escaped(text, close, at)) close = text.indexOf('"', close + 1);
    at = close + 1;
    while (text.charCodeAt(at) <= 32) at++;
    if (text.charCodeAt(at) === 0x3a) keys++;
  }
  return keys;
}

function escaped(text: string, quote: number, open: number): boolean {
  let at = quote - 1;
  while (at > open && text.charCodeAt(at) === 0x5c) at--;
  return (quote - 1 - at) % 2 === 1;
}
