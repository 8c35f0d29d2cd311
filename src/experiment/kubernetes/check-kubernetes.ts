import { clusterParts } from '../scenario/cluster-groups.ts';
import { ScenarioFault } from '../scenario/scenario-fault.ts';
import type { KubernetesPlan } from './kubernetes-plan.ts';

/** What can be told of a plan before its manifests are read. Throws a ScenarioFault. */
export function checkKubernetes(plan: KubernetesPlan): void {
  const { cluster, manifests, steps, policies, duration } = plan;
  if (cluster !== undefined) clusterParts(cluster);
  if (manifests.length === 0)
    throw new ScenarioFault(
      [],
      'it has no manifests; write manifests: [folder, file.yaml], or put them behind a line of --- in this file',
    );
  steps.forEach(({ at, text }, index) => {
    if (at > duration)
      throw new ScenarioFault(
        ['steps', index, 'at'],
        `"${text}" would be done after the end of the run; write an earlier time, or a longer duration`,
      );
  });
  const grows = cluster !== undefined && clusterParts(cluster).groups.some((group) => group.max > group.min);
  if (policies.clusterAutoscaler !== false && !grows)
    throw new ScenarioFault(
      ['policies', 'clusterAutoscaler'],
      'no group of the cluster may grow or shrink; write cluster: { groups: { workers: { instance: m5.xlarge, min: 1, max: 10 } } }',
    );
}
