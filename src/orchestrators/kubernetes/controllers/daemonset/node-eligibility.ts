import { matchesLabels } from '../../objects/label-selector.ts';
import type { Node, Taint } from '../../objects/node.ts';
import { matchesNodeTerms } from '../../objects/node-selector.ts';
import type { PodSpec, PodTemplate, Toleration } from '../../objects/pod.ts';
import { tolerates, UNSCHEDULABLE_TAINT, untoleratedTaint } from '../../objects/tolerations.ts';

/** Whether a daemon's pod belongs on a node. */
export interface Eligibility {
  /** A pod is to be created there. */
  readonly shouldRun: boolean;
  /** One that is there may stay. */
  readonly mayStay: boolean;
}

const NOWHERE: Eligibility = { shouldRun: false, mayStay: false };
const HERE: Eligibility = { shouldRun: true, mayStay: true };
const STAYS: Eligibility = { shouldRun: false, mayStay: true };

/**
 * Node name, node selector and affinity, and taints decide, resources do not (`NodeShouldRunDaemonPod` in
 * `pkg/controller/daemon/daemon_controller.go`). A taint that only keeps new pods away lets running ones stay.
 */
export function eligibility(spec: PodSpec, tolerations: readonly Toleration[], node: Node): Eligibility {
  const { labels, name } = node.metadata;
  if (spec.nodeName !== undefined && spec.nodeName !== name) return NOWHERE;
  if (!matchesLabels(spec.nodeSelector, labels)) return NOWHERE;
  if (!matchesNodeTerms(spec.nodeAffinity?.required, labels, name)) return NOWHERE;
  const taints: readonly Taint[] = node.spec.unschedulable
    ? [...node.spec.taints, UNSCHEDULABLE_TAINT]
    : node.spec.taints;
  if (untoleratedTaint(taints, tolerations) === undefined) return HERE;
  const drivenAway = taints.some((taint) => taint.effect === 'NoExecute' && !tolerates(tolerations, taint));
  return drivenAway ? NOWHERE : STAYS;
}

/** What daemons' pods tolerate in addition (`AddOrUpdateDaemonPodTolerations` in `pkg/controller/daemon/util`). */
export function daemonTolerations(spec: PodSpec): readonly Toleration[] {
  const added = [
    ['not-ready', 'NoExecute'],
    ['unreachable', 'NoExecute'],
    ['disk-pressure', 'NoSchedule'],
    ['memory-pressure', 'NoSchedule'],
    ['pid-pressure', 'NoSchedule'],
    ['unschedulable', 'NoSchedule'],
    ...(spec.hostNetwork ? [['network-unavailable', 'NoSchedule']] : []),
  ].map(([key, effect]) => ({ key: `node.kubernetes.io/${key}`, operator: 'Exists', value: '', effect }) as Toleration);
  const own = spec.tolerations.filter(
    (one) =>
      !added.some(
        ({ key, effect }) =>
          one.key === key && one.effect === effect && one.operator === 'Exists' && one.tolerationSeconds === undefined,
      ),
  );
  return [...own, ...added];
}

/** The spec of the pod for one node: the scheduler may place it nowhere else (`ReplaceDaemonSetPodNodeNameNodeAffinity`). */
export function specForNode(template: PodTemplate, tolerations: readonly Toleration[], nodeName: string): PodSpec {
  const { spec } = template;
  const here = [{ key: 'metadata.name', operator: 'In' as const, values: [nodeName] }];
  const required = spec.nodeAffinity?.required?.map((term) => ({ ...term, matchFields: here }));
  return {
    ...spec,
    tolerations,
    nodeAffinity: {
      preferred: spec.nodeAffinity?.preferred ?? [],
      required:
        required === undefined || required.length === 0 ? [{ matchExpressions: [], matchFields: here }] : required,
    },
  };
}

/** The node a daemon's pod is on or meant for (`GetTargetNodeName`). */
export function targetNodeOf(spec: PodSpec): string | undefined {
  if (spec.nodeName !== undefined) return spec.nodeName;
  for (const term of spec.nodeAffinity?.required ?? [])
    for (const { key, operator, values } of term.matchFields)
      if (key === 'metadata.name' && operator === 'In' && values.length === 1) return values[0];
  return undefined;
}
