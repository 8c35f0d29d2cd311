import type { HclValue } from '../hcl/hcl-syntax.ts';

const UNIT_US: Readonly<Record<string, number>> = {
  ns: 1e-3,
  us: 1,
  µs: 1,
  ms: 1e3,
  s: 1e6,
  m: 60e6,
  h: 3600e6,
};
const PART = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g;

/** A Go duration, `1h30m`, in whole microseconds; plain numbers are nanoseconds, as upstream; undefined: neither. */
export function durationOf(value: HclValue): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? Math.round(value / 1000) : undefined;
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (/^\d+$/.test(text)) return Math.round(Number(text) / 1000);
  if (text.replace(PART, '') !== '' || text === '') return undefined;
  let sum = 0;
  for (const [, amount, unit] of text.matchAll(PART)) sum += Number(amount) * UNIT_US[unit];
  return Math.round(sum);
}
