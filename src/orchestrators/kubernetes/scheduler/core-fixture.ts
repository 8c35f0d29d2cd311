import type { NewObject } from '../api/api-server.ts';
import { node, pod } from '../cluster-fixture.ts';
import type { Node } from '../objects/node.ts';
import type { Pod } from '../objects/pod.ts';
import type { SchedulingCore } from './scheduling-core.ts';

/** Objects for tests of scheduling cores, with the numbers that the store would give them. */

let lastId = 0;

/** A node as `node` of the cluster fixture makes it; `status`: images and the like. */
export function coreNode(
  name: string,
  allocatable: Parameters<typeof node>[1] = { cpu: '4', memory: '16Gi' },
  labels: Parameters<typeof node>[2] = {},
  spec: Parameters<typeof node>[3] = {},
  status: Partial<Node['status']> = {},
): Node {
  const made = numbered(node(name, allocatable, labels, spec)) as Node;
  return { ...made, status: { ...made.status, ...status } };
}

/** A pod as `pod` of the cluster fixture makes it. */
export function corePod(
  name: string,
  requests: Parameters<typeof pod>[1] = {},
  fields: Parameters<typeof pod>[2] = {},
  metadata: Partial<Pod['metadata']> = {},
): Pod {
  const made = numbered(pod(name, requests, fields)) as Pod;
  return { ...made, metadata: { ...made.metadata, ...metadata } };
}

/** Decides about a pod and, when it fits, puts it there; the node's name, or the message of the refusal. */
export function place(core: SchedulingCore, waiting: Pod): string {
  const decision = core.decide(waiting);
  if (decision.nodeName === undefined) return decision.refusal?.message() ?? '';
  core.addPod(waiting, decision.nodeName);
  return decision.nodeName;
}

function numbered(object: NewObject<Node> | NewObject<Pod>): Node | Pod {
  lastId += 1;
  const { metadata } = object;
  return {
    ...object,
    id: lastId,
    metadata: {
      uid: `uid-${lastId}`,
      labels: {},
      annotations: {},
      ownerReferences: [],
      creationUs: 0,
      generation: 1,
      ...metadata,
    },
  };
}
