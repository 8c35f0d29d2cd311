import { durationText } from '../../workloads/quantity-text.ts';
import type { ClusterFacts, WorkloadFacts } from '../comparison.ts';
import { clusterParts } from './cluster-groups.ts';
import { describeGroups } from './describe-groups.ts';
import type { KubernetesPlan } from '../kubernetes/kubernetes-plan.ts';
import type { NativePlan } from '../orchestrated/native-plan.ts';

/** What a report says of the machines of a scenario of files, as far as they are known before these are read; `otherwise`: where it names none. */
export function clusterFactsOfFiles(
  name: string,
  { cluster }: Pick<KubernetesPlan | NativePlan, 'cluster'>,
  otherwise: string,
): ClusterFacts {
  if (cluster === undefined)
    return {
      name,
      description: otherwise,
      nodes: 0,
      totals: { cpuMilli: 0, memBytes: 0, gpuCount: 0 },
    };
  return { name, ...describeGroups(clusterParts(cluster).groups) };
}

/** What a report says of what happens there; `called`: what the files are called. */
export function workloadFactsOfFiles(
  name: string,
  plan: KubernetesPlan | NativePlan,
  called: string,
  files: readonly { readonly file: string }[],
): WorkloadFacts {
  const statistics: Record<string, string | number> = {
    Duration: durationText(plan.duration),
    [called]: files.length === 1 ? files[0].file : `${files.length} files`,
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
