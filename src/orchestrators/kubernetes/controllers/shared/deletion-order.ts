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
  const { nowUs } = context;
  return { order: compare(leftRank, rightRank, nowUs), why: whyFirst(leftRank, rightRank, nowUs) };
}

/** The pods in the order in which they are deleted. */
export function inDeletionOrder(pods: readonly Pod[], context: DeletionContext): Pod[] {
  return pods
    .map((pod) => rankOf(pod, context))
    .sort((left, right) => compare(left, right, context.nowUs))
    .map(({ pod }) => pod);
}

/** So many are looked for one by one; for more, all are sorted. */
const FEW = 16;

/** The first so many of that order. */
export function firstToDelete(pods: readonly Pod[], count: number, context: DeletionContext): Pod[] {
  if (count > FEW) return inDeletionOrder(pods, context).slice(0, count);
  // fast: rollouts take a few pods at a time from thousands.
  const first: Rank[] = [];
  for (const pod of pods) {
    const rank = rankOf(pod, context);
    let at = first.length;
    while (at > 0 && compare(rank, first[at - 1], context.nowUs) < 0) at--;
    if (at === count) continue;
    first.splice(at, 0, rank);
    if (first.length > count) first.pop();
  }
  return first.map(({ pod }) => pod);
}

/** What the criteria look at. */
interface Rank {
  readonly pod: Pod;
  readonly uid: string;
  /** Criteria 1 to 5: node, phase, readiness, cost, related pods. */
  readonly node: number;
  readonly phase: number;
  readonly ready: number;
  readonly annotatedCost: number;
  cost: number;
  related: number;
  /** Criterion 6, of pods that are ready: whole seconds. */
  readonly readyS: number;
  /** Criterion 7. */
  readonly restarts: number;
  readonly sidecarRestarts: number;
  /** Criterion 8. */
  readonly createdS: number;
}

// fast: a pod's rank is worked out once; what depends on the others is written into it for each question.
const ranks = new WeakMap<Pod, Rank>();

function rankOf(pod: Pod, { costs, relatedByNode }: DeletionContext): Rank {
  let rank = ranks.get(pod);
  if (rank === undefined) ranks.set(pod, (rank = newRank(pod)));
  const { nodeName } = pod.spec;
  rank.cost = costs ? rank.annotatedCost : 0;
  rank.related = relatedByNode === undefined || nodeName === undefined ? 0 : (relatedByNode.get(nodeName) ?? 0);
  return rank;
}

function newRank(pod: Pod): Rank {
  const { spec, status, metadata } = pod;
  return {
    pod,
    uid: metadata.uid,
    node: spec.nodeName === undefined ? 0 : 1,
    phase: PHASE[status.phase],
    ready: status.ready ? 1 : 0,
    annotatedCost: costOf(pod),
    cost: 0,
    related: 0,
    readyS: Math.floor(status.readyChangedUs / 1e6),
    restarts: mostRestarts(pod, 'regular'),
    sidecarRestarts: mostRestarts(pod, 'sidecar'),
    createdS: Math.floor(metadata.creationUs / 1e6),
  };
}

const PHASE: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

function compare(left: Rank, right: Rank, nowUs: number): number {
  const order =
    left.node - right.node ||
    left.phase - right.phase ||
    left.ready - right.ready ||
    left.cost - right.cost ||
    right.related - left.related;
  if (order !== 0) return order;
  if (left.ready === 1 && left.readyS !== right.readyS)
    return youngerFirst(left.readyS, right.readyS, nowUs) || byUid(left, right);
  return (
    right.restarts - left.restarts ||
    right.sidecarRestarts - left.sidecarRestarts ||
    youngerFirst(left.createdS, right.createdS, nowUs) ||
    byUid(left, right)
  );
}

/** The criterion that `compare` decided by. */
function whyFirst(left: Rank, right: Rank, nowUs: number): string {
  if (left.node !== right.node) return 'has no node';
  if (left.phase !== right.phase) return 'does not run yet';
  if (left.ready !== right.ready) return 'is not ready';
  if (left.cost !== right.cost) return 'lower pod-deletion-cost';
  if (left.related !== right.related) return 'more related pods on its node';
  if (left.ready === 1 && left.readyS !== right.readyS)
    return youngerFirst(left.readyS, right.readyS, nowUs) === 0
      ? 'ready for about as long (the same power of two), smaller uid'
      : 'ready for less time';
  if (left.restarts !== right.restarts || left.sidecarRestarts !== right.sidecarRestarts) return 'restarted more often';
  if (youngerFirst(left.createdS, right.createdS, nowUs) !== 0) return 'newer';
  return left.createdS === right.createdS ? 'smaller uid' : 'about as old (the same power of two), smaller uid';
}

/** Times in whole seconds; 0 when the ages are in the same power of two. */
function youngerFirst(leftS: number, rightS: number, nowUs: number): number {
  return leftS === rightS ? 0 : ageBucket(nowUs - leftS * 1e6) - ageBucket(nowUs - rightS * 1e6);
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
