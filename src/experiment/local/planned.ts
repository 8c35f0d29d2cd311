import type { ClusterFacts, WorkloadFacts } from '../comparison.ts';
import type { InputDigests } from '../run-id.ts';
import type { PolicyPlan, RunPlan } from '../run-plan.ts';

/** What a comparison carries out: an experiment, or scenarios, with lists multiplied out. */
export interface Planned {
  readonly title: string;
  readonly policies: readonly PolicyPlan[];
  readonly seeds: readonly number[];
  /** Digests of every file that is read; here a file that is not there is noticed. */
  digests(): InputDigests;
  /** The runs. `policyOf` gives each policy as it is called once users' files were loaded. */
  runs(policyOf: (policy: PolicyPlan) => PolicyPlan, digests: InputDigests): RunPlan[];
  /** Facts for the report where there is no workload to be surveyed. */
  facts?(runs: readonly RunPlan[]): { clusters: readonly ClusterFacts[]; workloads: readonly WorkloadFacts[] };
}
