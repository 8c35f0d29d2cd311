import type { Metric } from '../sim/metric-catalogue.ts';

/** Writes numbers of one metric so that they can be compared at a glance. */
export type NumberFormat = (value: number) => string;

const TIME_UNITS: readonly { readonly name: string; readonly seconds: number }[] = [
  { name: 'd', seconds: 86_400 },
  { name: 'h', seconds: 3600 },
  { name: 'min', seconds: 60 },
  { name: 's', seconds: 1 },
  { name: 'ms', seconds: 1e-3 },
];

/** Units that are written behind their number; hours of nodes and counts are named by their metric. */
const SUFFIX: Partial<Record<Metric['unit'], string>> = {
  minutes: ' min',
  'replica-seconds': ' replica-s',
  kWh: ' kWh',
  kg: ' kg',
};

/** One value with its unit, three significant digits: `12.3 s`, `4.10 h`, `63.5 %`, `$41.20`, `1,204`. */
export function formatValue(value: number, unit: Metric['unit']): string {
  return formatLike([value], unit, 3)(value);
}

/**
 * A format for a column of values: one unit of time and one number of decimals for all, four significant digits for the
 * middle one, so that digits stand under digits and one outlier does not hide the others' differences.
 */
export function formatLike(values: readonly number[], unit: Metric['unit'], significant = 4): NumberFormat {
  const sizes = values.filter((value) => Number.isFinite(value) && value !== 0).map(Math.abs);
  sizes.sort((one, other) => one - other);
  const typical = sizes[sizes.length >> 1] ?? 0;
  if (unit === 's') {
    // Two of a unit are needed before it is used: 90 s reads better than 1.5 min.
    const fitting = TIME_UNITS.find((one) => typical >= 2 * one.seconds);
    const time = typical === 0 ? TIME_UNITS[3] : (fitting ?? TIME_UNITS.at(-1)!);
    const decimals = decimalsFor(typical / time.seconds, significant);
    return (value) => `${fixed(value / time.seconds, decimals)} ${time.name}`;
  }
  if (unit === 'share') {
    // What is missing to 100 % is as telling as what is there: 99.95 % and 99.99 % are far apart.
    const telling = typical > 0.99 && typical < 1 ? 1 - typical : typical;
    const decimals = telling > 0 && telling < 0.01 ? 3 : telling < 0.1 ? 2 : 1;
    return (value) => `${fixed(value * 100, decimals)} %`;
  }
  if (unit === 'ms') {
    const scale = typical >= 10_000 ? { per: 1000, name: 's' } : { per: 1, name: 'ms' };
    const decimals = decimalsFor(typical / scale.per, significant);
    return (value) => `${fixed(value / scale.per, decimals)} ${scale.name}`;
  }
  if (unit === 'usd' || unit === 'usd-per-million') {
    const decimals = typical >= 1000 ? 0 : typical >= 0.1 || typical === 0 ? 2 : 4;
    return (value) => `${value < 0 ? '−' : ''}$${fixed(Math.abs(value), decimals)}`;
  }
  const whole = values.every((value) => Number.isInteger(value));
  const most = unit === 'minutes' ? 1 : Infinity;
  const decimals = whole ? 0 : Math.min(most, decimalsFor(typical, significant));
  const suffix = SUFFIX[unit] ?? '';
  return (value) => `${fixed(value, decimals)}${suffix}`;
}

/** Half the width of an interval, `± 0.21`; `± 0` when every seed gave the same; nothing with one seed. */
export function plusMinus(row: { mean: number; high?: number }, format: NumberFormat): string {
  if (row.high === undefined) return '';
  return row.high === row.mean ? '± 0' : `± ${format(row.high - row.mean)}`;
}

/** A size relative to another as per cent: `18 %`, `3.2 %`, `0.04 %`, `240 %`. */
export function formatPercent(share: number): string {
  const percent = Math.abs(share) * 100;
  return `${fixed(percent, percent >= 10 ? 0 : percent >= 1 ? 1 : 2)} %`;
}

/** A p value: `< 0.001`, `0.013`, `0.48`. */
export function formatProbability(p: number): string {
  return p < 0.001 ? '< 0.001' : p < 0.1 ? p.toFixed(3) : p.toFixed(2);
}

/** Bytes in binary units: `48.2 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let step = 0;
  let value = bytes;
  while (value >= 1024 && step < units.length - 1) {
    value /= 1024;
    step++;
  }
  return `${fixed(value, step === 0 ? 0 : decimalsFor(value, 3))} ${units[step]}`;
}

/** With so many decimals and commas between thousands; a real minus sign; never `-0`. */
export function fixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '∞' : value < 0 ? '−∞' : '–';
  const text = Math.abs(value).toFixed(Math.max(0, decimals));
  const [whole, rest] = text.split('.') as [string, string | undefined];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const sign = value < 0 && Number(text) !== 0 ? '−' : '';
  return `${sign}${grouped}${rest === undefined ? '' : `.${rest}`}`;
}

/** So many decimals that a number of this size has the wished significant digits; small ones at most two more. */
function decimalsFor(largest: number, significant: number): number {
  if (largest === 0) return 0;
  const before = largest >= 1000 ? 4 : largest >= 100 ? 3 : largest >= 10 ? 2 : largest >= 0.1 ? 1 : 0;
  return Math.max(0, significant - before);
}

/** `a`, `a and b`, `a, b and c`; beyond `most`, `a, b and 4 more`. */
export function listOf(names: readonly string[], most = 4): string {
  const shown = names.length > most ? [...names.slice(0, most - 1), `${names.length - most + 1} more`] : names;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

/** `1 run`, `2 runs`; with `many` for what has another plural: `2 processes`. */
export function countOf(count: number, noun: string, many = `${noun}s`): string {
  return `${fixed(count, 0)} ${count === 1 ? noun : many}`;
}
