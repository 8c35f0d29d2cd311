import { DEFAULT_PROFILE } from '../scheduler/default-profile.ts';
import { IndexedCore } from '../scheduler/indexed/indexed-core.ts';
import { ReferenceCore } from '../scheduler/reference/reference-core.ts';
import { runWorkload, type WorkloadRun } from './run-workload.ts';
import type { SchedulerWorkload, WorkloadScale } from './scheduler-workload.ts';

/** How a workload is measured. */
export interface MeasureOptions {
  /** Milliseconds of CPU so far, or of whatever clock there is. */
  readonly clockMs: () => number;
  /** Runs, of which the median counts; with more than one, another goes before them, in which the engine compiles. */
  readonly repeat: number;
  readonly scale: WorkloadScale;
  /** Whether the reference core decides a part of it too. */
  readonly compares: boolean;
}

/** What a workload came to. */
export interface MeasuredWorkload {
  readonly workload: SchedulerWorkload;
  /** The run of the median time. */
  readonly run: WorkloadRun;
  /** Measured pods a second of the clock. */
  readonly podsPerSecond: number;
  /** A smaller instance by both cores, decisions equal. Absent: not asked for. */
  readonly compared?: ComparedWorkload;
}

/** What both cores did with the same nodes and few pods. */
export interface ComparedWorkload {
  readonly nodes: number;
  readonly decisions: number;
  readonly checksum: string;
  /** The reference core's time for a measured pod, over that of the whole run of the indexed one. */
  readonly ratio: number;
}

/** All the nodes of a workload and so few pods that the reference core can decide about them in a second or so. */
const FEW_PODS: WorkloadScale = { nodes: 1, pods: 0.004 };
/** Where nobody is preempted before the nodes are full. */
const SMALL: WorkloadScale = { nodes: 0.05, pods: 0.05 };

/** Measures a workload with the default profile. Throws when two runs or the two cores do not decide alike. */
export function measureWorkload(workload: SchedulerWorkload, options: MeasureOptions): MeasuredWorkload {
  const { clockMs, repeat, scale } = options;
  const steps = workload.steps(scale);
  const runs = Array.from({ length: repeat === 1 ? 1 : repeat + 1 }, () =>
    runWorkload(steps, new IndexedCore(DEFAULT_PROFILE), clockMs, workload.preempts),
  );
  for (const { checksum } of runs)
    if (checksum !== runs[0].checksum) throw new Error(`${workload.name}: two runs decided differently`);
  const counted = runs.slice(-repeat).sort((one, other) => one.ms - other.ms);
  const run = counted[Math.floor((counted.length - 1) / 2)];
  const podsPerSecond = (1000 * run.pods) / run.ms;
  if (!options.compares) return { workload, run, podsPerSecond };
  return { workload, run, podsPerSecond, compared: compareCores(workload, options, run) };
}

function compareCores(workload: SchedulerWorkload, { clockMs, scale }: MeasureOptions, run: WorkloadRun) {
  const factor = workload.preempts === true ? SMALL : FEW_PODS;
  const steps = workload.steps({ nodes: scale.nodes * factor.nodes, pods: scale.pods * factor.pods });
  const reference = runWorkload(steps, new ReferenceCore(DEFAULT_PROFILE), clockMs, workload.preempts);
  const indexed = runWorkload(steps, new IndexedCore(DEFAULT_PROFILE), clockMs, workload.preempts);
  if (indexed.checksum !== reference.checksum)
    throw new Error(`${workload.name}: the indexed core decides differently from the reference core`);
  const { nodes, decisions, checksum } = indexed;
  return { nodes, decisions, checksum, ratio: reference.ms / reference.pods / (run.ms / run.pods) };
}
