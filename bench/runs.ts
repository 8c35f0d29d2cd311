import { easyRun } from '../src/experiment/reproduce/easy-run.ts';
import { FGD_POLICIES, fgdRun, fgdTrace, type FgdTrace } from '../src/experiment/reproduce/fgd-run.ts';
import { backfillPolicy } from '../src/policies/backfilling/index.ts';
import { placementPolicies } from '../src/policies/placement/index.ts';
import { blankRow, type PodSource } from '../src/sim/pod-source.ts';
import { simulate } from '../src/sim/simulation.ts';
import { DropReport } from '../src/workloads/drop-report.ts';
import { gpuOpenbLike } from '../src/workloads/generators/gpu-openb-like.ts';
import { hpcLike } from '../src/workloads/generators/hpc-like.ts';
import { openbNodes } from '../src/workloads/readers/openb-nodes.ts';
import { openbPods } from '../src/workloads/readers/openb-pods.ts';
import { swfJobs } from '../src/workloads/readers/swf-jobs.ts';
import { realTrace, shippedTrace } from './bench-data.ts';
import type { Benchmark, BenchOptions, BenchTask } from './benchmark.ts';
import { timedRun } from './timed-run.ts';

const FGD_RATIO = 1.3;
const FGD_SEED = 42;
const KTH_PROCESSORS = 100;
const KTH_JOBS = 28_489;

/** Whole runs, as `baton reproduce` and `baton compare` make them. */
export const runs: Benchmark = {
  name: 'runs',
  summary:
    'Whole runs. The FGD experiment (openb default trace, tuned to 1.3 times the GPUs, seed 42) with its own metrics; a machine of 100 processors under backfilling (KTH-SP2); the shipped GPU trace under every placement policy, full metrics. Where the real traces are absent synthetic ones of the same size stand in, and the name says so.',
  repeat: 1,
  tasks: (options) => [...fgdTasks(options), ...backfillTasks(options), ...placementTasks(options)],
};

function fgdTasks({ tiny }: BenchOptions): BenchTask[] {
  const real = !tiny && realTrace('openb/openb_node_list_gpu_node.csv') !== undefined;
  const names = Object.keys(FGD_POLICIES);
  return (tiny ? names.slice(-1) : names).map((policy) => ({
    name: `FGD experiment, ${real ? 'openb' : 'synthetic'}, ${policy}`,
    measure: () => {
      const trace = real ? openbTrace() : syntheticTrace(tiny);
      return timedRun(() => fgdRun(trace, policy, FGD_RATIO, FGD_SEED));
    },
  }));
}

function openbTrace(): FgdTrace {
  const pods = openbPods(realTrace('openb/openb_pod_list_default.csv')!, new DropReport(), { times: 'none' });
  return fgdTrace(openbNodes(realTrace('openb/openb_node_list_gpu_node.csv')!), named(pods));
}

function syntheticTrace(tiny: boolean): FgdTrace {
  const size = tiny ? { nodes: 20, pods: 100 } : { nodes: 1213, pods: 8152 };
  return fgdTrace(gpuOpenbLike.nodes(size), named(gpuOpenbLike.pods(size, 1)));
}

function named(source: PodSource): FgdTrace['pods'] {
  const row = blankRow();
  const pods = [];
  while (source.next(row)) pods.push({ name: row.name ?? `pod-${pods.length}`, request: row.request });
  return pods;
}

function backfillTasks({ tiny }: BenchOptions): BenchTask[] {
  const log = tiny ? undefined : realTrace('swf/KTH-SP2.swf');
  const jobs = (): PodSource =>
    log === undefined
      ? hpcLike.pods({ pods: tiny ? 300 : KTH_JOBS, days: Infinity }, 1)
      : swfJobs(log, new DropReport(), { cleaning: 'backfilling' });
  return ['easy', 'easy-sjbf', 'conservative'].map((name) => ({
    name: `${log === undefined ? 'synthetic log' : 'KTH-SP2'}, ${name}`,
    measure: () => timedRun(() => easyRun(jobs(), KTH_PROCESSORS, backfillPolicy(name)!)),
  }));
}

function placementTasks({ tiny }: BenchOptions): BenchTask[] {
  return (tiny ? placementPolicies.slice(0, 3) : placementPolicies).map(({ name, create }) => ({
    name: `shipped GPU trace, ${name}`,
    measure: () => {
      const { nodes, pods, typical } = shippedTrace('gpu-like');
      const source = pods(tiny ? 200 : Infinity);
      return timedRun(() => simulate({ nodes, pods: source, placement: create, typicalPods: typical, seed: 1 }));
    },
  }));
}
