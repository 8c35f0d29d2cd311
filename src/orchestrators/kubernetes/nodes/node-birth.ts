import type { NewObject } from '../api/api-server.ts';
import type { Node } from '../objects/node.ts';
import { NOT_READY } from './node-taints.ts';

/**
 * A Node object as a kubelet registers it: not ready, and so tainted (admission plugin TaintNodesByCondition), until its
 * network plugin works. Create it in the API server; its kubelet makes it ready `nodeStartUs` later.
 */
export function newbornNode(node: NewObject<Node>, nowUs: number): NewObject<Node> {
  const others = node.status.conditions.filter(({ type }) => type !== 'Ready');
  const taints = node.spec.taints.filter(({ key }) => key !== NOT_READY);
  return {
    ...node,
    spec: { ...node.spec, taints: [...taints, { key: NOT_READY, value: '', effect: 'NoSchedule' }] },
    status: {
      ...node.status,
      conditions: [...others, { type: 'Ready', status: 'False', changedUs: nowUs, reason: 'KubeletNotReady' }],
    },
  };
}
