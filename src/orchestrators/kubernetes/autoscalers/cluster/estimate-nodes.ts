import type { NewObject } from '../../api/api-server.ts';
import { nodeResources } from '../../objects/node-resources.ts';
import type { Node } from '../../objects/node.ts';
import { podResources } from '../../objects/pod-resources.ts';
import type { Pod } from '../../objects/pod.ts';
import type { ClusterSnapshot } from '../shared/cluster-snapshot.ts';
import type { AlikePods } from '../shared/pod-kinds.ts';

/** How many nodes of a group the pods need. */
export interface Estimate {
  /** New nodes that got a pod. */
  readonly nodes: number;
  readonly pods: readonly Pod[];
}

/**
 * Packs pods on imagined nodes: kinds of pods in order of falling `cpu share + memory share` of a node; each pod of a
 * kind goes to any new node with room, searched round-robin from the last match; from the first that finds none, the
 * rest of the kind is tried on the node added last only, else one more is added. It stops adding when the last node is
 * still empty or `maxNodes` are there. What fits is what the Filter plugins say.
 *
 * The thoughts stay in the snapshot: mark before, revert after. Equal scores keep the given order, where upstream's sort
 * is unstable.
 *
 * Source: cluster-autoscaler, pkg/estimator/{binpacking_estimator,decreasing_pod_orderer}.go.
 */
export function estimateNodes(
  snapshot: ClusterSnapshot,
  template: NewObject<Node>,
  addNode: (number: number) => string,
  kinds: readonly AlikePods[],
  maxNodes: number,
): Estimate {
  const nodes: string[] = [];
  const used = new Set<string>();
  const placed: Pod[] = [];
  let next = 0;
  const put = (pod: Pod, node: string): void => {
    snapshot.place(pod, node);
    used.add(node);
    placed.push(pod);
  };
  const onLast = (pod: Pod): boolean => {
    const last = nodes.at(-1);
    if (last === undefined || !snapshot.fits(pod, last)) return false;
    put(pod, last);
    return true;
  };
  const onNew = (pod: Pod): boolean => {
    const last = nodes.at(-1);
    if ((last !== undefined && !used.has(last)) || nodes.length >= maxNodes) return false;
    nodes.push(addNode(nodes.length));
    return onLast(pod);
  };
  for (const { pods } of byFallingScore(kinds, template)) {
    let k = 0;
    for (; k < pods.length; k++) {
      const match = firstFit(snapshot, nodes, next, pods[k]);
      if (match < 0) break;
      put(pods[k], nodes[match]);
      next = (match + 1) % nodes.length;
    }
    for (; k < pods.length; k++) if (!onLast(pods[k]) && !onNew(pods[k])) break;
  }
  return { nodes: used.size, pods: placed };
}

/** CPU share plus memory share of a node that a pod asks for. */
export function packingScore(pod: Pod, template: NewObject<Node>): number {
  const { cpuMilli, memBytes } = podResources(pod.spec);
  const node = nodeResources(template as Node);
  const cpu = node.cpuMilli > 0 ? cpuMilli / node.cpuMilli : 0;
  const mem = node.memBytes > 0 ? memBytes / node.memBytes : 0;
  return cpu + mem;
}

function byFallingScore(kinds: readonly AlikePods[], template: NewObject<Node>): readonly AlikePods[] {
  return kinds
    .map((kind) => ({ kind, score: packingScore(kind.pods[0], template) }))
    .sort((a, b) => b.score - a.score)
    .map(({ kind }) => kind);
}

function firstFit(snapshot: ClusterSnapshot, nodes: readonly string[], first: number, pod: Pod): number {
  for (let k = 0; k < nodes.length; k++) {
    const at = (first + k) % nodes.length;
    if (snapshot.fits(pod, nodes[at])) return at;
  }
  return -1;
}
