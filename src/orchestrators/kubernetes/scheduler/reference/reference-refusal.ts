import { filterMessage, NO_NODES_MESSAGE, type RefusalCounts, refusalMessage } from '../refusal-message.ts';
import type { Refusal } from '../scheduling-core.ts';
import type { Consideration } from './reference-core.ts';

/** Why no node was found, from the rejections of all nodes. */
export function referenceRefusal({ cluster, filtering, pod }: Consideration): Refusal {
  const { profile, nodes } = cluster;
  const { prepared, rejected } = filtering;
  const rejectedBy = new Set([...rejected.values()].map((rejection) => rejection.plugin));
  if (prepared.rejection !== undefined) rejectedBy.add(prepared.rejection.plugin);
  for (const plugin of prepared.only?.plugins ?? []) rejectedBy.add(plugin);
  const counts = refusalCounts(filtering, nodes.length);
  return {
    message: () =>
      nodes.length === 0
        ? NO_NODES_MESSAGE
        : refusalMessage(counts, profile, pod.info.spec.preemptionPolicy === 'Never'),
    filterMessage: () => (nodes.length === 0 ? NO_NODES_MESSAGE : filterMessage(counts)),
    plugins: profile.filters.filter((plugin) => rejectedBy.has(plugin)),
    candidates: () =>
      nodes.filter((node) => (rejected.get(node) ?? prepared.rejection)?.resolvable === true).map((node) => node.name),
  };
}

/** Nodes by reason. Nodes that were left out before the filters give the reason of the plugins that left them out. */
function refusalCounts({ prepared, rejected }: Consideration['filtering'], nodeCount: number): RefusalCounts {
  const reasons = new Map<string, number>();
  let resolvableCount = 0;
  for (const rejection of rejected.values()) {
    if (rejection.resolvable) resolvableCount += 1;
    for (const reason of rejection.reasons) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  if (prepared.rejection !== undefined)
    return { nodeCount, preFilterReason: prepared.rejection.reasons.join(', '), reasons, resolvableCount: 0 };
  if (prepared.only !== undefined)
    reasons.set(`node(s) didn't satisfy plugin(s) [${prepared.only.plugins.join(' ')}]`, nodeCount - rejected.size);
  return { nodeCount, reasons, resolvableCount };
}
