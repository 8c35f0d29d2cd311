import { InputError } from '../../sim/input-error.ts';
import type { NodeSpec } from '../../sim/node-spec.ts';
import type { ByteSource } from '../byte-source.ts';
import { CsvTable } from '../csv-table.ts';
import type { DropReport } from '../drop-report.ts';
import { gunzip } from '../gunzip.ts';
import { bytesOfQuantity, cpuMilliOf, quoted, wholeNumberOf } from '../../sim/quantity.ts';
import { amountsOf, listOf, pairsOf } from '../text-lists.ts';

export const NODE_FIELDS = [
  'name',
  'count',
  'cpu',
  'mem',
  'storage',
  'gpus',
  'gpu_model',
  'zone',
  'labels',
  'taints',
  'pods',
  'extended',
] as const;

/** More machines than this in one list are a slip of the pen. */
export const MAX_NODES = 2_000_000;

type NodeField = (typeof NODE_FIELDS)[number];

/**
 * Our own machine list: a CSV file with units whose header names some of NODE_FIELDS; only `cpu` and `mem` must be
 * there. A row with `count` N gives N machines `name-0` to `name-(N-1)`. Lines that begin with # are comments. Throws
 * InputError with file, line and field, also for a name that is there twice.
 */
export function nodeCsv(bytes: ByteSource, report: DropReport): NodeSpec[] {
  const table = new CsvTable(gunzip(bytes), {
    required: ['cpu', 'mem'],
    example: 'name,count,cpu,mem,gpus,gpu_model',
    comment: '#',
  });
  for (const column of table.header)
    if (!(NODE_FIELDS as readonly string[]).includes(column))
      report.note(
        `${bytes.name}: column "${column}" is not known and was left out; known are ${NODE_FIELDS.join(', ')}`,
      );
  const nodes: NodeSpec[] = [];
  const names = new Set<string>();
  while (table.next()) {
    report.rowsRead++;
    addMachines(table, nodes, names);
  }
  if (nodes.length === 0)
    throw new InputError(`${bytes.name}: the file has a header but no machines; add one row a machine`);
  return nodes;
}

function addMachines(table: CsvTable, nodes: NodeSpec[], names: Set<string>): void {
  const text = (field: NodeField): string =>
    table.column(field) < 0 ? '' : table.rows.text(table.column(field)).trim();
  const parse = <T>(field: NodeField, read: (text: string) => T): T | undefined =>
    text(field) === '' ? undefined : table.parse(table.column(field), read);
  const required = (field: 'cpu' | 'mem', read: (text: string) => number): number =>
    table.parse(table.column(field), read);

  const count = parse('count', (value) => wholeNumberOf(value, 1, MAX_NODES));
  if (nodes.length + (count ?? 1) > MAX_NODES)
    throw new InputError(`${table.where()}: the list has more than ${MAX_NODES} machines; write a smaller count`);
  const cpuMilli = required('cpu', cpuMilliOf);
  const memBytes = required('mem', bytesOfQuantity);
  const storageBytes = parse('storage', bytesOfQuantity);
  const gpuCount = parse('gpus', (value) => wholeNumberOf(value, 0, 31)) ?? 0;
  const gpuModel = text('gpu_model');
  const zone = text('zone');
  const labels = parse('labels', pairsOf);
  const taints = parse('taints', (value) => listOf(value, ';'));
  const podLimit = parse('pods', wholeNumberOf);
  const extended = parse('extended', amountsOf);
  const prefix = text('name') || `node-${table.rows.line}`;
  for (let k = 0; k < (count ?? 1); k++) {
    const name = count === undefined ? prefix : `${prefix}-${k}`;
    if (names.has(name))
      throw new InputError(`${table.where()}: there is already a machine ${quoted(name)}; give each row its own name`);
    names.add(name);
    nodes.push({
      name,
      cpuMilli,
      memBytes,
      ...(storageBytes !== undefined && { storageBytes }),
      ...(gpuCount > 0 && { gpuCount }),
      ...(gpuCount > 0 && gpuModel !== '' && { gpuModel }),
      ...(zone !== '' && { zone }),
      ...(labels !== undefined && { labels }),
      ...(taints !== undefined && { taints }),
      ...(podLimit !== undefined && { podLimit }),
      ...(extended !== undefined && { extended }),
    });
  }
}
