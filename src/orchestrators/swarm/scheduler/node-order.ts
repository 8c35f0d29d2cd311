import type { Service, ServiceVersion } from '../store/objects.ts';
import type { FailureRules, NodeInfo } from './node-info.ts';

/** Negative: `a` is the better node; 0: they are equal. */
export type NodeOrder = (a: NodeInfo, b: NodeInfo) => number;

/**
 * The order of nodes for a service's tasks: fewer recent failures, when one of the two has many; fewer tasks of the
 * service; fewer tasks. What is used of CPU or memory never matters. (SwarmKit manager/scheduler/scheduler.go, nodeLess.)
 */
export function spreadOrder(service: Service, version: ServiceVersion, nowUs: number, rules: FailureRules): NodeOrder {
  const failures = (node: NodeInfo) => {
    const count = node.recentFailures(version, nowUs, rules);
    return count >= rules.failuresThatCount ? count : 0;
  };
  return (a, b) =>
    failures(a) - failures(b) || a.activeOf(service) - b.activeOf(service) || a.activeTasks - b.activeTasks;
}

/** The best `most` of these nodes, best first; of nodes that are equal those that come first. */
export function bestNodes(nodes: readonly NodeInfo[], most: number, order: NodeOrder): NodeInfo[] {
  // Sorting keeps the order of equals.
  return [...nodes].sort(order).slice(0, most);
}
