import { isScalarResource } from '../../objects/resource-names.ts';
import type { PodResources } from '../../objects/pod-resources.ts';
import { type Counting, podAmount, type ResourceShare } from '../reference/resource-shares.ts';
import { strategyScore } from '../reference/resource-strategies.ts';
import type { SchedulerProfile } from '../scheduler-profile.ts';
import { CPU, MEMORY, type NodeTable } from './node-table.ts';

/** One resource that is scored: where its amounts are, and what the pod adds. */
interface Part {
  readonly name: string;
  readonly resource: number;
  readonly request: number;
  readonly weight: number;
}

/**
 * What NodeResourcesFit and NodeResourcesBalancedAllocation give a node for pods that ask for the same, with the
 * profile's weights: the same arithmetic as `reference/resource-strategies.ts` and `reference/plugins/`, over columns.
 */
export class ResourceScorer {
  private readonly nodes: NodeTable;
  private readonly strategy: SchedulerProfile['fit'];
  private readonly fitWeight: number;
  private readonly balanceWeight: number;
  private readonly comparesBalance: boolean;
  private readonly fitParts: readonly Part[];
  private readonly balanceParts: readonly Part[];
  private readonly fractions: Float64Array;

  constructor(nodes: NodeTable, profile: SchedulerProfile, pod: PodResources) {
    this.nodes = nodes;
    this.strategy = profile.fit;
    this.fitWeight = weightOf(profile, 'NodeResourcesFit');
    const isScored = profile.balancedResources.some((name) => podAmount(name, pod, 'as asked for') !== 0);
    this.balanceWeight = isScored ? weightOf(profile, 'NodeResourcesBalancedAllocation') : 0;
    this.comparesBalance = profile.version === '1.36';
    const parts = (names: readonly string[], counting: Counting): Part[] =>
      names
        .filter((name) => name === 'cpu' || name === 'memory' || name === 'ephemeral-storage' || isScalarResource(name))
        .filter((name) => !isScalarResource(name) || podAmount(name, pod, counting) !== 0)
        .map((name) => ({
          name,
          resource: nodes.resourceId(name),
          request: podAmount(name, pod, counting),
          weight: profile.fit.resources.find((resource) => resource.name === name)?.weight ?? 0,
        }));
    this.fitParts = parts(
      profile.fit.resources.map(({ name }) => name),
      'filled in',
    );
    this.balanceParts = parts(profile.balancedResources, 'as asked for');
    this.fractions = new Float64Array(this.balanceParts.length);
  }

  score(slot: number): number {
    let total = 0;
    if (this.fitWeight !== 0) total += this.fitWeight * this.fit(slot);
    if (this.balanceWeight === 0) return total;
    const after = this.balance(slot, 1);
    if (!this.comparesBalance) return total + this.balanceWeight * after;
    return total + this.balanceWeight * (50 + Math.trunc((50 + after - this.balance(slot, 0)) / 2));
  }

  private fit(slot: number): number {
    const { nodes, strategy } = this;
    if (strategy.type === 'RequestedToCapacityRatio') return strategyScore(strategy, this.shares(slot));
    const free = strategy.type === 'LeastAllocated';
    let sum = 0;
    let weights = 0;
    for (const { resource, request, weight } of this.fitParts) {
      const has = nodes.allocatable[resource][slot];
      if (has === 0) continue;
      const asked = Math.min(has, this.used(resource, slot) + request);
      sum += weight * Math.floor(((free ? has - asked : asked) * 100) / has);
      weights += weight;
    }
    return weights === 0 ? 0 : Math.floor(sum / weights);
  }

  private shares(slot: number): ResourceShare[] {
    const shares: ResourceShare[] = [];
    for (const { name, resource, request } of this.fitParts) {
      const allocatable = this.nodes.allocatable[resource][slot];
      if (allocatable !== 0) shares.push({ name, allocatable, requested: this.used(resource, slot) + request });
    }
    return shares;
  }

  /** What is taken of a resource, with CPU and memory that were not asked for filled in. */
  private used(resource: number, slot: number): number {
    if (resource === CPU) return this.nodes.nonZeroCpu[slot];
    return resource === MEMORY ? this.nodes.nonZeroMem[slot] : this.nodes.requested[resource][slot];
  }

  /** How even the shares are, with the pod (1) or without it (0). */
  private balance(slot: number, pods: 0 | 1): number {
    const { nodes, fractions } = this;
    let count = 0;
    for (const { resource, request } of this.balanceParts) {
      const has = nodes.allocatable[resource][slot];
      if (has !== 0) fractions[count++] = Math.min(1, (nodes.requested[resource][slot] + pods * request) / has);
    }
    return Math.trunc((1 - deviation(fractions, count)) * 100);
  }
}

/** The weight of a score plugin; 0 when it is not enabled. */
export function weightOf({ scores }: SchedulerProfile, plugin: string): number {
  return scores.find((score) => score.plugin === plugin)?.weight ?? 0;
}

function deviation(fractions: Float64Array, count: number): number {
  if (count === 2) return Math.abs((fractions[0] - fractions[1]) / 2);
  if (count < 2) return 0;
  let sum = 0;
  for (let k = 0; k < count; k++) sum += fractions[k];
  const mean = sum / count;
  let squares = 0;
  for (let k = 0; k < count; k++) squares += (fractions[k] - mean) * (fractions[k] - mean);
  return Math.sqrt(squares / count);
}
