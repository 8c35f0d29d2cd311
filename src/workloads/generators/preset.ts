import type { NodeSpec } from '../../sim/node-spec.ts';
import type { PodSource } from '../../sim/pod-source.ts';
import type { Target } from '../targets.ts';

/** What a user may turn on any preset. A preset that has no use for a knob says so in its summary of it. */
export interface GeneratorOptions {
  /** Pods, at most; a gang is never cut. Infinity: as many as `days` bring. */
  readonly pods: number;
  /** Days of arrivals, at most; Infinity: as long as `pods` last. Time 0 is a Monday, 00:00. */
  readonly days: number;
  /** Offered load: the share of the cluster's scarcest resource that is asked for on average, 0.9 for 90 %. */
  readonly load: number;
  /** Nodes of the matching cluster; 0: as many as meet `load` at the published rate of arrivals. */
  readonly nodes: number;
  /** Distinct requests, where the published table does not fix them. */
  readonly shapes: number;
  /** Most pods that one arrival may bring: tasks of a job, VMs of a batch, members of a gang. */
  readonly batch: number;
  /** Longest run time in hours; what would run longer is cut there. */
  readonly longestHours: number;
}

/** A synthetic workload calibrated to published statistics, with the cluster it belongs to. */
export interface WorkloadPreset {
  /** As typed on the command line. */
  readonly name: string;
  /** One line for lists. */
  readonly summary: string;
  /** Where its numbers come from. */
  readonly source: string;
  readonly defaults: GeneratorOptions;
  /** Published statistics that its output at the default options is compared with. */
  readonly targets: readonly Target[];
  /** Machines that match, in the published mix. */
  nodes(options?: Partial<GeneratorOptions>): NodeSpec[];
  /**
   * The pods. Arrivals, shapes, run times, users and estimates each have a random stream of their own; the knobs
   * `load` and `nodes` only stretch time, so they never change which pod follows which.
   */
  pods(options: Partial<GeneratorOptions>, seed: number | string): PodSource;
}
