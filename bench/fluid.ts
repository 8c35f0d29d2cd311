import { readFileSync } from 'node:fs';
import { FluidRequests } from '../src/sim/requests/fluid/fluid-requests.ts';
import type { Benchmark, BenchTask } from './benchmark.ts';
import { Checksum } from './checksum.ts';
import { cpuTime } from './cpu-time.ts';
import { cellName, figures, type FluidCell, perServiceTime } from './fluid-cell.ts';
import { fluidDay } from './fluid-day.ts';
import { gridCells } from './fluid-grid.ts';
import { type Reference, referenceOf } from './fluid-reference.ts';

/** What the discrete model says, written by `bench/update-fluid-reference.ts`. */
const REFERENCE = 'bench/fluid-reference.json';
const DAY_CPU_S = 10;
const DAY = 'a day of 200 services at 10^6 requests a second';

/** The fluid request model: a day of it, and how far it is from the discrete one over a grid. */
export const fluid: Benchmark = {
  name: 'fluid',
  summary:
    'The fluid request model: CPU of a day, and over the grid of docs/fluid.md its distance to the discrete one on mean and 99th percentile, in thousandths, negative where it says less. The discrete figures are those of bench/fluid-reference.json; one cell is simulated anew to see that they still hold.',
  repeat: 1,
  tasks: ({ tiny }) => [
    {
      name: DAY,
      measure: () => {
        const { value, cpuS } = cpuTime(() => fluidDay(tiny ? 10 : 1440));
        const checksum = new Checksum();
        for (const us of value.p99Us) checksum.add(us);
        return {
          cpuS,
          amount: value.requests,
          unit: 'operations',
          fingerprint: checksum.text,
          work: { steps: value.steps },
        };
      },
    },
    ...sameBut(tiny).map((cells) => gridTask(cells)),
    anew(tiny),
  ],
  verdicts: (rows) => {
    const day = rows.find(({ task }) => task === DAY);
    const again = rows.find(({ task }) => task === AGAIN);
    return [
      { text: `the day takes less than ${DAY_CPU_S} CPU seconds`, met: day !== undefined && day.cpuS < DAY_CPU_S },
      { text: 'the discrete model still says what the reference says', met: again?.work['different'] === 0 },
    ];
  },
};

const AGAIN = 'one cell of the reference anew';

/** One cell simulated request by request again. */
function anew(tiny: boolean): BenchTask {
  return {
    name: AGAIN,
    measure: () => {
      const cell: FluidCell = {
        balancer: 'choices',
        replicas: 10,
        places: 1,
        squaredCv: 1,
        load: 0.5,
        swing: 0,
        form: 'cosine',
      };
      const before = readReference()[cellName(cell)];
      const { value, cpuS } = cpuTime(() => (tiny ? before : referenceOf(cell)));
      const checksum = new Checksum();
      checksum.add(value.mean);
      return {
        cpuS,
        amount: value.requests,
        unit: 'requests',
        fingerprint: checksum.text,
        work: { different: Number(value.mean !== before.mean || value.p99 !== before.p99) },
      };
    },
  };
}

/** Cells that differ in nothing but their load, in one process. */
function gridTask(cells: readonly FluidCell[]): BenchTask {
  const [{ load, ...first }] = cells;
  return {
    name: cellName({ load, ...first }).replace(`, load ${load}`, ''),
    measure: () => {
      const checksum = new Checksum();
      const work: Record<string, number> = {};
      let cpuS = 0;
      let requests = 0;
      for (const cell of cells) {
        const { value, cpuS: took } = cpuTime(() => distance(cell));
        cpuS += took;
        requests += perServiceTime(cell) * 1000;
        checksum.add(value.mean);
        checksum.add(value.p99);
        work[`mean ${cell.load}`] = value.mean;
        work[`p99 ${cell.load}`] = value.p99;
      }
      return { cpuS, amount: requests, unit: 'operations', fingerprint: checksum.text, work };
    },
  };
}

/** Of the fluid model to the reference, in thousandths of the latter. */
export function distance(cell: FluidCell): { mean: number; p99: number } {
  const exact = readReference()[cellName(cell)];
  const { all } = figures(cell, (options) => new FluidRequests(options), cell.swing > 0 ? cell.swing : 1000, 1);
  const off = (a: number, b: number): number => Math.round((a / b - 1) * 1000);
  return { mean: off(all.mean, exact.mean), p99: off(all.p99, exact.p99) };
}

let read: Record<string, Reference> | undefined;

/** What the discrete model says of each cell, by name. */
export function readReference(): Record<string, Reference> {
  read ??= JSON.parse(readFileSync(REFERENCE, 'utf8')) as Record<string, Reference>;
  return read;
}

function sameBut(tiny: boolean): FluidCell[][] {
  const byRest = new Map<string, FluidCell[]>();
  for (const cell of gridCells()) {
    const name = cellName({ ...cell, load: 0 });
    byRest.set(name, [...(byRest.get(name) ?? []), cell]);
  }
  const all = [...byRest.values()];
  return tiny ? all.slice(0, 1) : all;
}
