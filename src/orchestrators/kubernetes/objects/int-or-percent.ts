import { InputError } from '../../../sim/input-error.ts';
import type { IntOrPercent } from './meta.ts';

/**
 * How many a number or percentage of a total is: numbers stay, percentages are rounded as the field says
 * (`apimachinery/pkg/util/intstr`).
 *
 * ```ts
 * resolveIntOrPercent('25%', 10, 'up'); // 3
 * ```
 */
export function resolveIntOrPercent(value: IntOrPercent, total: number, rounding: 'up' | 'down'): number {
  if (typeof value === 'number') return value;
  const percent = percentOf(value);
  if (percent === undefined) throw new InputError(`cannot read "${value}" as a percentage; write it like "25%"`);
  // A whole number over 100 is at least 0.01 away from the next whole number, so the division cannot round across it.
  return rounding === 'up' ? Math.ceil((percent * total) / 100) : Math.floor((percent * total) / 100);
}

/** The whole percent of "25%"; undefined: not a percentage. */
export function percentOf(text: string): number | undefined {
  return /^[0-9]{1,9}%$/.test(text) ? Number(text.slice(0, -1)) : undefined;
}
