import { InputError } from '../../sim/input-error.ts';
import { clearRow, type PodRow, type PodSource } from '../../sim/pod-source.ts';
import { ArrivalOrder, type OrderRule } from '../arrival-order.ts';
import type { ByteSource } from '../byte-source.ts';
import { CsvTable } from '../csv-table.ts';
import type { DropReport } from '../drop-report.ts';
import { gunzip } from '../gunzip.ts';
import { durationOrForeverUs, durationUs } from '../../sim/quantity.ts';
import { RequestCache } from '../request-cache.ts';
import {
  fillIdentity,
  POD_FIELDS,
  REQUEST_FIELDS,
  requestOf,
  REQUIRED_FIELDS,
  type FieldTexts,
  type PodField,
} from './pod-fields.ts';

const EXAMPLE = 'name,arrives,runs,cpu,mem';

export interface PodCsvOptions {
  /** Whether rows must be in time order; default `by-arrival`. */
  readonly order?: OrderRule;
  /** What separates fields; default a comma. */
  readonly delimiter?: string;
}

/**
 * Our own pod list: a CSV file with units (`1500m`, `2Gi`, `90s`) whose header names some of POD_FIELDS; only
 * `arrives`, `cpu` and `mem` must be there. An empty `runs` means that the pod never ends, an empty `estimate` that
 * nothing was said. Lines that begin with # are comments. Reads gzip too. Throws InputError with file, line and field.
 */
export function podCsv(bytes: ByteSource, report: DropReport, options: PodCsvOptions = {}): PodSource {
  const table = new CsvTable(gunzip(bytes), {
    required: REQUIRED_FIELDS,
    example: EXAMPLE,
    comment: '#',
    ...(options.delimiter !== undefined && { delimiter: options.delimiter }),
  });
  const rows = table.rows;
  for (const column of table.header)
    if (!(POD_FIELDS as readonly string[]).includes(column))
      report.note(
        `${bytes.name}: column "${column}" is not known and was left out; known are ${POD_FIELDS.join(', ')}`,
      );

  const columns = Object.fromEntries(POD_FIELDS.map((field) => [field, table.column(field)])) as Record<
    PodField,
    number
  >;
  const fields: FieldTexts = {
    text: (field) => (columns[field] < 0 ? '' : rows.text(columns[field])),
    parse: (field, parse) => (columns[field] < 0 ? parseAbsent(field, parse) : table.parse(columns[field], parse)),
  };
  const cache = new RequestCache(REQUEST_FIELDS.map((field) => columns[field]).filter((column) => column >= 0));
  const plainIdentity = !['priority', 'user', 'gang', 'gang_size'].some((field) => columns[field as PodField] >= 0);
  const order = new ArrivalOrder(options.order);
  const where = (): string => table.where();
  let read = 0;

  function parseAbsent<T>(field: PodField, parse: (text: string) => T): T {
    try {
      return parse('');
    } catch (error) {
      if (error instanceof InputError) throw new InputError(`${where()}: field "${field}": ${error.message}`);
      throw error;
    }
  }

  function microseconds(field: 'arrives' | 'runs' | 'estimate', parse: (text: string) => number): number {
    const column = columns[field];
    if (column < 0) return Infinity;
    const plain = rows.microseconds(column);
    return plain >= 0 ? plain : table.parse(column, parse);
  }

  function fill(row: PodRow): void {
    row.arrivesUs = microseconds('arrives', durationUs);
    row.runsUs = microseconds('runs', durationOrForeverUs);
    row.estimateUs = microseconds('estimate', durationOrForeverUs);
    row.request = cache.find(rows) ?? cache.keep(rows, requestOf(fields));
    if (plainIdentity) row.name = fields.text('name') || undefined;
    else fillIdentity(row, fields);
  }

  return {
    next(row) {
      if (!table.next()) {
        if (read === 0) throw new InputError(`${bytes.name}: the file has a header but no pods; add one row a pod`);
        return false;
      }
      read++;
      report.rowsRead++;
      clearRow(row);
      fill(row);
      order.check(row.arrivesUs, where);
      report.podsGiven++;
      return true;
    },
  };
}
