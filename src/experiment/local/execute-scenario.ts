import { NodeStates } from '../../sim/fleet/node-states.ts';
import { simulateLiving } from '../../sim/living-simulation.ts';
import type { LivingSnapshot } from '../../sim/monitoring/living-snapshot.ts';
import type { RunResult } from '../../sim/result.ts';
import type { RunTiming } from '../comparison.ts';
import type { RunPlan } from '../run-plan.ts';
import { livingSpecOf } from '../scenario/living-spec-of.ts';
import type { ScenarioPlan } from '../scenario/scenario-plan.ts';
import { fileSource } from './file-source.ts';
import { journalFile } from './journal-file.ts';
import type { WorkloadCache } from './open-inputs.ts';
import type { LoadedPolicies } from './policies-of-plan.ts';
import { threadCpuMs } from './thread-cpu.ts';

/** Carries out one run of a living cluster and times it. */
export function executeScenario(
  plan: RunPlan,
  scenario: ScenarioPlan,
  policies: LoadedPolicies,
  workloads: WorkloadCache,
  pulse: { readonly beat: () => void; readonly beatEvents: () => void },
  options: {
    readonly journalPath?: string | undefined;
    readonly onSnapshot?: ((snapshot: () => LivingSnapshot) => void) | undefined;
  },
): { result: RunResult; timing: RunTiming } {
  const began = performance.now();
  const cpuBegan = threadCpuMs();
  let peakBytes = 0;
  const weigh = (): void => {
    const { heapTotal, external } = process.memoryUsage();
    peakBytes = Math.max(peakBytes, heapTotal + external);
  };
  const spec = livingSpecOf(scenario, {
    placement: policies.placement,
    queue: policies.queue,
    backfill: policies.backfill,
    open: (path) => fileSource(path, 'a trace', pulse.beat),
    pods: (workload, nodes, seed) => workloads.open(workload, nodes, seed).source,
  });
  const journal =
    options.journalPath === undefined
      ? undefined
      : journalFile(options.journalPath, new NodeStates(spec.groups, spec.zones).specs);
  try {
    const result = simulateLiving(spec, {
      seed: plan.seed,
      ...(journal && { journal }),
      onProgress: () => {
        pulse.beatEvents();
        weigh();
      },
      // Between two events of the cluster a million requests may pass; a scrape is a sign of life too.
      onSnapshot: (snapshot) => {
        pulse.beat();
        options.onSnapshot?.(snapshot);
      },
    });
    weigh();
    const wallMs = performance.now() - began;
    const cpuMs = cpuBegan === undefined ? wallMs : threadCpuMs()! - cpuBegan;
    return { result, timing: { wallMs, cpuMs, peakRssBytes: peakBytes } };
  } finally {
    journal?.close();
  }
}
