import { labelColumns, seriesRows, type Timeline } from './series-rows.ts';

/**
 * The measurements as a Parquet file: `timeUs` (INT64, whole microseconds), `name`, a text column for each label, `unit`
 * and `value` (DOUBLE); null where nothing was measured or a label is absent. The writer is loaded on first use.
 */
export async function seriesParquet(timeline: Timeline): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import('hyparquet-writer');
  const rows = [...seriesRows(timeline)];
  const text = (name: string, of: (row: (typeof rows)[number]) => string | undefined) => ({
    name,
    data: rows.map((row) => of(row) ?? null),
    type: 'STRING' as const,
  });
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        {
          name: 'timeUs',
          data: BigInt64Array.from(rows, (row) => BigInt(row.timeUs)),
          type: 'INT64',
          nullable: false,
        },
        text('name', (row) => row.series.name),
        ...[...labelColumns(timeline)].map(([label, column]) => text(column, (row) => row.series.labels[label])),
        text('unit', (row) => row.series.unit),
        { name: 'value', data: rows.map((row) => row.value ?? null), type: 'DOUBLE' },
      ],
      createdBy: 'Baton',
    }),
  );
}
