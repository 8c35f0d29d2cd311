import { expect, test } from 'vitest';
import { blankRow, type PodRow, type PodSource } from '../sim/pod-source.ts';
import { collect } from './pod-table.ts';

function sourceOf(rows: readonly PodRow[]): PodSource {
  let k = 0;
  return { next: (row) => k < rows.length && Object.assign(row, rows[k++]) === row };
}

test('a table gives back every field, by arrival, as often as asked', () => {
  // 200 pods: the columns, which begin with 64, have grown twice. Arrivals run 0, 7, 4, 1, 8, 5, 2, ... (times 7 mod 10).
  const rows: PodRow[] = Array.from({ length: 200 }, (_, k) => ({
    name: k % 3 === 0 ? undefined : `p${k}`,
    arrivesUs: (k * 7) % 10,
    runsUs: k % 5 === 0 ? Infinity : k,
    estimateUs: k % 4 === 0 ? Infinity : 2 * k,
    priority: k - 100,
    user: k % 2 === 0 ? undefined : `u${k % 6}`,
    gang: k % 7 === 0 ? `g${k}` : undefined,
    gangSize: k % 7 === 0 ? 2 : 1,
    request: { cpuMilli: k % 4, memBytes: 5 },
  }));
  const table = collect(sourceOf(rows));
  expect(table.length).toBe(200);
  expect(table.requests).toHaveLength(4);
  const expected = rows.map((row, k) => ({ row, k })).sort((a, b) => a.row.arrivesUs - b.row.arrivesUs || a.k - b.k);
  for (let time = 0; time < 2; time++) {
    const source = table.source();
    const found: PodRow[] = [];
    for (let row = blankRow(); source.next(row); row = blankRow()) found.push(row);
    expect(found).toEqual(expected.map(({ row }) => row));
    expect(source.next(blankRow())).toBe(false);
  }
});
