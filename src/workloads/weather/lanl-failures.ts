import { InputError } from '../../sim/input-error.ts';
import type { FailureRecord } from '../../sim/weather/describe-failures.ts';
import type { ByteSource } from '../byte-source.ts';
import { CsvTable } from '../csv-table.ts';
import { quoted } from '../../sim/quantity.ts';
import { civilUs, isCivil } from './civil-time.ts';

export const LANL_CAUSES = ['Facilities', 'Hardware', 'Human Error', 'Network', 'Undetermined', 'Software'] as const;

/** One outage of the LANL records. Times are microseconds since 1970 by the clock on the wall. */
export interface LanlFailure extends FailureRecord {
  readonly system: string;
  /** Nodes of the whole system; 0 where not known. */
  readonly systemNodes: number;
  /** One of LANL_CAUSES, or ''. */
  readonly cause: string;
}

export interface LanlOptions {
  /** Only these systems, such as "20"; absent: all. */
  readonly systems?: readonly string[];
  readonly causes?: readonly (typeof LANL_CAUSES)[number][];
}

const EXAMPLE = 'System,nodes,nodenumz,Prob Started,Prob Fixed,Facilities,...';

/**
 * The outage records of LANL, 1995-2005 (LA-UR-05-7318; Schroeder and Gibson, DSN 2006). The two dates count and not the
 * column Down Time, which contradicts them in 24 rows. A node is called `<system>.<number>`, or by its number when one
 * system is asked for; without a number it is 0.
 */
export function readLanlFailures(source: ByteSource, options: LanlOptions = {}): LanlFailure[] {
  const table = new CsvTable(source, {
    required: ['System', 'nodes', 'nodenumz', 'Prob Started', 'Prob Fixed', ...LANL_CAUSES],
    example: EXAMPLE,
  });
  const system = table.column('System');
  const nodes = table.column('nodes');
  const node = table.column('nodenumz');
  const started = table.column('Prob Started');
  const fixed = table.column('Prob Fixed');
  const causes = LANL_CAUSES.map((cause) => table.column(cause));
  const { rows } = table;
  const failures: LanlFailure[] = [];
  const systems = new Set<string>();
  while (table.next()) {
    const name = rows.text(system);
    systems.add(name);
    if (options.systems !== undefined && !options.systems.includes(name)) continue;
    const cause = LANL_CAUSES[causes.findIndex((column) => !rows.isEmpty(column))] ?? '';
    if (options.causes !== undefined && !options.causes.some((one) => one === cause)) continue;
    const downUs = table.parse(started, dateUs);
    const upUs = table.parse(fixed, dateUs);
    if (upUs < downUs) table.fail(fixed, 'is before "Prob Started"; write the later time here');
    const number = rows.isEmpty(node) ? 0 : rows.wholeNumber(node);
    if (number < 0) table.fail(node, `${quoted(rows.text(node))} is not a node; write a whole number`);
    failures.push({
      system: name,
      systemNodes: rows.isEmpty(nodes) ? 0 : Math.max(0, rows.wholeNumber(nodes)),
      node: options.systems?.length === 1 ? String(number) : `${name}.${number}`,
      downUs,
      upUs,
      cause,
    });
  }
  const missing = options.systems?.find((one) => !systems.has(one));
  if (missing !== undefined)
    throw new InputError(`${source.name}: has no system ${quoted(missing)}; there are ${[...systems].join(', ')}`);
  return failures.sort((a, b) => a.downUs - b.downUs);
}

/** `6/21/2005 10:54`, month first. */
function dateUs(text: string): number {
  const parts = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d{2})$/.exec(text);
  const [month, day, year, hour, minute] = (parts ?? []).slice(1).map(Number);
  if (parts === null || !isCivil(year, month, day, hour, minute))
    throw new InputError(`${quoted(text)} is not a date and time; write it like 6/21/2005 10:54`);
  return civilUs(year, month, day, hour, minute);
}
