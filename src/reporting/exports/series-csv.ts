import { stringify } from 'csv-stringify/sync';
import { labelColumns, seriesRows, type Timeline } from './series-rows.ts';

/**
 * One row a measurement: `timeUs,name,<a column for each label>,unit,value`, values in full precision, empty where
 * nothing was measured or a label is absent. Names that a spreadsheet would take for a formula are disarmed with an
 * apostrophe.
 */
export function seriesCsv(timeline: Timeline): string {
  const labels = labelColumns(timeline);
  const rows: (string | number)[][] = [['timeUs', 'name', ...labels.values(), 'unit', 'value']];
  for (const { timeUs, series, value } of seriesRows(timeline))
    rows.push([
      timeUs,
      series.name,
      ...[...labels.keys()].map((label) => series.labels[label] ?? ''),
      series.unit,
      value ?? '',
    ]);
  return stringify(rows, { escape_formulas: true });
}
