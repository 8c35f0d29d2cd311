import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cellName, type FluidCell } from './fluid-cell.ts';
import { distance, readReference } from './fluid.ts';
import {
  BALANCERS,
  gridCells,
  LOADS,
  PLACES,
  REPLICAS,
  SQUARED_CVS,
  SWING_LOADS,
  SWING_REPLICAS,
} from './fluid-grid.ts';

/**
 * Writes the tables of docs/fluid.md and `validated-loads.ts` from the fluid model and the reference. With a file as
 * argument distances are kept there, so that only cells that it lacks are computed.
 */
const kept = process.argv[2];
const known: Record<string, { mean: number; p99: number }> =
  kept !== undefined && existsSync(kept) ? (JSON.parse(readFileSync(kept, 'utf8')) as typeof known) : {};
const reference = readReference();
const partial = process.argv.includes('--known-only');
for (const cell of gridCells()) {
  const name = cellName(cell);
  if (reference[name] === undefined || known[name] !== undefined || partial) continue;
  known[name] = distance(cell);
  if (kept !== undefined) writeFileSync(kept, JSON.stringify(known));
}

const MOST_PERMILLE = 50;
/** An interval wider than this is marked. */
const WIDE = 0.015;
const PAGE = 'docs/fluid.md';

const page = readFileSync(PAGE, 'utf8');
writeFileSync(PAGE, withTable(withTable(page, 'steady', steadyTable()), 'swinging', swingTable()));
writeFileSync('src/sim/requests/fluid/validated-loads.ts', loadsFile());

function withTable(text: string, name: string, table: string): string {
  const begin = `<!-- ${name}: bench/update-fluid-table.ts -->`;
  const end = `<!-- end of ${name} -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < 0) throw new RangeError(`${PAGE} has no place for the table "${name}"`);
  return `${text.slice(0, from + begin.length)}\n\n${table}\n\n${text.slice(to)}`;
}

function steadyTable(): string {
  const head = `| balancer | replicas | places | C² | ${LOADS.join(' | ')} |\n|---|--:|--:|--:|${LOADS.map(() => '---|').join('')}`;
  const rows: string[] = [];
  for (const balancer of BALANCERS)
    for (const replicas of REPLICAS[balancer])
      for (const places of PLACES)
        for (const squaredCv of SQUARED_CVS) {
          const figures = LOADS.map((load) =>
            told([{ balancer, replicas, places, squaredCv, load, swing: 0, form: 'cosine' }]),
          );
          rows.push(`| ${balancer} | ${replicas} | ${places} | ${squaredCv} | ${figures.join(' | ')} |`);
        }
  return [head, ...rows].join('\n');
}

function swingTable(): string {
  const head = `| balancer | replicas | C² | ${SWING_LOADS.join(' | ')} |\n|---|--:|--:|${SWING_LOADS.map(() => '---|').join('')}`;
  const rows: string[] = [];
  for (const balancer of BALANCERS)
    for (const replicas of SWING_REPLICAS[balancer])
      for (const squaredCv of SQUARED_CVS) {
        const figures = SWING_LOADS.map((load) => told(swinging(balancer, replicas, 1, squaredCv, load)));
        rows.push(`| ${balancer} | ${replicas} | ${squaredCv} | ${figures.join(' | ')} |`);
      }
  return [head, ...rows].join('\n');
}

function swinging(
  balancer: FluidCell['balancer'],
  replicas: number,
  places: number,
  squaredCv: number,
  load: number,
): FluidCell[] {
  return gridCells().filter(
    (cell) =>
      cell.swing > 0 &&
      cell.balancer === balancer &&
      cell.replicas === replicas &&
      cell.places === places &&
      cell.squaredCv === squaredCv &&
      cell.load === load,
  );
}

/** The largest distances of several cells, as a table shows them; a tilde where the reference is uncertain. */
function told(cells: readonly FluidCell[]): string {
  if (cells.some((cell) => known[cellName(cell)] === undefined)) return '';
  const largest = (of: 'mean' | 'p99'): number =>
    cells.map((cell) => known[cellName(cell)][of]).reduce((most, one) => (Math.abs(one) > Math.abs(most) ? one : most));
  const text = `${(largest('mean') / 10).toFixed(1)} / ${(largest('p99') / 10).toFixed(1)}`;
  const unsure = cells.some((cell) => reference[cellName(cell)].meanWithin > WIDE) ? ' ~' : '';
  return (agrees(cells) ? text : `**${text}**`) + unsure;
}

function agrees(cells: readonly FluidCell[]): boolean {
  return cells.every((cell) => {
    const one = known[cellName(cell)];
    return one !== undefined && Math.max(Math.abs(one.mean), Math.abs(one.p99)) <= MOST_PERMILLE;
  });
}

/** The highest load up to which all cells agree. */
function upTo(loads: readonly number[], cells: (load: number) => FluidCell[]): number {
  let most = 0;
  for (const load of loads) {
    if (!agrees(cells(load))) break;
    most = load;
  }
  return most;
}

function loadsFile(): string {
  const steady = BALANCERS.map((balancer) => {
    const rows = REPLICAS[balancer].flatMap((replicas) =>
      PLACES.map((places) => {
        const loads = SQUARED_CVS.map((squaredCv) =>
          upTo(LOADS, (load) => [{ balancer, replicas, places, squaredCv, load, swing: 0, form: 'cosine' }]),
        );
        return `    { replicas: ${replicas}, places: ${places}, loads: [${loads.join(', ')}] },`;
      }),
    );
    return `  ${key(balancer)}: [\n${rows.join('\n')}\n  ],`;
  });
  const swings = BALANCERS.map((balancer) => {
    const rows = SWING_REPLICAS[balancer].map((replicas) => {
      const loads = SQUARED_CVS.map((squaredCv) =>
        upTo(SWING_LOADS, (load) => swinging(balancer, replicas, 1, squaredCv, load)),
      );
      return `    { replicas: ${replicas}, places: 1, loads: [${loads.join(', ')}] },`;
    });
    return `  ${key(balancer)}: [\n${rows.join('\n')}\n  ],`;
  });
  return `/** Written by bench/update-fluid-table.ts. */

/** Squared coefficients of variation of the service times compared, in the order of \`loads\`. */
export const SQUARED_CVS: readonly number[] = [${SQUARED_CVS.join(', ')}];

/** Highest loads per place up to which the fluid model is within 5 % of the discrete one; 0: at none. */
export type ValidatedLoads = Readonly<
  Record<
    'random' | 'round-robin' | 'choices' | 'least',
    readonly { readonly replicas: number; readonly places: number; readonly loads: readonly number[] }[]
  >
>;

/** While the load stays. */
export const STEADY_LOADS: ValidatedLoads = {
${steady.join('\n')}
};

/** At the top of swings of 20 to 1000 service times between 40 % and all of the load. */
export const SWING_LOADS: ValidatedLoads = {
${swings.join('\n')}
};
`;
}

function key(balancer: string): string {
  return balancer.includes('-') ? `'${balancer}'` : balancer;
}
