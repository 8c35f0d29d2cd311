import { durationText } from '../../workloads/quantity-text.ts';
import type { ClusterFacts, WorkloadFacts } from '../comparison.ts';
import { clusterParts } from '../scenario/cluster-groups.ts';
import { describeGroups } from '../scenario/describe-groups.ts';
import type { KubernetesPlan } from './kubernetes-plan.ts';

/** What a report says of the machines of a Kubernetes scenario, as far as they are known before manifests are read. */
export function kubernetesClusterFacts(name: string, { cluster }: KubernetesPlan): ClusterFacts {
  if (cluster === undefined)
    return {
      name,
      description: 'the nodes of the manifests, or made for their pods where there are none',
      nodes: 0,
      totals: { cpuMilli: 0, memBytes: 0, gpuCount: 0 },
    };
  return { name, ...describeGroups(clusterParts(cluster).groups) };
}

/** What a report says of what happens in a Kubernetes scenario. */
export function kubernetesWorkloadFacts(name: string, plan: KubernetesPlan): WorkloadFacts {
  const statistics: Record<string, string | number> = {
    Duration: durationText(plan.duration),
    Manifests: plan.manifests.length === 1 ? plan.manifests[0].file : `${plan.manifests.length} files`,
  };
  const list = (title: string, words: readonly string[]): void => {
    if (words.length > 0) statistics[title] = words.join(', ');
  };
  list('Traffic', Object.keys(plan.traffic ?? {}));
  list(
    'Weather',
    (plan.weather ?? []).map((one) => one.text),
  );
  list(
    'Steps',
    plan.steps.map(({ at, text }) => `${text} at ${durationText(at)}`),
  );
  return { name, drops: [], statistics };
}
