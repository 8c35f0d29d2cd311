/** Who wants CPU on a node: what it would use, at most what its limit allows, and its weight, the CPU it requests. */
export interface CpuClaim {
  readonly wantsMilli: number;
  readonly limitMilli: number;
  readonly weight: number;
}

/**
 * How a machine's CPU is divided among its processes: the share each gets of what it wants, 0 to 1. Limits bind first
 * (the quota of Linux's completely fair scheduler); what is left is divided in proportion to weights (cgroup cpu.shares
 * follow the requests), and what one does not need goes to the others (max-min fairness by weight).
 */
export function cpuShares(capacityMilli: number, claims: readonly CpuClaim[]): number[] {
  const granted = claims.map((claim) => Math.min(claim.wantsMilli, claim.limitMilli));
  const total = granted.reduce((sum, milli) => sum + milli, 0);
  if (total > capacityMilli) fillByWeight(capacityMilli, granted, claims);
  return granted.map((milli, k) => (claims[k].wantsMilli > 0 ? milli / claims[k].wantsMilli : 1));
}

/** Water filling: whoever needs less per weight than the common level is satisfied first. */
function fillByWeight(capacityMilli: number, granted: number[], claims: readonly CpuClaim[]): void {
  // Without any request a process still gets a little: Kubernetes gives it 2 shares, those of 2 millicores.
  const weight = (k: number): number => Math.max(2, claims[k].weight);
  const order = granted.map((_, k) => k).sort((a, b) => granted[a] / weight(a) - granted[b] / weight(b) || a - b);
  let left = capacityMilli;
  let weights = order.reduce((sum, k) => sum + weight(k), 0);
  for (const k of order) {
    const fair = (left * weight(k)) / weights;
    granted[k] = Math.min(granted[k], fair);
    left -= granted[k];
    weights -= weight(k);
  }
}
