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
  const [leftRank, rightRank] = [rankOf(left, context), rankOf(right, context)];
  return { order: compare(leftRank, rightRank), why: whyFirst(leftRank, rightRank) };
}

/** The pods in the order in which they are deleted. */
export function inDeletionOrder(pods: readonly Pod[], context: DeletionContext): Pod[] {
  return pods
    .map((pod) => rankOf(pod, context))
    .sort(compare)
    .map(({ pod }) => pod);
}

/** What the criteria look at, worked out once a pod. */
interface Rank {
  readonly pod: Pod;
  readonly uid: string;
  /** Criteria 1 to 5: node, phase, readiness, cost, related pods. */
  readonly node: number;
  readonly phase: number;
  readonly ready: number;
  readonly cost: number;
  readonly related: number;
  /** Criterion 6, of pods that are ready: whole seconds, and the power of two of the age. */
  readonly readyS: number;
  readonly readyBucket: number;
  /** Criterion 7. */
  readonly restarts: number;
  readonly sidecarRestarts: number;
  /** Criterion 8. */
  readonly createdS: number;
  readonly createdBucket: number;
}

function rankOf(pod: Pod, { nowUs, costs, relatedByNode }: DeletionContext): Rank {
  const { spec, status, metadata } = pod;
  const readyS = Math.floor(status.readyChangedUs / 1e6);
  const createdS = Math.floor(metadata.creationUs / 1e6);
  return {
    pod,
    uid: metadata.uid,
    node: spec.nodeName === undefined ? 0 : 1,
    phase: PHASE[status.phase],
    ready: status.ready ? 1 : 0,
    cost: costs ? costOf(pod) : 0,
    related: spec.nodeName === undefined ? 0 : (relatedByNode?.get(spec.nodeName) ?? 0),
    readyS,
    readyBucket: ageBucket(nowUs - readyS * 1e6),
    restarts: mostRestarts(pod, 'regular'),
    sidecarRestarts: mostRestarts(pod, 'sidecar'),
    createdS,
    createdBucket: ageBucket(nowUs - createdS * 1e6),
  };
}

const PHASE: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

function compare(left: Rank, right: Rank): number {
  const order =
    left.node - right.node ||
    left.phase - right.phase ||
    left.ready - right.ready ||
    left.cost - right.cost ||
    right.related - left.related;
  if (order !== 0) return order;
  if (left.ready === 1 && left.readyS !== right.readyS)
    return left.readyBucket - right.readyBucket || byUid(left, right);
  return (
    right.restarts - left.restarts ||
    right.sidecarRestarts - left.sidecarRestarts ||
    left.createdBucket - right.createdBucket ||
    byUid(left, right)
  );
}

/** The criterion that `compare` decided by. */
function whyFirst(left: Rank, right: Rank): string {
  if (left.node !== right.node) return 'has no node';
  if (left.phase !== right.phase) return 'does not run yet';
  if (left.ready !== right.ready) return 'is not ready';
  if (left.cost !== right.cost) return 'lower pod-deletion-cost';
  if (left.related !== right.related) return 'more related pods on its node';
  if (left.ready === 1 && left.readyS !== right.readyS)
    return left.readyBucket === right.readyBucket
      ? 'ready for about as long (the same power of two), smaller uid'
      : 'ready for less time';
  if (left.restarts !== right.restarts || left.sidecarRestarts !== right.sidecarRestarts) return 'restarted more often';
  if (left.createdBucket !== right.createdBucket) return 'newer';
  return left.createdS === right.createdS ? 'smaller uid' : 'about as old (the same power of two), smaller uid';
}

function byUid(left: Rank, right: Rank): number {
  return left.uid < right.uid ? -1 : left.uid > right.uid ? 1 : 0;
}

/** A 32-bit number without leading zeros or plus; anything else counts as 0 (`helper.GetDeletionCostFromPodAnnotations`). */
function costOf(pod: Pod): number {
  const text = pod.metadata.annotations[DELETION_COST];
  if (text === undefined || !/^-?(0|[1-9][0-9]{0,9})$/.test(text)) return 0;
  const cost = Number(text);
  return cost >= -(2 ** 31) && cost < 2 ** 31 ? cost : 0;
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
