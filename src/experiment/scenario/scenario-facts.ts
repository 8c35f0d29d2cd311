import { durationText } from '../../workloads/quantity-text.ts';
import type { ClusterFacts, WorkloadFacts } from '../comparison.ts';
import type { RunPlan } from '../run-plan.ts';
import { clusterParts } from './cluster-groups.ts';

/** What a report says of the cluster of a scenario: its machines at the start. */
export function clusterFactsOf(plan: RunPlan): ClusterFacts {
  const { groups } = clusterParts(plan.scenario!.cluster);
  const totals = { cpuMilli: 0, memBytes: 0, gpuCount: 0 };
  let nodes = 0;
  for (const { initial, template } of groups) {
    nodes += initial;
    totals.cpuMilli += initial * template.cpuMilli;
    totals.memBytes += initial * template.memBytes;
    totals.gpuCount += initial * (template.gpuCount ?? 0);
  }
  const description = groups
    .map(({ name, initial, min, max, instanceType, template }) => {
      const range = min === max ? `${initial}` : `${initial} (${min} to ${max})`;
      return `${name}: ${range} x ${instanceType || `${template.cpuMilli / 1000} CPU`}`;
    })
    .join(', ');
  return { name: plan.cluster.name, description, nodes, totals };
}

/** What a report says of what happens in a scenario. */
export function workloadFactsOf(plan: RunPlan): WorkloadFacts {
  const { duration, services, traffic, jobs, weather, objectives, deployments, model } = plan.scenario!;
  const statistics: Record<string, string | number> = { Duration: durationText(duration), 'Request model': model };
  const list = (title: string, names: readonly string[]): void => {
    if (names.length > 0) statistics[title] = names.join(', ');
  };
  list('Services', Object.keys(services ?? {}));
  list('Traffic', Object.keys(traffic ?? {}));
  list('Jobs', Object.keys(jobs ?? {}));
  list(
    'Weather',
    (weather ?? []).map((one) => one.text),
  );
  list(
    'Deployments',
    (deployments ?? []).map((one) => `${one.service} at ${durationText(one.at)}`),
  );
  list(
    'Objectives',
    (objectives ?? []).map(
      (one) =>
        `${one.service} ${Number((one.target * 100).toPrecision(6))} %${one.withinUs === undefined ? '' : ` within ${one.withinUs / 1000} ms`}`,
    ),
  );
  return { name: plan.workload.name, drops: [], statistics };
}
