import type { Node } from '../objects/node.ts';
import { nodeResources } from '../objects/node-resources.ts';
import { matchesLabels } from '../objects/label-selector.ts';
import { matchesNodeTerms } from '../objects/node-selector.ts';
import { podResources } from '../objects/pod-resources.ts';
import type { ContainerPort, Pod } from '../objects/pod.ts';
import { tolerates } from '../objects/tolerations.ts';
import type { NodeRuntime } from './node-runtime.ts';
import { CRITICAL_PRIORITY, qosClass } from './qos.ts';

/** Why a kubelet does not take a pod: it becomes Failed with this reason and message. */
export interface Rejection {
  readonly reason: string;
  readonly message: string;
}

/**
 * What a kubelet checks before it takes a pod (`pkg/kubelet/lifecycle/predicate.go`, `pkg/kubelet/eviction`, node
 * shutdown manager): the node's conditions, then what the scheduler checks of resources, affinity, ports and taints.
 * `ports` are the host ports in use there. The pod itself is not counted in yet.
 */
export function rejection(
  pod: Pod,
  node: Node,
  runtime: NodeRuntime,
  ports: () => readonly ContainerPort[],
  nowUs: number,
): Rejection | undefined {
  if (runtime.shuttingDown)
    return { reason: 'NodeShutdown', message: 'Pod was rejected as the node is shutting down.' };
  return underPressure(pod, runtime, nowUs) ?? lacks(pod, node, runtime) ?? misplaced(pod, node, ports);
}

function underPressure(pod: Pod, runtime: NodeRuntime, nowUs: number): Rejection | undefined {
  const { spec } = pod;
  if (spec.priority >= CRITICAL_PRIORITY) return undefined;
  const conditions: string[] = [];
  if (nowUs < runtime.memoryPressureUntilUs) conditions.push('MemoryPressure');
  if (nowUs < runtime.diskPressureUntilUs) conditions.push('DiskPressure');
  if (conditions.length === 0) return undefined;
  // With memory pressure alone, only pods that ask for nothing stay out, unless they tolerate it.
  if (conditions.length === 1 && conditions[0] === 'MemoryPressure') {
    if (qosClass(spec) !== 'BestEffort') return undefined;
    const taint = { key: 'node.kubernetes.io/memory-pressure', value: '', effect: 'NoSchedule' } as const;
    if (tolerates(spec.tolerations, taint)) return undefined;
  }
  return {
    reason: 'Evicted',
    message: `Pod was rejected: The node had condition: [${conditions.join(' ')}]. `,
  };
}

function lacks(pod: Pod, node: Node, { used }: NodeRuntime): Rejection | undefined {
  const asked = podResources(pod.spec);
  const has = nodeResources(node);
  if (used.pods + 1 > has.pods) return outOf('pods', 1, used.pods, has.pods);
  const amounts: [string, number, number, number][] = [
    ['cpu', asked.cpuMilli, used.cpuMilli, has.cpuMilli],
    ['memory', asked.memBytes, used.memBytes, has.memBytes],
    ['ephemeral-storage', asked.ephemeralBytes, used.ephemeralBytes, has.ephemeralBytes],
    ...asked.scalars.map(({ name, amount }): [string, number, number, number] => [
      name,
      amount,
      used.scalars.get(name) ?? 0,
      has.scalars.get(name) ?? 0,
    ]),
  ];
  for (const [name, wanted, inUse, capacity] of amounts)
    if (wanted > 0 && wanted > capacity - inUse) return outOf(name, wanted, inUse, capacity);
  return undefined;
}

function outOf(resource: string, requested: number, inUse: number, capacity: number): Rejection {
  return {
    reason: `OutOf${resource}`,
    message:
      `Pod was rejected: Node didn't have enough resource: ${resource}, requested: ${requested}, ` +
      `used: ${inUse}, capacity: ${capacity}`,
  };
}

function misplaced(pod: Pod, node: Node, ports: () => readonly ContainerPort[]): Rejection | undefined {
  const { spec } = pod;
  const { labels, name } = node.metadata;
  if (!matchesLabels(spec.nodeSelector, labels) || !matchesNodeTerms(spec.nodeAffinity?.required, labels, name))
    return failed('NodeAffinity', "node(s) didn't match Pod's node affinity/selector");
  const wanted = hostPorts(pod);
  if (wanted.length > 0) {
    const taken = ports();
    if (wanted.some((port) => taken.some((other) => clash(port, other))))
      return failed('NodePorts', "node(s) didn't have free ports for the requested pod ports");
  }
  const taint = node.spec.taints.find((one) => one.effect === 'NoExecute' && !tolerates(spec.tolerations, one));
  return taint === undefined
    ? undefined
    : failed('TaintToleration', `node(s) had untolerated taint {${taint.key}: ${taint.value}}`);
}

function failed(predicate: string, message: string): Rejection {
  return { reason: predicate, message: `Pod was rejected: Predicate ${predicate} failed: ${message}` };
}

/** The host ports that a pod takes. */
export function hostPorts(pod: Pod): ContainerPort[] {
  const { containers, initContainers } = pod.spec;
  return [...containers, ...initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always')].flatMap(
    ({ ports }) => ports.filter(({ hostPort }) => hostPort !== undefined && hostPort > 0),
  );
}

/** Two ports clash with one protocol, number and address; 0.0.0.0 is every address. */
function clash(a: ContainerPort, b: ContainerPort): boolean {
  if (a.hostPort !== b.hostPort || a.protocol !== b.protocol) return false;
  const [left, right] = [a.hostIP ?? EVERY, b.hostIP ?? EVERY];
  return left === right || left === EVERY || right === EVERY || left === '' || right === '';
}

const EVERY = '0.0.0.0';
