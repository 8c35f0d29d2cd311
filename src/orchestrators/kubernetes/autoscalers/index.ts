import type { Component, ControlPlane } from '../api/control-plane.ts';
import type { MetricsServer } from '../behaviour/workload-behaviour.ts';
import type { InstanceOffer, NodeGroupSpec } from '../kubernetes-spec.ts';
import { NODE_GROUP_LABEL } from '../objects/node-labels.ts';
import type { Node } from '../objects/node.ts';
import type { Pod } from '../objects/pod.ts';
import type { SchedulingCore } from '../scheduler/scheduling-core.ts';
import { ClusterAutoscaler } from './cluster/cluster-autoscaler.ts';
import { HorizontalPodAutoscalers } from './horizontal/horizontal-pod-autoscalers.ts';
import { Karpenter } from './karpenter/karpenter.ts';
import { ScaledObjects } from './keda/scaled-objects.ts';
import { PunctualCloud, type NodeBirth } from './shared/node-birth.ts';
import type { FindScale } from './shared/scale.ts';
import { VerticalPodAutoscalers } from './vertical/vertical-pod-autoscalers.ts';

/** What the autoscalers need besides the control plane. */
export interface AutoscalerParts {
  /** Scale subresources, for the HPA and KEDA. */
  readonly findScale: FindScale;
  /** What is known of usage, and custom and external metrics. */
  readonly metrics: MetricsServer;
  /**
   * A new scheduling core with the filters of the default scheduler's profile; scores are never asked for. The Cluster
   * Autoscaler and Karpenter have one each, in which they think.
   */
  readonly makeCore: () => SchedulingCore;
  /** Evicts a pod through the eviction API; false: a disruption budget refuses. */
  readonly evict: (pod: Pod) => boolean;
  /** Absent: machines come after their boot time, always (`PunctualCloud`). */
  readonly birth?: NodeBirth;
  /** The group of a node; absent: by the label that bought nodes carry, else by its name, `GROUP-NUMBER`. */
  readonly groupOf?: (node: Node) => string | undefined;
  readonly nodeGroups: readonly NodeGroupSpec[];
  /** Flags of the Cluster Autoscaler; absent: there is none. */
  readonly clusterAutoscaler?: Readonly<Record<string, string | number | boolean>>;
  /** What Karpenter may launch; absent: there is no Karpenter. */
  readonly instances?: readonly InstanceOffer[];
  readonly instanceBootUs: number;
  /** Karpenter's feature gate SpotToSpotConsolidation. */
  readonly spotToSpotConsolidation?: boolean;
}

/**
 * All autoscalers of a cluster, in the order in which they begin: KEDA before the HPA, since it is the metrics server of
 * its HPAs; then VPA, Cluster Autoscaler and Karpenter. Those without objects of theirs do nothing and cost nothing.
 * Flags that are not known throw an InputError.
 */
export function autoscalers(plane: ControlPlane, parts: AutoscalerParts): Component[] {
  const { findScale, metrics, evict } = parts;
  const birth = parts.birth ?? new PunctualCloud(plane.api);
  const keda = new ScaledObjects(plane, metrics, findScale);
  const components: Component[] = [
    keda,
    new HorizontalPodAutoscalers(plane, keda, findScale),
    new VerticalPodAutoscalers(plane, metrics, evict),
  ];
  if (parts.clusterAutoscaler !== undefined)
    components.push(
      new ClusterAutoscaler(plane, {
        groups: parts.nodeGroups,
        flags: parts.clusterAutoscaler,
        core: parts.makeCore(),
        birth,
        evict,
        groupOf: parts.groupOf ?? groupByName(parts.nodeGroups),
      }),
    );
  if (parts.instances !== undefined)
    components.push(
      new Karpenter(plane, {
        instances: parts.instances,
        bootUs: parts.instanceBootUs,
        core: parts.makeCore(),
        birth,
        evict,
        spotToSpotConsolidation: parts.spotToSpotConsolidation ?? false,
      }),
    );
  return components;
}

/** By the label of bought nodes, else by the template's name with a number behind it. */
export function groupByName(groups: readonly NodeGroupSpec[]): (node: Node) => string | undefined {
  const byTemplate = new Map(groups.map(({ name, template }) => [template.metadata.name, name]));
  return ({ metadata }) => {
    const label = metadata.labels[NODE_GROUP_LABEL];
    return label ?? byTemplate.get(metadata.name.replace(/-\d+$/, ''));
  };
}
