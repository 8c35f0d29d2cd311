import type { ApiServer } from '../api/api-server.ts';
import type { Node, NodeCondition, Taint } from '../objects/node.ts';

export const NOT_READY = 'node.kubernetes.io/not-ready';
export const UNREACHABLE = 'node.kubernetes.io/unreachable';
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

/** Taints with effect NoSchedule by condition and its status (`node_lifecycle_controller.go`, nodeConditionToTaintKeyStatusMap). */
const BY_CONDITION: readonly [NodeCondition['type'], NodeCondition['status'], string][] = [
  ['Ready', 'False', NOT_READY],
  ['Ready', 'Unknown', UNREACHABLE],
  ['MemoryPressure', 'True', 'node.kubernetes.io/memory-pressure'],
  ['DiskPressure', 'True', 'node.kubernetes.io/disk-pressure'],
  ['NetworkUnavailable', 'True', 'node.kubernetes.io/network-unavailable'],
  ['PIDPressure', 'True', 'node.kubernetes.io/pid-pressure'],
];

/** A node's taints with those that its conditions and `unschedulable` call for; the same list when they are right. */
export function conditionTaints(node: Node): readonly Taint[] {
  const wanted = new Set<string>();
  if (node.spec.unschedulable) wanted.add(UNSCHEDULABLE);
  for (const [type, status, key] of BY_CONDITION)
    if (node.status.conditions.some((one) => one.type === type && one.status === status)) wanted.add(key);
  const managed = (taint: Taint): boolean =>
    taint.effect === 'NoSchedule' &&
    (taint.key === UNSCHEDULABLE || BY_CONDITION.some(([, , key]) => key === taint.key));
  const there = node.spec.taints.filter(managed);
  if (there.length === wanted.size && there.every(({ key }) => wanted.has(key))) return node.spec.taints;
  const kept = node.spec.taints.filter((taint) => !managed(taint) || wanted.has(taint.key));
  const missing = [...wanted].filter((key) => !there.some((taint) => taint.key === key));
  return [...kept, ...missing.map((key): Taint => ({ key, value: '', effect: 'NoSchedule' }))];
}

export function hasTaint(node: Node, key: string, effect: Taint['effect']): boolean {
  return node.spec.taints.some((taint) => taint.key === key && taint.effect === effect);
}

/** Puts NoExecute taints on and takes others off in one change; says whether anything changed. */
export function swapNoExecute(api: ApiServer, node: Node, add: string | undefined, remove: readonly string[]): boolean {
  const { taints } = node.spec;
  const kept = taints.filter(({ key, effect }) => effect !== 'NoExecute' || !remove.includes(key));
  const adds = add !== undefined && !hasTaint(node, add, 'NoExecute');
  if (kept.length === taints.length && !adds) return false;
  const next = adds ? [...kept, { key: add, value: '', effect: 'NoExecute' as const, addedUs: api.nowUs }] : kept;
  api.update('Node', node.id, { spec: { ...node.spec, taints: next } });
  return true;
}
