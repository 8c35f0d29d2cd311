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
  const weigh = (): void => {
    const { heapTotal, external } = process.memoryUsage();
    peakBytes = Math.max(peakBytes, heapTotal + external);
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
    onSnapshot: pulse.beat,
  });
  try {
    const result = simulation.run();
    weigh();
    const wallMs = performance.now() - began;
    const cpuMs = cpuBegan === undefined ? wallMs : threadCpuMs()! - cpuBegan;
    return { result, timing: { wallMs, cpuMs, peakRssBytes: peakBytes } };
  } finally {
    close();
  }
}
