import { labelColumns, seriesRows, type Timeline } from './series-rows.ts';

/**
 * One JSON object a line and measurement: `{"timeUs":0,"name":"…","service":"web","unit":"s","value":0.12}`. The value is
 * null where nothing was measured (and for infinities, which JSON has not); absent labels are left out.
 */
export function seriesNdjson(timeline: Timeline): string {
  const columns = labelColumns(timeline);
  const lines: string[] = [];
  for (const { timeUs, series, value } of seriesRows(timeline)) {
    const labels = Object.entries(series.labels).map(([label, text]): [string, string] => [columns.get(label)!, text]);
    const row = { timeUs, name: series.name, ...Object.fromEntries(labels), unit: series.unit, value: value ?? null };
    lines.push(`${JSON.stringify(row)}\n`);
  }
  return lines.join('');
}
