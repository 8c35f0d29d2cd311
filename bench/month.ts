import { placementPolicy } from '../src/policies/placement/index.ts';
import { simulate } from '../src/sim/simulation.ts';
import { uniformMix } from '../src/workloads/generators/uniform-mix.ts';
import type { Benchmark, BenchOptions, BenchRow, BenchTask, Verdict } from './benchmark.ts';
import { MONTH_PODS, monthOptions } from './month-workload.ts';
import { timedRunApart } from './timed-run.ts';

const MIB = 2 ** 20;
const MOST_CPU_S = 60;
const MOST_MIB = 256;
/** The collector widens its own spaces over the first three million pods; what is kept stays the same. */
const SLACK_MIB = 32;
const TINY_PODS = 5000;

/** The synthetic month under best-fit, and a tenth of it, for memory. */
export const month: Benchmark = {
  name: 'month',
  summary:
    'A month on 10,000 nodes under best-fit: 300 shapes, 80 % load, lean metrics; arrivals are made on the fly and counted apart. A tenth of the month has as many pods at a time, so its peak memory should be the same.',
  repeat: 3,
  tasks: (options) => {
    const pods = options.pods ?? (options.tiny ? TINY_PODS : MONTH_PODS);
    return [task(Math.ceil(pods / 10), options), task(pods, options)];
  },
  // A shortened month may end before as many pods run as will; then its tenth says nothing about memory.
  verdicts: ([tenth, whole]) => (whole.work['pods'] === MONTH_PODS ? targets(tenth, whole) : []),
};

function task(pods: number, { tiny }: BenchOptions): BenchTask {
  const workload = monthOptions(pods, tiny);
  return {
    name: `${pods} pods`,
    measure: () => {
      const sample = timedRunApart(
        () => uniformMix.pods(workload, 1),
        (source) =>
          simulate({
            nodes: uniformMix.nodes(workload),
            pods: source,
            placement: placementPolicy('best-fit'),
            seed: 1,
            metrics: 'lean',
          }),
      );
      return { ...sample, work: { pods, ...sample.work } };
    },
  };
}

function targets(tenth: BenchRow, whole: BenchRow): Verdict[] {
  return [
    { text: `${whole.cpuS.toFixed(1)} CPU seconds; below ${MOST_CPU_S} wanted`, met: whole.cpuS < MOST_CPU_S },
    { text: `peak memory ${mib(whole)} MiB; below ${MOST_MIB} wanted`, met: mib(whole) < MOST_MIB },
    {
      text: `a tenth of the pods took ${mib(tenth)} MiB; at most ${SLACK_MIB} MiB from one to the other wanted`,
      met: mib(whole) <= mib(tenth) + SLACK_MIB,
    },
  ];
}

function mib({ peakRssBytes }: BenchRow): number {
  return Math.round(peakRssBytes / MIB);
}
