import type { LivingResult, TimelineSeries } from '../../sim/monitoring/living-result.ts';

/** The lines of one run over their common times. */
export type Timeline = LivingResult['timeline'];

/** What every row of an export says besides its labels. */
export const ROW_FIELDS = ['timeUs', 'name', 'unit', 'value'] as const;

/** One measurement: a line of CSV or NDJSON, a row of Parquet. */
export interface SeriesRow {
  readonly timeUs: number;
  readonly series: TimelineSeries;
  /** Undefined where nothing was measured. */
  readonly value: number | undefined;
}

/** Every measurement, series by series, each in order of time. */
export function* seriesRows({ timeUs, series }: Timeline): Generator<SeriesRow> {
  for (const one of series)
    for (let at = 0; at < timeUs.length; at++)
      yield { timeUs: timeUs[at], series: one, value: measured(one.values[at]) };
}

/** A measurement, or undefined: NaN stands for none, and so does the null that NaN becomes in JSON. */
export function measured(value: number | null | undefined): number | undefined {
  return typeof value === 'number' && !Number.isNaN(value) ? value : undefined;
}

/**
 * The columns that labels need, in the order in which they first occur: label name to column name. A label called as
 * one of the other fields gets `label_` before its name.
 */
export function labelColumns({ series }: Timeline): Map<string, string> {
  const columns = new Map<string, string>();
  for (const { labels } of series)
    for (const label of Object.keys(labels))
      if (!columns.has(label))
        columns.set(label, (ROW_FIELDS as readonly string[]).includes(label) ? `label_${label}` : label);
  return columns;
}
