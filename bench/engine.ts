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
    const pods = options.pods ?? (options.tiny ? 5000 : 2_000_000);
    const workload = monthOptions(pods, options.tiny);
    return [
      {
        name: `${pods} pods`,
        measure: () =>
          timedRunApart(
            () => uniformMix.pods(workload, 1),
            (source) => simulate({ nodes: BOUNDLESS, pods: source, placement: () => ALWAYS, seed: 1, metrics: 'lean' }),
          ),
      },
    ];
  },
  verdicts: ([row], { tiny }) => {
    const { amount, cpuS } = row;
    const met = amount / cpuS >= TARGET_PER_S;
    return tiny
      ? []
      : [{ text: `${(amount / cpuS / 1e6).toFixed(2)} M events a CPU second; at least 4 M wanted`, met }];
  },
};

const BOUNDLESS = [{ name: 'all', cpuMilli: Number.MAX_SAFE_INTEGER, memBytes: Number.MAX_SAFE_INTEGER }];
const ALWAYS: PlacementPolicy = { name: 'always-the-one', choose: () => 0 };
