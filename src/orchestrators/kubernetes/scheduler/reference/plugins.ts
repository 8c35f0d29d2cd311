import type { SchedulerProfile } from '../scheduler-profile.ts';
import type { FilterPlugin, ScorePlugin } from './plugin.ts';
import { balancedAllocation } from './plugins/balanced-allocation.ts';
import { imageLocality } from './plugins/image-locality.ts';
import { interPodAffinityScore } from './plugins/inter-pod-affinity-score.ts';
import { interPodAffinityFilter } from './plugins/inter-pod-affinity.ts';
import { nodeAffinityFilter, nodeAffinityScore } from './plugins/node-affinity.ts';
import { nodeName } from './plugins/node-name.ts';
import { nodePorts } from './plugins/node-ports.ts';
import { nodeResourcesFitFilter, nodeResourcesFitScore } from './plugins/node-resources-fit.ts';
import { nodeUnschedulable } from './plugins/node-unschedulable.ts';
import { podTopologySpreadScore } from './plugins/pod-topology-spread-score.ts';
import { podTopologySpreadFilter } from './plugins/pod-topology-spread.ts';
import { taintTolerationFilter, taintTolerationScore } from './plugins/taint-toleration.ts';
import { nodeVolumeLimits, volumeBinding, volumeRestrictions, volumeZone } from './plugins/volumes.ts';

const FILTERS: readonly FilterPlugin[] = [
  nodeUnschedulable,
  nodeName,
  taintTolerationFilter,
  nodeAffinityFilter,
  nodePorts,
  nodeResourcesFitFilter,
  volumeRestrictions,
  nodeVolumeLimits,
  volumeBinding,
  volumeZone,
  podTopologySpreadFilter,
  interPodAffinityFilter,
];

const SCORES: readonly ScorePlugin[] = [
  taintTolerationScore,
  nodeAffinityScore,
  nodeResourcesFitScore,
  podTopologySpreadScore,
  interPodAffinityScore,
  balancedAllocation,
  imageLocality,
];

/** The profile's filter plugins in its order. */
export function filterPlugins(profile: SchedulerProfile): FilterPlugin[] {
  return profile.filters.map((name) => found(FILTERS, name));
}

/** The profile's score plugins with their weights, in its order. */
export function scorePlugins(profile: SchedulerProfile): { readonly plugin: ScorePlugin; readonly weight: number }[] {
  return profile.scores.map(({ plugin, weight }) => ({ plugin: found(SCORES, plugin), weight }));
}

function found<P extends { readonly name: string }>(plugins: readonly P[], name: string): P {
  const plugin = plugins.find((candidate) => candidate.name === name);
  if (plugin === undefined) throw new Error(`the profile names the plugin "${name}", which is none of this kind`);
  return plugin;
}
