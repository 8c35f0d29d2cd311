import type { NomadSpread } from '../jobs/nomad-jobs.ts';

/** How many allocations of a group stand on nodes of each value of an attribute, those planned among them. */
export type SpreadCounts = ReadonlyMap<string, number>;

/** What the targets of a spread ask for, by value; '*' for all values that are not named. */
export function desiredCounts(spread: NomadSpread, count: number): ReadonlyMap<string, number> {
  const desired = new Map<string, number>();
  let sum = 0;
  for (const { value, percent } of spread.targets) {
    const wanted = (percent / 100) * count;
    desired.set(value, wanted);
    sum += wanted;
  }
  // What the targets leave is for all others together.
  if (sum > 0 && sum < count) desired.set('*', count - sum);
  return desired;
}

/**
 * Boosts of one group's spreads for one node (scheduler/feasible/spread.go). Remembers the lowest boost so far, which a
 * value of which nothing is wanted gets.
 */
export class SpreadScorer {
  private lowest = -1;
  private readonly sumOfWeights: number;
  private readonly desired: readonly ReadonlyMap<string, number>[];
  private readonly spreads: readonly NomadSpread[];

  constructor(spreads: readonly NomadSpread[], count: number) {
    this.spreads = spreads;
    this.sumOfWeights = spreads.reduce((sum, { weight }) => sum + weight, 0);
    this.desired = spreads.map((spread) => desiredCounts(spread, count));
  }

  /** `values`: the node's value of each spread's attribute; `counts`: of each spread. */
  score(values: readonly (string | undefined)[], counts: readonly SpreadCounts[]): number {
    let total = 0;
    this.spreads.forEach(({ weight, targets }, place) => {
      const value = values[place];
      if (value === undefined) total -= 1;
      else if (targets.length === 0) total += evenSpreadBoost(value, counts[place]);
      else total += this.targetBoost(value, counts[place], this.desired[place], weight);
    });
    return total;
  }

  private targetBoost(
    value: string,
    counts: SpreadCounts,
    desired: ReadonlyMap<string, number>,
    weight: number,
  ): number {
    const used = (counts.get(value) ?? 0) + 1;
    const wanted = desired.get(value) ?? desired.get('*');
    if (wanted === undefined) return -1;
    if (wanted === 0) return this.lowest;
    const boost = ((wanted - used) / wanted) * (weight / this.sumOfWeights);
    if (boost < this.lowest) this.lowest = boost;
    return boost;
  }
}

/** Without targets: what is behind the others is wanted. Only values that have been seen count. */
export function evenSpreadBoost(value: string, counts: SpreadCounts): number {
  if (counts.size === 0) return 0;
  let min = Infinity;
  let most = 0;
  for (const count of counts.values()) {
    if (count < min) min = count;
    if (count > most) most = count;
  }
  const here = counts.get(value) ?? 0;
  if (here !== min) return min === 0 ? -1 : (min - here) / min;
  if (min === most) return -1;
  return min === 0 ? 1 : (most - min) / min;
}
