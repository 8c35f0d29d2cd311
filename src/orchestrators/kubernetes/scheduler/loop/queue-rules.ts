import type { Pod } from '../../objects/pod.ts';
import { podInfo, spreadConstraints } from '../pod-info.ts';
import type { QueueRules } from '../queue/scheduling-queue.ts';
import type { SchedulerConfiguration } from '../scheduler-profile.ts';
import type { ClusterCache } from './cluster-cache.ts';

/** The queue's rules under a configuration; `gate`: PreEnqueue, `epochMs`: the wall clock when the run's stands at 0. */
export function queueRules(
  configuration: SchedulerConfiguration,
  cache: ClusterCache,
  epochMs: number,
  gate: (pod: Pod) => string | undefined,
): QueueRules {
  const profiles = new Map(configuration.profiles.map((profile) => [profile.schedulerName, profile] as const));
  return {
    initialBackoffUs: configuration.podInitialBackoffSeconds * 1_000_000,
    maxBackoffUs: configuration.podMaxBackoffSeconds * 1_000_000,
    pastWholeSecondUs: (epochMs % 1000) * 1000,
    gate,
    namespaceLabels: (namespace) => cache.namespaceLabels(namespace),
    addedAffinity: ({ spec }) => profiles.get(spec.schedulerName)?.addedAffinity,
    hardSpread: (pod) => {
      if (pod.spec.topologySpreadConstraints.length > 0) return podInfo(pod).hardSpread;
      const defaults = profiles.get(pod.spec.schedulerName)?.defaultConstraints ?? 'System';
      if (defaults === 'System') return [];
      // Whom a default constraint counts is up to services and controllers; a hint that is too kind costs one attempt.
      const all = defaults.map((constraint) => ({ ...constraint, labelSelector: {} }));
      return spreadConstraints(all, 'DoNotSchedule', pod.metadata.labels);
    },
  };
}
