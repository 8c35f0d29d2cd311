import { DiscreteRequests } from '../src/sim/requests/discrete-requests.ts';
import { FluidRequests } from '../src/sim/requests/fluid/fluid-requests.ts';
import type { Benchmark, BenchTask } from './benchmark.ts';
import { Checksum } from './checksum.ts';
import { cpuTime } from './cpu-time.ts';
import { figures, type FluidCell } from './fluid-cell.ts';
import { fluidDay } from './fluid-day.ts';

/** What the published grid says is most that the models may differ by, in thousandths. */
const WITHIN_PERMILLE = 50;
const DAY_CPU_S = 10;
const DAY = 'a day of 200 services at 10^6 requests a second';

/** The fluid request model: a day of it, and how far it is from the discrete one over a grid. */
export const fluid: Benchmark = {
  name: 'fluid',
  summary:
    'The fluid request model: CPU of a day, and its distance to the discrete model on mean and 99th percentile, in thousandths, for single services (the CPU time is of both).',
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
    ...gridCells(tiny).map((cell) => cellTask(cell, tiny)),
  ],
  verdicts: (rows) => {
    const day = rows.find(({ task }) => task === DAY);
    const off = rows.filter(({ work }) => Math.max(work['mean'] ?? 0, work['p99'] ?? 0) > WITHIN_PERMILLE);
    return [
      { text: `the day takes less than ${DAY_CPU_S} CPU seconds`, met: day !== undefined && day.cpuS < DAY_CPU_S },
      {
        text: `mean and 99th percentile within 5 % of the discrete model${off.length > 0 ? `; not: ${off.map(({ task }) => task).join('; ')}` : ''}`,
        met: off.length === 0,
      },
    ];
  },
};

function cellTask(cell: FluidCell, tiny: boolean): BenchTask {
  const { balancer, replicas, places, squaredCv, load, swing } = cell;
  return {
    name: `${balancer}, ${replicas} replicas, ${places} places, C² ${squaredCv}, load ${load}${swing > 0 ? `, swinging in ${swing}` : ''}`,
    measure: () => {
      const perUnit = load * replicas * places * (swing > 0 ? 0.7 : 1);
      const wanted = (tiny ? 20_000 : 3_000_000) / perUnit;
      const duration = swing > 0 ? Math.max(1, Math.round(wanted / swing)) * swing : wanted;
      const { value, cpuS } = cpuTime(() => [
        figures(cell, (options) => new DiscreteRequests(options), duration, 1),
        figures(cell, (options) => new FluidRequests(options), swing > 0 ? swing : 1000, 1),
      ]);
      const [exact, approximate] = value;
      const off = (a: number, b: number): number => Math.round(Math.abs(a / b - 1) * 1000);
      const checksum = new Checksum();
      checksum.add(approximate.mean * 1e6);
      checksum.add(approximate.p99 * 1e6);
      return {
        cpuS,
        amount: duration * perUnit,
        unit: 'operations',
        fingerprint: checksum.text,
        work: { mean: off(approximate.mean, exact.mean), p99: off(approximate.p99, exact.p99) },
      };
    },
  };
}

/** A part of the grid that takes minutes; docs/fluid.md shows it. */
function gridCells(tiny: boolean): FluidCell[] {
  const cells: FluidCell[] = [];
  const add = (
    balancer: FluidCell['balancer'],
    replicas: readonly number[],
    swings: readonly number[],
    loads: readonly number[],
  ): void => {
    for (const n of replicas)
      for (const places of [1, 4])
        for (const squaredCv of [1, 0.1, 4])
          for (const swing of swings)
            for (const load of loads) cells.push({ balancer, replicas: n, places, squaredCv, swing, load });
  };
  if (tiny) return [{ balancer: 'random', replicas: 10, places: 1, squaredCv: 1, swing: 0, load: 0.5 }];
  add('random', [10], [0, 100], [0.5, 0.9]);
  add('round-robin', [2, 10], [0], [0.5, 0.9]);
  add('choices', [10, 100], [0, 100], [0.5, 0.9]);
  add('least', [10, 100, 1000], [0], [0.5, 0.9]);
  return cells;
}
