import { Distribution } from '../../sim/distribution.ts';
import { simulate, type SimulationOptions } from '../../sim/simulation.ts';
import type { NodeSpec } from '../../sim/node-spec.ts';
import type { RunResult } from '../../sim/result.ts';
import { blankRow, type PodSource } from '../../sim/pod-source.ts';
import type { RunTiming } from '../comparison.ts';
import type { RunPlan } from '../run-plan.ts';
import { journalFile } from './journal-file.ts';
import { openCluster, type WorkloadCache } from './open-inputs.ts';
import type { LoadedPolicies } from './policies-of-plan.ts';
import { executeKubernetes } from './execute-kubernetes.ts';
import { executeOrchestrated } from './execute-orchestrated.ts';
import { isOrchestrated } from '../orchestrated/is-orchestrated.ts';
import { executeScenario } from './execute-scenario.ts';
import { threadCpuMs } from './thread-cpu.ts';

/** Signs of life of a run. */
export interface Pulse {
  /** Something got done. */
  readonly beat: () => void;
  /** 16,384 more events. */
  readonly beatEvents: () => void;
}

/** The options that make an engine of a plan; `baton explain` adds to them. */
export function simulationOptions(
  plan: RunPlan,
  policies: LoadedPolicies,
  workloads: WorkloadCache,
  nodes: readonly NodeSpec[],
): SimulationOptions {
  const needsTypicalPods = plan.policy.file !== undefined || plan.policy.placement!.startsWith('fgd');
  const typicalPods = needsTypicalPods ? workloads.typicalPods(plan.workload, nodes, plan.seed) : undefined;
  let { source } = workloads.open(plan.workload, nodes, plan.seed);
  let endUs: number | undefined;
  if (plan.stopAfterUs !== undefined) ({ source, endUs } = stoppedAfter(source, plan.stopAfterUs));
  return {
    nodes,
    pods: source,
    placement: policies.placement,
    queue: policies.queue,
    backfill: policies.backfill,
    seed: plan.seed,
    whenFull: plan.whenFull,
    ...(typicalPods && { typicalPods }),
    ...(endUs !== undefined && { endUs }),
  };
}

/** Carries out one run and times it. */
export function executeRun(
  plan: RunPlan,
  policies: LoadedPolicies,
  workloads: WorkloadCache,
  pulse: Pulse,
  journalPath?: string,
): { result: RunResult; timing: RunTiming } {
  if (plan.kubernetes !== undefined) return executeKubernetes(plan, plan.kubernetes, pulse, journalPath);
  if (isOrchestrated(plan)) return executeOrchestrated(plan, policies, workloads, pulse, journalPath);
  if (plan.scenario !== undefined) return executeScenario(plan, plan.scenario, policies, workloads, pulse, journalPath);
  const began = performance.now();
  const cpuBegan = threadCpuMs();
  const nodes = openCluster(plan.cluster, () => pulse.beat());
  const decisions = new Distribution();
  const journal = journalPath === undefined ? undefined : journalFile(journalPath, nodes);
  let peakBytes = 0;
  const weigh = (): void => {
    const { heapTotal, external } = process.memoryUsage();
    peakBytes = Math.max(peakBytes, heapTotal + external);
  };
  try {
    const result = simulate({
      ...simulationOptions(plan, policies, workloads, nodes),
      ...(journal && { journal }),
      onProgress: () => {
        pulse.beatEvents();
        weigh();
      },
      timing: {
        clock: () => {
          pulse.beat();
          return performance.now() * 1000;
        },
        decisions,
      },
    });
    weigh();
    const { count, mean, p50, p99 } = decisions.summary();
    const wallMs = performance.now() - began;
    return {
      result,
      timing: {
        wallMs,
        cpuMs: cpuBegan === undefined ? wallMs : threadCpuMs()! - cpuBegan,
        ...(count > 0 && { decisionUs: { mean, p50, p99 } }),
        peakRssBytes: peakBytes,
      },
    };
  } finally {
    journal?.close();
  }
}

/** The time at which to stop, counted from the first arrival, which must be looked at for that. */
function stoppedAfter(source: PodSource, stopAfterUs: number): { source: PodSource; endUs: number } {
  const first = blankRow();
  let waits = source.next(first);
  return {
    endUs: (waits ? first.arrivesUs : 0) + stopAfterUs,
    source: {
      next: (row) => {
        if (!waits) return source.next(row);
        waits = false;
        Object.assign(row, first);
        return true;
      },
    },
  };
}
