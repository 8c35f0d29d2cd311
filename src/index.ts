/**
 * Baton as a library: engine, policies, workloads, statistics and reports. Nothing here touches a file, a clock or the
 * network, so all of it runs in a web page as well; files and worker threads belong to the command line.
 */

export { simulate, Simulation, type EventRanks, type SimulationOptions } from './sim/simulation.ts';
export { explainDecision, type DecisionExplanation, type NodeVerdict } from './sim/explain.ts';
export { InputError } from './sim/input-error.ts';
export { JOURNAL_KINDS, type JournalBatch, type JournalKind, type JournalSink } from './sim/journal.ts';
export { METRICS, metricByName, type Metric } from './sim/metric-catalogue.ts';
export type { NodeSpec } from './sim/node-spec.ts';
export { requestKey, type PodRequest } from './sim/pod-request.ts';
export { blankRow, clearRow, type PodRow, type PodSource } from './sim/pod-source.ts';
export type {
  BackfillPolicy,
  Candidates,
  ColumnScore,
  DeviceChoice,
  PlacementFactory,
  PlacementPolicy,
  PolicyContext,
  QueuePolicy,
} from './sim/policy.ts';
export { KubernetesRun, runKubernetes, type KubernetesRunOptions } from './orchestrators/kubernetes/kubernetes-run.ts';
export type * from './orchestrators/kubernetes/kubernetes-spec.ts';
export { readManifests, type ManifestSet } from './orchestrators/kubernetes/manifests/read-manifests.ts';
export { IndexedCore } from './orchestrators/kubernetes/scheduler/indexed/indexed-core.ts';
export { explainDecision as explainKubernetesDecision } from './orchestrators/kubernetes/scheduler/reference/explain-decision.ts';
export { ReferenceCore } from './orchestrators/kubernetes/scheduler/reference/reference-core.ts';
export type * from './orchestrators/kubernetes/scheduler/scheduling-core.ts';
export { LivingSimulation, simulateLiving, type LivingOptions } from './sim/living-simulation.ts';
export type * from './sim/living-spec.ts';
export type * from './sim/monitoring/living-result.ts';
export type { LivingSnapshot } from './sim/monitoring/living-snapshot.ts';
export { stream, type RandomStream } from './sim/random.ts';
export { requestModelFor } from './sim/requests/auto-requests.ts';
export { LatencyHistogram } from './sim/requests/latency-histogram.ts';
export type { RequestModel, RequestModelOptions } from './sim/requests/request-model.ts';
export type { Curves, DistributionSummary, HeatMap, PodCounts, RunResult, UserResult } from './sim/result.ts';
export { days, hours, minutes, seconds, US_PER_SECOND } from './sim/time.ts';
export type { TypicalPod } from './sim/typical-pod.ts';
export type { NodeView, PodView } from './sim/views.ts';

export { horizontalPolicies } from './policies/autoscaling/index.ts';
export { backfillPolicies, backfillPolicy } from './policies/backfilling/index.ts';
export { balancingPolicies } from './policies/balancing/index.ts';
export { examine, type ExamOptions } from './policies/contract/examine.ts';
export type { ContractRule, Fault } from './policies/contract/fault.ts';
export { deploymentPolicies } from './policies/deployment/index.ts';
export { nodePolicies } from './policies/node-scaling/index.ts';
export { overcommitPolicies } from './policies/overcommit/index.ts';
export { withDefaults, type PolicyFamily, type PolicyOption, type PolicyOptions } from './policies/policy-family.ts';
export {
  builtInPlacement,
  placementPolicies,
  placementPolicy,
  type BuiltInPlacement,
} from './policies/placement/index.ts';
export { typicalPods } from './policies/placement/typical-pods.ts';
export { queuePolicies, queuePolicy } from './policies/queueing/index.ts';
export { verticalPolicies } from './policies/vertical/index.ts';

export { bytesOf, concat, type ByteSource } from './workloads/byte-source.ts';
export { instanceCatalogue, instanceType } from './workloads/catalogue/index.ts';
export { describePods, type WorkloadStatistics } from './workloads/describe.ts';
export { DropReport } from './workloads/drop-report.ts';
export { generatorPreset, PRESETS } from './workloads/generators/generator-registry.ts';
export type { GeneratorOptions, WorkloadPreset } from './workloads/generators/preset.ts';
export { collect, PodTable } from './workloads/pod-table.ts';
export { clusterText } from './workloads/readers/cluster-text.ts';
export {
  NODE_FORMATS,
  openPods,
  POD_FORMATS,
  readNodes,
  type OpenOptions,
} from './workloads/readers/reader-registry.ts';
export {
  applyTransforms,
  parseTransforms,
  TRANSFORMS,
  type TransformContext,
} from './workloads/transforms/parse-transform.ts';
export { writeNodeCsv } from './workloads/write-node-csv.ts';
export { writePodCsv } from './workloads/write-pod-csv.ts';
export { writePodNdjson } from './workloads/write-pod-ndjson.ts';

export type { Bound } from './experiment/bounds/bound.ts';
export { lowerBounds } from './experiment/bounds/lower-bounds.ts';
export type * from './experiment/comparison.ts';
export { experimentJsonSchema, type ExperimentText } from './experiment/experiment-schema.ts';
export { parseExperiment } from './experiment/parse-experiment.ts';
export { planExperiment, plansOf, type Experiment, type PlanningContext } from './experiment/plan-experiment.ts';
export { livingSpecOf } from './experiment/scenario/living-spec-of.ts';
export { planScenario, type PlannedScenario } from './experiment/scenario/plan-scenario.ts';
export { scenarioJsonSchema } from './experiment/scenario/scenario-json-schema.ts';
export type { RunPlan } from './experiment/run-plan.ts';
export type { Runner, RunnerEvent } from './experiment/runner.ts';
export { summarise } from './experiment/statistics/summarise.ts';

export { openMetrics } from './reporting/exports/open-metrics.ts';
export { answerAll, answerCell, type Answer } from './reporting/answer.ts';
export { policiesCsv, runsCsv } from './reporting/report-csv.ts';
export { htmlReport, type HtmlReportOptions } from './reporting/report-html.ts';
export { jsonReport } from './reporting/report-json.ts';
export { markdownReport } from './reporting/report-markdown.ts';
