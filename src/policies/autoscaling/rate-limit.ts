import type { ScalingRules } from './scaling-rules.ts';

/**
 * How many replicas the rules allow, given what was changed in their periods. One of these serves one service.
 *
 * Source: kubernetes v1.36.2, pkg/controller/podautoscaler/horizontal.go: calculateScaleUpLimitWithScalingRules,
 * calculateScaleDownLimitWithBehaviors, getReplicasChangePerPeriod.
 */
export class RateLimit {
  readonly #added: Change[] = [];
  readonly #removed: Change[] = [];
  readonly #longestUs: number;

  /** `longestUs`: the longest period of all rules that will be asked about. */
  constructor(longestUs: number) {
    this.#longestUs = longestUs;
  }

  /** Remembers that the count was changed. */
  changed(nowUs: number, from: number, to: number): void {
    const changes = to > from ? this.#added : this.#removed;
    while (changes.length > 0 && changes[0].atUs <= nowUs - this.#longestUs) changes.shift();
    if (to !== from) changes.push({ atUs: nowUs, by: Math.abs(to - from) });
  }

  /** The most that the rules allow now, never below the current count. */
  most(nowUs: number, current: number, rules: ScalingRules): number {
    return Math.max(
      current,
      this.#select(nowUs, current, rules, Math.max, (start, { kind, value }) =>
        kind === 'pods' ? start + value : Math.ceil(start * (1 + value / 100)),
      ),
    );
  }

  /** The fewest that the rules allow now, never above the current count. */
  fewest(nowUs: number, current: number, rules: ScalingRules): number {
    return Math.min(
      current,
      this.#select(nowUs, current, rules, Math.min, (start, { kind, value }) =>
        kind === 'pods' ? start - value : Math.trunc(start * (1 - value / 100)),
      ),
    );
  }

  #select(
    nowUs: number,
    current: number,
    rules: ScalingRules,
    furthest: (a: number, b: number) => number,
    limit: (start: number, rule: ScalingRules['policies'][number]) => number,
  ): number {
    if (rules.select === 'disabled') return current;
    const limits = rules.policies.map((rule) => {
      const sinceUs = nowUs - rule.periodUs;
      const start = current - changedSince(this.#added, sinceUs) + changedSince(this.#removed, sinceUs);
      return limit(start, rule);
    });
    // "max" takes the rule that allows the largest change, "min" the one that allows the smallest.
    const nearest = furthest === Math.max ? Math.min : Math.max;
    return limits.reduce((a, b) => (rules.select === 'max' ? furthest(a, b) : nearest(a, b)));
  }
}

interface Change {
  readonly atUs: number;
  readonly by: number;
}

function changedSince(changes: readonly Change[], sinceUs: number): number {
  let sum = 0;
  for (const { atUs, by } of changes) if (atUs > sinceUs) sum += by;
  return sum;
}
