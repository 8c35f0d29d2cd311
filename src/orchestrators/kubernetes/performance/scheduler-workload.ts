import type { Labels, ResourceList } from '../objects/meta.ts';
import type { Node } from '../objects/node.ts';
import type { Pod } from '../objects/pod.ts';
import type { SelectorSource } from '../scheduler/scheduling-core.ts';
import type { PodTemplate } from './workload-objects.ts';

/** One step of a scheduler_perf test case (upstream test/integration/scheduler_perf/operations.go). */
export type WorkloadStep =
  | {
      readonly step: 'nodes';
      readonly count: number;
      readonly amounts: ResourceList;
      readonly taints?: Node['spec']['taints'];
      /** Zones that the nodes get in turn. */
      readonly zones?: readonly string[];
      /** The name of a single node; else names are generated. */
      readonly name?: string;
    }
  /** Nodes and pods that differ one from the other; all pods are measured. */
  | { readonly step: 'objects'; readonly nodes: readonly Node[]; readonly pods: readonly Pod[] }
  | { readonly step: 'namespaces'; readonly names: readonly string[]; readonly labels: Labels }
  | { readonly step: 'selector'; readonly source: SelectorSource }
  /** From now on so many pods that are measured stand between two of these; each comes in addition. */
  | { readonly step: 'churn'; readonly everyPods: number; readonly churn: ChurnSpec }
  | {
      readonly step: 'pods';
      readonly count: number;
      readonly template: PodTemplate;
      readonly namespace: string;
      readonly measured: boolean;
    };

/** What goes on beside the measured pods. */
export type ChurnSpec =
  /** One more pod of the template is created and tried; those that were refused stay and are tried again in turn. */
  | { readonly kind: 'create-pods'; readonly template: PodTemplate; readonly namespace: string }
  /** By turns a node with a pod that asks for a priority and fits nowhere is created, and both are deleted again. */
  | { readonly kind: 'recreate'; readonly amounts: ResourceList; readonly template: PodTemplate };

/** How many of the nodes and pods there are: 1 is as upstream. */
export interface WorkloadScale {
  readonly nodes: number;
  readonly pods: number;
}

/** A scheduler_perf workload: pods a second that upstream's own machine must reach, and what happens in it. */
export interface SchedulerWorkload {
  readonly name: string;
  /** The named workload upstream whose size it has. */
  readonly upstream: string;
  /** Least pods a second in v1.36.2 and in the tree after it; absent: none is set, or it is not known. */
  readonly floor?: number;
  readonly newerFloor?: number;
  readonly steps: (scale: WorkloadScale) => readonly WorkloadStep[];
  /** Whether refused pods preempt others. */
  readonly preempts?: boolean;
}
