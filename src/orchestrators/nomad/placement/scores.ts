import { exp, pow } from '../../../sim/exact-math.ts';

/** Highest fitness before it is made a share (structs/funcs.go). */
const MOST_FIT = 18;

/** How full a node would be, 0 empty to 1 full: `(20 - (10^freeCpu + 10^freeMem)) / 18`, shares that would be left free. */
export function binPackScore(freeCpuShare: number, freeMemShare: number): number {
  const free = pow(10, freeCpuShare) + pow(10, freeMemShare);
  return clamp(20 - free) / MOST_FIT;
}

/** How empty a node would be: 1 minus the score of bin-packing. */
export function spreadScore(freeCpuShare: number, freeMemShare: number): number {
  const free = pow(10, freeCpuShare) + pow(10, freeMemShare);
  return clamp(free - 2) / MOST_FIT;
}

const clamp = (fitness: number): number => Math.min(MOST_FIT, Math.max(0, fitness));

/** So many allocations of the same job and group are there or planned: `-(c+1)/count` (rank.go). */
export function antiAffinityScore(collisions: number, desiredCount: number): number {
  return -(collisions + 1) / desiredCount;
}

/**
 * What preempting costs, 1 for nobody of importance: a logistic curve around a net priority of 2048, where that is the
 * highest priority among the victims plus their sum over the highest (rank.go).
 */
export function preemptionScore(net: number): number {
  return 1 / (1 + exp(0.0048 * (net - 2048)));
}

export function netPriority(priorities: readonly number[]): number {
  const most = Math.max(0, ...priorities);
  return most === 0 ? 0 : most + priorities.reduce((sum, priority) => sum + priority, 0) / most;
}

/** The final score: the mean over the scorers that had something to say. */
export function meanScore(scores: readonly number[]): number {
  return scores.length === 0 ? 0 : scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

/** How many candidates are looked at (stack.go): at least 2; services look at log2 of the nodes. */
export function candidateLimit(isBatch: boolean, nodes: number): number {
  return isBatch ? 2 : Math.max(2, ceilLog2(nodes));
}

function ceilLog2(n: number): number {
  let power = 0;
  for (let reached = 1; reached < n; reached *= 2) power++;
  return power;
}
