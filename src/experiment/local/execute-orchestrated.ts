import type { RunResult } from '../../sim/result.ts';
import type { RunTiming } from '../comparison.ts';
import type { RunPlan } from '../run-plan.ts';
import { openOrchestrated } from './open-orchestrated.ts';
import type { WorkloadCache } from './open-inputs.ts';
import type { LoadedPolicies } from './policies-of-plan.ts';
import { threadCpuMs } from './thread-cpu.ts';

/** Carries out one run of an orchestrator and times it. */
export function executeOrchestrated(
  plan: RunPlan,
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
  const opened = openOrchestrated(plan, {
    policies,
    workloads,
    journalPath,
    onAlive: pulse.beat,
    onProgress: () => {
      pulse.beatEvents();
      weigh();
    },
  });
  try {
    while (opened.run.step());
    const result = opened.result();
    weigh();
    const wallMs = performance.now() - began;
    const cpuMs = cpuBegan === undefined ? wallMs : threadCpuMs()! - cpuBegan;
    return { result, timing: { wallMs, cpuMs, peakRssBytes: peakBytes } };
  } finally {
    opened.close();
  }
}
