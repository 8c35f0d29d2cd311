import { openbKubernetes } from '../src/experiment/local/openb-kubernetes.ts';
import { runWorkload, type WorkloadRun } from '../src/orchestrators/kubernetes/performance/run-workload.ts';
import { SCHEDULER_PERF } from '../src/orchestrators/kubernetes/performance/scheduler-perf.ts';
import type {
  SchedulerWorkload,
  WorkloadScale,
} from '../src/orchestrators/kubernetes/performance/scheduler-workload.ts';
import { DEFAULT_PROFILE } from '../src/orchestrators/kubernetes/scheduler/default-profile.ts';
import { IndexedCore } from '../src/orchestrators/kubernetes/scheduler/indexed/indexed-core.ts';
import { ReferenceCore } from '../src/orchestrators/kubernetes/scheduler/reference/reference-core.ts';
import type { Benchmark, BenchRow, BenchTask, Sample, Verdict } from './benchmark.ts';
import type { Counted } from './counter-scenarios.ts';

const PUBLISHED: WorkloadScale = { nodes: 1, pods: 1 };
/** Small enough for the reference core. */
const SMALL: WorkloadScale = { nodes: 0.04, pods: 0.02 };
/** Pods a CPU second that are wanted of the published sizes, by the beginning of the workload's name. */
const TARGETS: readonly { readonly names: readonly string[]; readonly podsPerSecond: number }[] = [
  { names: ['SchedulingBasic'], podsPerSecond: 150_000 },
  {
    names: [
      'TopologySpreading',
      'PreferredTopologySpreading',
      'SchedulingPodAffinity',
      'SchedulingPodAntiAffinity',
      'SchedulingNodeAffinity',
    ],
    podsPerSecond: 30_000,
  },
];

/** kube-scheduler's own performance workloads; `baton bench kubernetes` measures the same beside the published floors. */
export const kubernetes: Benchmark = {
  name: 'kubernetes',
  summary:
    "kube-scheduler's decisions, default profile of 1.36, by the workloads of its own scheduler_perf at their published sizes, and openb's GPU machines and pods as Kubernetes objects: decisions and taking pods in, in the second run of a process (the first one compiles). The rows of 200 nodes are both cores on the same small instance.",
  repeat: 3,
  tasks: ({ tiny }) => {
    const openb = tiny ? undefined : openbKubernetes();
    const all = openb === undefined ? SCHEDULER_PERF : [...SCHEDULER_PERF, openb];
    return [
      ...(tiny ? SCHEDULER_PERF.slice(0, 3) : all).map((workload) => ({
        name: workload.name,
        measure: () => measuredWarm(workload, tiny ? SMALL : PUBLISHED),
      })),
      ...(tiny ? SCHEDULER_PERF.slice(0, 2) : SCHEDULER_PERF).flatMap(comparison),
    ];
  },
  verdicts: (rows, { tiny }) => (tiny ? [] : verdicts(rows)),
};

/** Counts of the work that every workload takes, with a twenty-fifth of the nodes. */
export function kubernetesCounters(): Record<string, Counted> {
  const counted: Record<string, Counted> = {};
  for (const workload of SCHEDULER_PERF) {
    const { fingerprint, work } = measured(workload, SMALL, 'indexed');
    counted[`kubernetes, ${workload.name}`] = { ...work, fingerprint };
  }
  return counted;
}

function comparison(workload: SchedulerWorkload): BenchTask[] {
  const name = `${workload.name}, 200 nodes, reference`;
  return [
    { name, measure: () => measured(workload, SMALL, 'reference') },
    {
      name: `${workload.name}, 200 nodes, indexed`,
      against: name,
      measure: () => measured(workload, SMALL, 'indexed'),
    },
  ];
}

function measuredWarm(workload: SchedulerWorkload, scale: WorkloadScale): Sample {
  measured(workload, scale, 'indexed');
  return measured(workload, scale, 'indexed');
}

function measured(workload: SchedulerWorkload, scale: WorkloadScale, kind: 'indexed' | 'reference'): Sample {
  const indexed = kind === 'indexed' ? new IndexedCore(DEFAULT_PROFILE) : undefined;
  const core = indexed ?? new ReferenceCore(DEFAULT_PROFILE);
  const run: WorkloadRun = runWorkload(workload.steps(scale), core, clockMs, workload.preempts);
  const { decisions, placed, examined, victims } = run;
  const work = { decisions, placed, examined, ...(victims > 0 && { victims }), ...indexed?.work };
  return { cpuS: run.ms / 1000, amount: run.pods, unit: 'pods', fingerprint: run.checksum, work };
}

function clockMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function verdicts(rows: readonly BenchRow[]): Verdict[] {
  return TARGETS.flatMap(({ names, podsPerSecond }) =>
    rows
      .filter(({ task }) => names.includes(task))
      .map(({ task, amount, cpuS }) => ({
        text: `${task}: ${Math.round(amount / cpuS)} pods a CPU second, wanted ${podsPerSecond}`,
        met: amount / cpuS >= podsPerSecond,
      })),
  );
}
