import { InputError } from '../../sim/input-error.ts';
import { bytesOf } from '../../workloads/byte-source.ts';
import { CsvTable } from '../../workloads/csv-table.ts';
import { COLUMNS, type FgdCurves } from './fgd-curves.ts';
import { FGD_POLICIES } from './fgd-run.ts';

/** One published run: which, and its three curves. */
export interface FgdReferenceRun {
  readonly workload: string;
  readonly policy: string;
  readonly ratio: number;
  readonly seed: number;
  readonly curves: FgdCurves;
}

/** The published tables by curve: file name and text. */
export type FgdReferenceTexts = Readonly<Record<keyof FgdCurves, { readonly name: string; readonly text: string }>>;

/** File names of the tables within the reference folder. */
export const FGD_REFERENCE_FILES: Readonly<Record<keyof FgdCurves, string>> = {
  allocated: 'analysis_allo_discrete.csv',
  fragmented: 'analysis_frag_discrete.csv',
  fragmentedOfIdle: 'analysis_frag_ratio_discrete.csv',
};

/** Every run the tables hold, in the order of the allocation table. Each run must be in all three. */
export function fgdReference(texts: FgdReferenceTexts): FgdReferenceRun[] {
  const tables = {
    allocated: curvesIn(texts.allocated),
    fragmented: curvesIn(texts.fragmented),
    fragmentedOfIdle: curvesIn(texts.fragmentedOfIdle),
  };
  return [...tables.allocated].map(([key, { run, curve }]) => {
    const other = (kind: 'fragmented' | 'fragmentedOfIdle'): number[] => {
      const found = tables[kind].get(key);
      if (found === undefined)
        throw new InputError(`${texts[kind].name}: has no row for ${key}, which ${texts.allocated.name} has`);
      return found.curve;
    };
    return {
      ...run,
      curves: { allocated: curve, fragmented: other('fragmented'), fragmentedOfIdle: other('fragmentedOfIdle') },
    };
  });
}

type RunKey = Omit<FgdReferenceRun, 'curves'>;

function curvesIn({ name, text }: { name: string; text: string }): Map<string, { run: RunKey; curve: number[] }> {
  const required = ['workload', 'sc_policy', 'tune', 'seed', ...Array.from({ length: COLUMNS }, (_, k) => String(k))];
  const table = new CsvTable(bytesOf(name, text), { required, example: 'workload,sc_policy,tune,seed,0,1,...,130' });
  const at = required.map((column) => table.column(column));
  const rows = new Map<string, { run: RunKey; curve: number[] }>();
  while (table.next()) {
    const number = (k: number): number =>
      table.parse(at[k], (cell) => {
        const value = Number(cell);
        if (cell.trim() === '' || !Number.isFinite(value)) throw new InputError('is not a number');
        return value;
      });
    const [workload, policy] = [table.rows.text(at[0]), table.rows.text(at[1])];
    if (FGD_POLICIES[policy] === undefined)
      throw new InputError(
        `${table.where()}: policy "${policy}" is not one of ${Object.keys(FGD_POLICIES).join(', ')}`,
      );
    const run = { workload, policy, ratio: number(2), seed: number(3) };
    const curve = Array.from({ length: COLUMNS }, (_, k) => number(4 + k));
    rows.set(`${workload} ${policy} seed ${run.seed}`, { run, curve });
  }
  return rows;
}
