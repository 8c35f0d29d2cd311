import { durationText } from '../../workloads/quantity-text.ts';
import type { ClusterFacts, WorkloadFacts } from '../comparison.ts';
import type { RunPlan } from '../run-plan.ts';
import { clusterParts } from './cluster-groups.ts';
import { describeGroups } from './describe-groups.ts';
import { clusterFactsOfFiles, workloadFactsOfFiles } from './facts-of-files.ts';

/** What a report says of the cluster of a scenario: its machines at the start. */
export function clusterFactsOf(plan: RunPlan): ClusterFacts {
  if (plan.kubernetes !== undefined)
    return clusterFactsOfFiles(
      plan.cluster.name,
      plan.kubernetes,
      'the nodes of the manifests, or made for their pods where there are none',
    );
  if (plan.native !== undefined)
    return clusterFactsOfFiles(plan.cluster.name, plan.native, 'machines for what the files declare');
  return { name: plan.cluster.name, ...describeGroups(clusterParts(plan.scenario!.cluster).groups) };
}

/** What a report says of what happens in a scenario. */
export function workloadFactsOf(plan: RunPlan): WorkloadFacts {
  if (plan.kubernetes !== undefined)
    return workloadFactsOfFiles(plan.workload.name, plan.kubernetes, 'Manifests', plan.kubernetes.manifests);
  if (plan.native !== undefined)
    return workloadFactsOfFiles(plan.workload.name, plan.native, 'Files', plan.native.files);
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
