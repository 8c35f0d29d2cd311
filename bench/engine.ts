import type { PlacementPolicy } from '../src/sim/policy.ts';
import { simulate } from '../src/sim/simulation.ts';
import { uniformMix } from '../src/workloads/generators/uniform-mix.ts';
import type { Benchmark } from './benchmark.ts';
import { monthOptions } from './month-workload.ts';
import { timedRunApart } from './timed-run.ts';

const TARGET_PER_S = 4e6;

/** The engine with nothing to decide. */
export const engine: Benchmark = {
  name: 'engine',
  summary:
    'The engine alone: arrivals and finishes of the month on one node that holds everything, so that nothing is decided; journal fingerprint, lean metrics and conservation checks on. An event is an arrival or a finish. Making the arrivals is counted apart.',
  repeat: 3,
  tasks: (options) => {
    const pods = options.pods ?? (options.tiny ? 5000 : 10_000_000);
    return LOADS.map(({ load, running }) => {
      const workload = monthOptions(pods, options.tiny, load);
      return {
        name: `${pods} pods, ${running} running at a time`,
        measure: () =>
          timedRunApart(
            () => uniformMix.pods(workload, 1),
            (source) => simulate({ nodes: BOUNDLESS, pods: source, placement: () => ALWAYS, seed: 1, metrics: 'lean' }),
          ),
      };
    });
  },
  verdicts: (rows, { tiny }) =>
    tiny
      ? []
      : rows.map(({ task, amount, cpuS }) => {
          const rate = amount / cpuS;
          const text = `${task}: ${(rate / 1e6).toFixed(2)} M events a CPU second; at least 4 M wanted`;
          return { text, met: rate >= TARGET_PER_S };
        }),
};

/** The month as it is, whose running pods do not fit into the caches of a core, and one with shorter run times. */
const LOADS = [
  { load: 0.8, running: '145,000' },
  { load: 0.05, running: '9,000' },
];
const BOUNDLESS = [{ name: 'all', cpuMilli: Number.MAX_SAFE_INTEGER, memBytes: Number.MAX_SAFE_INTEGER }];
const ALWAYS: PlacementPolicy = { name: 'always-the-one', choose: () => 0 };
