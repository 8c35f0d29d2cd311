import type { NewObject } from '../../api/api-server.ts';
import type { ApiServer } from '../../api/api-server.ts';
import type { Labels } from '../../objects/meta.ts';
import { matchesLabels } from '../../objects/label-selector.ts';
import { newPodStatus } from '../../objects/new-statuses.ts';
import { HOSTNAME_LABEL } from '../../objects/node-labels.ts';
import { matchesNodeTerms } from '../../objects/node-selector.ts';
import type { Node } from '../../objects/node.ts';
import type { Pod, PodSpec, PodTemplate, Toleration } from '../../objects/pod.ts';
import { untoleratedTaint } from '../../objects/tolerations.ts';

/** Nodes and pods that exist in an autoscaler's thoughts only. Their numbers are negative, so that no object has them. */

/** A node like the template, by this name. */
export function imaginedNode(template: NewObject<Node>, name: string, id: number, labels: Labels = {}): Node {
  const { metadata } = template;
  return {
    kind: 'Node',
    id,
    metadata: {
      uid: '',
      annotations: {},
      ownerReferences: [],
      creationUs: 0,
      generation: 1,
      ...metadata,
      name,
      labels: { ...metadata.labels, ...labels, [HOSTNAME_LABEL]: name },
    },
    spec: template.spec,
    status: template.status,
  };
}

/** A pod of a template, as its controller would create it. */
export function imaginedPod(template: PodTemplate, namespace: string, name: string, id: number, spec: PodSpec): Pod {
  return {
    kind: 'Pod',
    id,
    metadata: {
      name,
      namespace,
      uid: '',
      labels: template.metadata.labels,
      annotations: template.metadata.annotations,
      ownerReferences: [],
      creationUs: 0,
      generation: 1,
    },
    spec,
    status: newPodStatus(0),
  };
}

/** The pods that the daemon sets would run on a node like this one. `nextId` gives numbers. */
export function daemonPodsFor(api: ApiServer, node: Node, nextId: () => number): Pod[] {
  const pods: Pod[] = [];
  for (const { metadata, spec } of api.store('DaemonSet').all()) {
    const { template } = spec;
    const tolerations = [...template.spec.tolerations, ...DAEMON_TOLERATIONS];
    if (untoleratedTaint(node.spec.taints, tolerations) !== undefined) continue;
    if (!matchesLabels(template.spec.nodeSelector, node.metadata.labels)) continue;
    if (!matchesNodeTerms(template.spec.nodeAffinity?.required, node.metadata.labels, node.metadata.name)) continue;
    pods.push(
      imaginedPod(template, metadata.namespace, `${metadata.name}-${node.metadata.name}`, nextId(), {
        ...template.spec,
        tolerations,
      }),
    );
  }
  return pods;
}

/** What the daemon set controller adds (`pkg/controller/daemon/util/daemonset_util.go`). */
const DAEMON_TOLERATIONS: readonly Toleration[] = [
  ...(['not-ready', 'unreachable'] as const).map((name) => daemonToleration(name, 'NoExecute')),
  ...(['disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable'] as const).map((name) =>
    daemonToleration(name, 'NoSchedule'),
  ),
];

function daemonToleration(name: string, effect: Toleration['effect']): Toleration {
  return { key: `node.kubernetes.io/${name}`, operator: 'Exists', value: '', effect };
}
