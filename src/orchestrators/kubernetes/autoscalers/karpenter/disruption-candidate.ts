import type { NodePool } from '../../objects/autoscaling.ts';
import type { Node } from '../../objects/node.ts';
import type { Pod } from '../../objects/pod.ts';
import type { Offering } from './offerings.ts';

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

/** A node that could be disrupted. */
export interface Candidate {
  readonly node: Node;
  readonly pool: NodePool;
  readonly offering: Offering;
  /** Pods that would need another place. */
  readonly pods: readonly Pod[];
  /** 1, plus the eviction cost of its pods. */
  readonly cost: number;
}

/** clamp(1 + deletion cost / 2^27 + priority / 2^25, -10, 10). */
export function evictionCost({ metadata, spec }: Pick<Pod, 'metadata' | 'spec'>): number {
  const deletionCost = Number(metadata.annotations[DELETION_COST] ?? 0) || 0;
  return Math.min(10, Math.max(-10, 1 + deletionCost / 2 ** 27 + spec.priority / 2 ** 25));
}

/** What is dear and easily moved first. */
export function byValue(candidates: readonly Candidate[]): Candidate[] {
  const value = ({ offering, cost }: Candidate): number => offering.usdPerHour / cost;
  return [...candidates].sort((a, b) => value(b) - value(a) || a.node.id - b.node.id);
}

/** The pools taking turns, each in its own order. */
export function interleaved(candidates: readonly Candidate[]): Candidate[] {
  const byPool = new Map<string, Candidate[]>();
  for (const one of candidates) {
    const list = byPool.get(one.pool.metadata.name);
    if (list === undefined) byPool.set(one.pool.metadata.name, [one]);
    else list.push(one);
  }
  const turns: Candidate[] = [];
  for (let k = 0; turns.length < candidates.length; k++)
    for (const list of byPool.values()) if (k < list.length) turns.push(list[k]);
  return turns;
}

/** What the nodes cost an hour. */
export function priceOf(candidates: readonly Candidate[]): number {
  return candidates.reduce((sum, { offering }) => sum + offering.usdPerHour, 0);
}

export function costOf(candidates: readonly Candidate[]): number {
  return candidates.reduce((sum, { cost }) => sum + cost, 0);
}
