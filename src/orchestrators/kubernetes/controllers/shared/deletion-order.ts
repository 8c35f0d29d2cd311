import type { Pod } from '../../objects/pod.ts';

/** The key by which users say which pods are cheaper to lose; lower goes first. */
export const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

/** What decides beside the pods themselves. */
export interface DeletionContext {
  readonly nowUs: number;
  /** Active pods of related ReplicaSets by node name; absent: not looked at. */
  readonly relatedByNode?: ReadonlyMap<string, number>;
  /** Whether the cost annotation counts. */
  readonly costs: boolean;
}

/** What made a pod go before another. */
export interface DeletionReason {
  /** Negative: the left pod goes first. */
  readonly order: number;
  readonly why: string;
}

/**
 * Which of two pods is deleted first, and by which of the eight criteria (`ActivePodsWithRanks` in
 * `pkg/controller/controller_utils.go`, LogarithmicScaleDown on). API times have whole seconds. Ages within the same power
 * of two of nanoseconds count as equal, and the smaller uid goes; so it does when nothing else tells pods apart.
 */
export function deletionReason(left: Pod, right: Pod, context: DeletionContext): DeletionReason {
  for (const criterion of CRITERIA) {
    const reason = criterion(left, right, context);
    if (reason !== undefined && reason.order !== 0) return reason;
  }
  return { order: left.metadata.uid < right.metadata.uid ? -1 : 1, why: 'smaller uid' };
}

/** The pods in the order in which they are deleted. */
export function inDeletionOrder(pods: readonly Pod[], context: DeletionContext): Pod[] {
  return [...pods].sort((left, right) => (left === right ? 0 : deletionReason(left, right, context).order));
}

type Criterion = (left: Pod, right: Pod, context: DeletionContext) => DeletionReason | undefined;

const CRITERIA: readonly Criterion[] = [
  (left, right) => ({ order: has(left.spec.nodeName) - has(right.spec.nodeName), why: 'has no node' }),
  (left, right) => ({ order: PHASE[left.status.phase] - PHASE[right.status.phase], why: 'does not run yet' }),
  (left, right) => ({ order: Number(left.status.ready) - Number(right.status.ready), why: 'is not ready' }),
  (left, right, { costs }) =>
    costs ? { order: costOf(left) - costOf(right), why: 'lower pod-deletion-cost' } : undefined,
  (left, right, { relatedByNode }) =>
    relatedByNode === undefined
      ? undefined
      : { order: related(right, relatedByNode) - related(left, relatedByNode), why: 'more related pods on its node' },
  (left, right, { nowUs }) =>
    left.status.ready && right.status.ready
      ? newerFirst(left, right, left.status.readyChangedUs, right.status.readyChangedUs, nowUs, 'ready for less time')
      : undefined,
  (left, right) => {
    const regular = mostRestarts(right, 'regular') - mostRestarts(left, 'regular');
    const sidecars = mostRestarts(right, 'sidecar') - mostRestarts(left, 'sidecar');
    return { order: regular === 0 ? sidecars : regular, why: 'restarted more often' };
  },
  (left, right, { nowUs }) =>
    newerFirst(left, right, left.metadata.creationUs, right.metadata.creationUs, nowUs, 'newer'),
];

const PHASE: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

function has(value: string | undefined): number {
  return value === undefined ? 0 : 1;
}

function related(pod: Pod, byNode: ReadonlyMap<string, number>): number {
  return pod.spec.nodeName === undefined ? 0 : (byNode.get(pod.spec.nodeName) ?? 0);
}

/** A 32-bit number without leading zeros or plus; anything else counts as 0 (`helper.GetDeletionCostFromPodAnnotations`). */
function costOf(pod: Pod): number {
  const text = pod.metadata.annotations[DELETION_COST];
  if (text === undefined || !/^-?(0|[1-9][0-9]{0,9})$/.test(text)) return 0;
  const cost = Number(text);
  return cost >= -(2 ** 31) && cost < 2 ** 31 ? cost : 0;
}

function newerFirst(
  left: Pod,
  right: Pod,
  leftUs: number,
  rightUs: number,
  nowUs: number,
  why: string,
): DeletionReason | undefined {
  const [leftS, rightS] = [Math.floor(leftUs / 1e6), Math.floor(rightUs / 1e6)];
  if (leftS === rightS) return undefined;
  const order = ageBucket(nowUs - leftS * 1e6) - ageBucket(nowUs - rightS * 1e6);
  if (order !== 0) return { order, why };
  return {
    order: left.metadata.uid < right.metadata.uid ? -1 : 1,
    why: `${why}, in the same power of two, smaller uid`,
  };
}

/** The whole part of the base-2 logarithm of an age in nanoseconds; -1 for none. */
function ageBucket(ageUs: number): number {
  const nanoseconds = ageUs * 1000;
  if (nanoseconds <= 0) return -1;
  const high = Math.floor(nanoseconds / 2 ** 32);
  return high > 0 ? 63 - Math.clz32(high) : 31 - Math.clz32(nanoseconds);
}

/** The most restarts of one container: of regular ones, or of sidecars (`compareMaxContainerRestarts`). */
function mostRestarts(pod: Pod, which: 'regular' | 'sidecar'): number {
  if (pod.status.restarts === 0) return 0;
  const { containers, initContainers } = pod.spec;
  const counted =
    which === 'regular' ? containers : initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always');
  let most = 0;
  for (const { name, restartCount } of pod.status.containers)
    if (restartCount > most && counted.some((one) => one.name === name)) most = restartCount;
  return most;
}
