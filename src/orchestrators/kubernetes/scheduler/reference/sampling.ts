/** With fewer nodes than this, all are looked at. */
const LEAST_NODES = 100;
const LEAST_PERCENTAGE = 5;

/**
 * How many feasible nodes are looked for among so many candidates (scheduler.md 2.1; upstream
 * pkg/scheduler/schedule_one.go, numFeasibleNodesToFind): all below 100; else a percentage, at least 100. Without one
 * (0) it falls from 50 % to 5 % as the cluster grows: 1,000 nodes: 42 %, 420; 5,000 nodes: 10 %, 500.
 */
export function nodesToFind(candidates: number, percentage: number): number {
  if (candidates < LEAST_NODES) return candidates;
  const used = percentage === 0 ? Math.max(LEAST_PERCENTAGE, 50 - Math.trunc(candidates / 125)) : percentage;
  return Math.max(LEAST_NODES, Math.trunc((candidates * used) / 100));
}
