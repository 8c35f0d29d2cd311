import { totalmem } from 'node:os';
import { InputError } from '../../sim/input-error.ts';
import type { RunResult } from '../../sim/result.ts';
import type { RunTiming } from '../comparison.ts';
import type { RunPlan } from '../run-plan.ts';
import type { ScenarioPlan } from '../scenario/scenario-plan.ts';
import type { WorkloadCache } from './open-inputs.ts';
import type { LoadedPolicies } from './policies-of-plan.ts';
import { scenarioSimulation } from './scenario-simulation.ts';
import { threadCpuMs } from './thread-cpu.ts';

/** Carries out one run of a living cluster and times it. */
export function executeScenario(
  plan: RunPlan,
  scenario: ScenarioPlan,
  policies: LoadedPolicies,
  workloads: WorkloadCache,
  pulse: { readonly beat: () => void; readonly beatEvents: () => void },
  journalPath?: string,
): { result: RunResult; timing: RunTiming } {
  const began = performance.now();
  const cpuBegan = threadCpuMs();
  let peakBytes = 0;
  const mostBytes = totalmem() / 2;
  const weigh = (): void => {
    const { heapTotal, external } = process.memoryUsage();
    peakBytes = Math.max(peakBytes, heapTotal + external);
    // The system would end the whole program, and every other run with it.
    if (heapTotal + external > mostBytes)
      throw tooLarge(`more than ${Math.round(mostBytes / 1e9)} GB of memory, half of this machine's`);
  };
  const { simulation, close } = scenarioSimulation(plan, scenario, {
    policies,
    workloads,
    onRead: pulse.beat,
    journalPath,
    onProgress: () => {
      pulse.beatEvents();
      weigh();
    },
    // Between two events of the cluster a million requests may pass; a scrape is a sign of life too.
    onSnapshot: () => {
      pulse.beat();
      weigh();
    },
  });
  try {
    const result = simulation.run();
    weigh();
    const wallMs = performance.now() - began;
    const cpuMs = cpuBegan === undefined ? wallMs : threadCpuMs()! - cpuBegan;
    return { result, timing: { wallMs, cpuMs, peakRssBytes: peakBytes } };
  } catch (error) {
    // What columns of numbers throw when they cannot grow.
    if (error instanceof RangeError && /array (length|buffer)/i.test(error.message))
      throw tooLarge('more memory than a program may have');
    throw error;
  } finally {
    close();
  }
}

function tooLarge(what: string): InputError {
  return new InputError(
    `a run needs ${what}; requests that wait may take it: give callers a timeout or services a queue, write model: fluid, or run shorter`,
  );
}
