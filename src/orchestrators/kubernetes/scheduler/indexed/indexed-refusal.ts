import type { Pod } from '../../objects/pod.ts';
import { filterMessage, NO_NODES_MESSAGE, type RefusalCounts, refusalMessage } from '../refusal-message.ts';
import type { SchedulerProfile } from '../scheduler-profile.ts';
import type { Refusal } from '../scheduling-core.ts';
import type { Verdict } from './verdict-table.ts';

/** Nodes by the verdict that they got, and a way to go through them in order. */
export interface RejectedNodes {
  readonly nodeCount: number;
  /** Each different verdict and how many nodes got it. */
  readonly verdicts: () => Iterable<readonly [Verdict, number]>;
  /** Names of the nodes whose rejection removing pods might help, in the core's order. */
  readonly candidates: () => readonly string[];
  /** Whether only some nodes were meant at all (NodeAffinity by name). */
  readonly narrowed: boolean;
}

/** A refusal that is worked out as far as it is asked for. */
export function indexedRefusal(pod: Pod, profile: SchedulerProfile, rejected: RejectedNodes): Refusal {
  let counts: RefusalCounts | undefined;
  const known = (): RefusalCounts => (counts ??= countReasons(rejected));
  return {
    message: () => refusalMessage(known(), profile, pod.spec.preemptionPolicy === 'Never'),
    filterMessage: () => filterMessage(known()),
    get plugins() {
      const rejecting = new Set(Array.from(rejected.verdicts(), ([{ plugin }]) => plugin));
      if (rejected.narrowed) rejecting.add('NodeAffinity');
      return profile.filters.filter((plugin) => rejecting.has(plugin));
    },
    candidates: rejected.candidates,
  };
}

/** A cluster without nodes: only a plugin that names nodes has said anything. */
export function refusalWithoutNodes(narrowed: boolean): Refusal {
  return {
    message: () => NO_NODES_MESSAGE,
    filterMessage: () => NO_NODES_MESSAGE,
    plugins: narrowed ? ['NodeAffinity'] : [],
    candidates: () => [],
  };
}

/** A pod whose own demands contradict one another: refused before any node is looked at. */
export function contradictionRefusal(pod: Pod, profile: SchedulerProfile, nodeCount: number): Refusal {
  const preFilterReason = 'pod affinity terms conflict';
  const counts = { nodeCount, preFilterReason, reasons: new Map<string, number>(), resolvableCount: 0 };
  return {
    message: () => refusalMessage(counts, profile, pod.spec.preemptionPolicy === 'Never'),
    filterMessage: () => filterMessage(counts),
    plugins: ['NodeAffinity'],
    candidates: () => [],
  };
}

function countReasons({ nodeCount, verdicts, narrowed }: RejectedNodes): RefusalCounts {
  const reasons = new Map<string, number>();
  let resolvableCount = 0;
  let rejected = 0;
  for (const [verdict, count] of verdicts()) {
    rejected += count;
    if (!verdict.unresolvable) resolvableCount += count;
    for (const reason of verdict.reasons) reasons.set(reason, (reasons.get(reason) ?? 0) + count);
  }
  if (narrowed) reasons.set("node(s) didn't satisfy plugin(s) [NodeAffinity]", nodeCount - rejected);
  return { nodeCount, reasons, resolvableCount };
}
