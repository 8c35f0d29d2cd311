import type { PolicyOptions } from './policy-family.ts';

/** The value of an option that is a number: count, number, share, duration (microseconds) or bytes. */
export function numberOf(options: PolicyOptions, name: string): number {
  const value = options[name];
  if (typeof value !== 'number') throw new TypeError(`option "${name}" is no number but ${JSON.stringify(value)}`);
  return value;
}

/** The value of an option that is a text or a choice. */
export function textOf(options: PolicyOptions, name: string): string {
  const value = options[name];
  if (typeof value !== 'string') throw new TypeError(`option "${name}" is no text but ${JSON.stringify(value)}`);
  return value;
}
