import type { PodRow, PodSource } from '../../sim/pod-source.ts';
import { blankRow } from '../../sim/pod-source.ts';
import { WorkloadTally, type WorkloadStatistics } from '../../workloads/describe.ts';
import { lowerBounds } from '../bounds/lower-bounds.ts';
import type { ClusterFacts } from '../comparison.ts';
import { dependsOnSeed, openCluster, type WorkloadCache } from './open-inputs.ts';
import type { Survey, SurveyPlan } from './worker-messages.ts';
import type { NodeSpec } from '../../sim/node-spec.ts';

/** Reads a workload once: what is in it, what was dropped, and what no policy can pass on this cluster. */
export function surveyWorkload(plan: SurveyPlan, workloads: WorkloadCache, onRead: () => void): Survey {
  const nodes = openCluster(plan.cluster, onRead);
  const { source, report } = workloads.open(plan.workload, nodes, plan.seed);
  const tally = new WorkloadTally();
  const bounds = lowerBounds(nodes, counted(source, tally));
  return {
    cluster: clusterFacts(plan.cluster.name, nodes),
    workload: {
      name: plan.workload.name,
      drops: report.dropped + report.changed > 0 || plan.workload.file !== undefined ? report.sentences() : [],
      statistics: statisticTexts(tally.statistics(nodes)),
    },
    bounds: {
      cluster: plan.cluster.name,
      workload: plan.workload.name,
      ...(dependsOnSeed(plan.workload) && { seed: plan.seed }),
      bounds,
    },
  };
}

function* counted(source: PodSource, tally: WorkloadTally): Generator<PodRow> {
  const row = blankRow();
  while (source.next(row)) {
    tally.add(row);
    yield row;
  }
}

export function clusterFacts(name: string, nodes: readonly NodeSpec[]): ClusterFacts {
  const totals = { cpuMilli: 0, memBytes: 0, gpuCount: 0 };
  for (const node of nodes) {
    totals.cpuMilli += node.cpuMilli;
    totals.memBytes += node.memBytes;
    totals.gpuCount += node.gpuCount ?? 0;
  }
  return { name, nodes: nodes.length, totals };
}

/** The numbers a reader of a report wants first, with their units. */
function statisticTexts(statistics: WorkloadStatistics): Record<string, string | number> {
  const texts: Record<string, string | number> = { Pods: statistics.pods, Arrivals: statistics.arrivals };
  const put = (title: string, value: number | undefined, unit = ''): void => {
    if (value !== undefined) texts[title] = `${Number(value.toPrecision(3))}${unit}`;
  };
  put('Span', statistics.spanHours, ' h');
  put('Arrivals per hour', statistics.arrivalsPerHour);
  put('Variation of gaps', statistics.gapCv);
  put('Median run time', statistics.runSecondsP50, ' s');
  put('99th percentile run time', statistics.runSecondsP99, ' s');
  if (statistics.endlessPods > 0) texts['Pods that never end'] = statistics.endlessPods;
  texts['Distinct requests'] = statistics.distinctShapes;
  if (statistics.users > 1) texts['Users'] = statistics.users;
  if (statistics.gangs > 0) texts['Gangs'] = statistics.gangs;
  put('CPU asked for', percent(statistics.loadCpu), ' % of the cluster');
  put('Memory asked for', percent(statistics.loadMemory), ' % of the cluster');
  put('GPU asked for', percent(statistics.loadGpu), ' % of the cluster');
  return texts;
}

const percent = (share: number | undefined): number | undefined => (share === undefined ? undefined : share * 100);
