import { InputError } from '../../sim/input-error.ts';
import type { NodeSpec } from '../../sim/node-spec.ts';
import type { ByteSource } from '../byte-source.ts';
import { CsvTable } from '../csv-table.ts';
import { gunzip } from '../gunzip.ts';
import { quoted, wholeNumberOf } from '../../sim/quantity.ts';

const BYTES_PER_MIB = 1_048_576;
const MAX_MEMORY_MIB = Math.floor(Number.MAX_SAFE_INTEGER / BYTES_PER_MIB);

/**
 * The machines of an openb node list (sn, cpu_milli, memory_mib, gpu, model), in the order of the file. Throws
 * InputError for rows that are not of this form and for a name that is there twice.
 */
export function openbNodes(bytes: ByteSource): NodeSpec[] {
  const table = new CsvTable(gunzip(bytes), {
    required: ['sn', 'cpu_milli', 'memory_mib', 'gpu', 'model'],
    example: 'sn,cpu_milli,memory_mib,gpu,model',
  });
  const [sn, cpu, mem, gpu, model] = ['sn', 'cpu_milli', 'memory_mib', 'gpu', 'model'].map((name) =>
    table.column(name),
  );
  const nodes: NodeSpec[] = [];
  const lines = new Map<string, number>();
  while (table.next()) {
    const name = table.rows.text(sn);
    const before = lines.get(name);
    if (before !== undefined)
      table.fail(sn, `${quoted(name)} is already the machine of line ${before}; give each machine its own name`);
    lines.set(name, table.rows.line);
    const gpuCount = table.parse(gpu, (text) => wholeNumberOf(text, 0, 31));
    const gpuModel = table.rows.text(model).trim();
    nodes.push({
      name,
      cpuMilli: table.parse(cpu, wholeNumberOf),
      memBytes: table.parse(mem, (text) => wholeNumberOf(text, 0, MAX_MEMORY_MIB)) * BYTES_PER_MIB,
      ...(gpuCount > 0 && { gpuCount }),
      ...(gpuCount > 0 && gpuModel !== '' && { gpuModel }),
    });
  }
  if (nodes.length === 0)
    throw new InputError(`${bytes.name}: the file has a header but no machines; add one row a machine`);
  return nodes;
}
