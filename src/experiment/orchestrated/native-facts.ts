import { durationText } from '../../workloads/quantity-text.ts';
import type { ClusterFacts, WorkloadFacts } from '../comparison.ts';
import { clusterParts } from '../scenario/cluster-groups.ts';
import { describeGroups } from '../scenario/describe-groups.ts';
import type { NativePlan } from './native-plan.ts';

/** What a report says of the machines of such a scenario, as far as they are known before its files are read. */
export function nativeClusterFacts(name: string, { cluster }: NativePlan): ClusterFacts {
  if (cluster === undefined)
    return {
      name,
      description: 'machines for what the files declare',
      nodes: 0,
      totals: { cpuMilli: 0, memBytes: 0, gpuCount: 0 },
    };
  return { name, ...describeGroups(clusterParts(cluster).groups) };
}

/** What a report says of what happens there. */
export function nativeWorkloadFacts(name: string, plan: NativePlan): WorkloadFacts {
  const statistics: Record<string, string | number> = {
    Duration: durationText(plan.duration),
    Files: plan.files.length === 1 ? plan.files[0].file : `${plan.files.length} files`,
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
