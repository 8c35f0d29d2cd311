import { InputError } from '../../sim/input-error.ts';

/** A number of replicas, or a percentage of those asked for. */
export interface CountOrPercent {
  readonly kind: 'count' | 'percent';
  readonly value: number;
}

/** Reads "3" or "25%". Throws an InputError. */
export function countOrPercent(option: string, text: string): CountOrPercent {
  const match = /^(\d+)\s*(%?)$/.exec(text.trim());
  if (!match)
    throw new InputError(
      `cannot read "${text}" as ${option}; write a number of replicas or a percentage, like 1 or 25%`,
    );
  return { kind: match[2] === '%' ? 'percent' : 'count', value: Number(match[1]) };
}

/** So many of `desired`; a fraction of a replica goes up or down. Whole percentages are multiplied first, so no rounding error decides. */
export function resolve({ kind, value }: CountOrPercent, desired: number, round: 'up' | 'down'): number {
  if (kind === 'count') return value;
  return round === 'up' ? Math.ceil((desired * value) / 100) : Math.floor((desired * value) / 100);
}
