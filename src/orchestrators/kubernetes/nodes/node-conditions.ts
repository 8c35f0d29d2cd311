import type { Node, NodeCondition } from '../objects/node.ts';
import type { NodeRuntime } from './node-runtime.ts';

/** Whether the node's Ready condition is True; undefined: it has none. */
export function isReady(node: Node): boolean | undefined {
  const ready = conditionOf(node, 'Ready');
  return ready === undefined ? undefined : ready.status === 'True';
}

export function conditionOf(node: Node, type: NodeCondition['type']): NodeCondition | undefined {
  return node.status.conditions.find((one) => one.type === type);
}

/**
 * The node's conditions as its kubelet posts them; the same list when nothing differs. Pressure conditions are written
 * once they have been there.
 */
export function nodeConditions(node: Node, runtime: NodeRuntime, nowUs: number): readonly NodeCondition[] {
  const { shuttingDown, memoryPressureUntilUs, diskPressureUntilUs } = runtime;
  const memory = nowUs < memoryPressureUntilUs;
  const disk = nowUs < diskPressureUntilUs;
  let { conditions } = node.status;
  conditions = withCondition(
    conditions,
    shuttingDown
      ? { type: 'Ready', status: 'False', reason: 'KubeletNotReady', changedUs: nowUs }
      : { type: 'Ready', status: 'True', reason: 'KubeletReady', changedUs: nowUs },
    true,
  );
  conditions = withCondition(
    conditions,
    memory
      ? { type: 'MemoryPressure', status: 'True', reason: 'KubeletHasInsufficientMemory', changedUs: nowUs }
      : { type: 'MemoryPressure', status: 'False', reason: 'KubeletHasSufficientMemory', changedUs: nowUs },
    memory,
  );
  conditions = withCondition(
    conditions,
    disk
      ? { type: 'DiskPressure', status: 'True', reason: 'KubeletHasDiskPressure', changedUs: nowUs }
      : { type: 'DiskPressure', status: 'False', reason: 'KubeletHasNoDiskPressure', changedUs: nowUs },
    disk,
  );
  return withCondition(
    conditions,
    { type: 'PIDPressure', status: 'False', reason: 'KubeletHasSufficientPID', changedUs: nowUs },
    false,
  );
}

/** The status with the images that the kubelet has, when they changed. */
export function withImages(status: Node['status'], runtime: NodeRuntime, most: number): Node['status'] {
  if (!runtime.imagesChanged) return status;
  runtime.imagesChanged = false;
  return { ...status, images: runtime.images.reported(most) };
}

/** The conditions with this one in place of the old; the old one stays if its status is the same. */
export function withCondition(
  conditions: readonly NodeCondition[],
  condition: NodeCondition,
  addsIt: boolean,
): readonly NodeCondition[] {
  const at = conditions.findIndex(({ type }) => type === condition.type);
  if (at < 0) return addsIt ? [...conditions, condition] : conditions;
  return conditions[at].status === condition.status
    ? conditions
    : conditions.map((one, k) => (k === at ? condition : one));
}
