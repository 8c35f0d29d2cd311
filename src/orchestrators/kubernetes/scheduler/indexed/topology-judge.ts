import type { SchedulerProfile } from '../scheduler-profile.ts';
import type { CarriedTerm } from './carried-term.ts';
import type { Kin } from './pod-shape.ts';
import type { TopologyRules } from './topology-rules.ts';
import { PASSES, type VerdictTable } from './verdict-table.ts';

/**
 * PodTopologySpread and InterPodAffinity as filters for one decision: what their counts mean is worked out once, so that
 * a node costs a few reads.
 */
export class TopologyJudge {
  /** Whether any node can be rejected at all. */
  isNeeded = false;
  private readonly spreadEnabled: boolean;
  private readonly affinityEnabled: boolean;
  private readonly spreadFirst: boolean;
  private readonly missing: number;
  private readonly skewed: number;
  private readonly notAttracted: number;
  private readonly repelling: number;
  private readonly repelled: number;
  /** For each hard constraint: the node's value, pods by value, and how many are too many. */
  private hardValues: Int32Array[] = [];
  private hardCounts: Int32Array[] = [];
  private hardLimits: number[] = [];
  private attractValues: Int32Array[] = [];
  private attractCounts: Int32Array[] = [];
  /** Nobody attracts the pod but itself: any node with the keys will do. */
  private isFirst = false;
  private antiValues: Int32Array[] = [];
  private antiCounts: Int32Array[] = [];
  private repelValues: Int32Array[] = [];
  private repelAmounts: Float64Array[] = [];

  constructor({ filters }: SchedulerProfile, table: VerdictTable) {
    const [spread, affinity] = ['PodTopologySpread', 'InterPodAffinity'];
    this.spreadEnabled = filters.includes(spread);
    this.affinityEnabled = filters.includes(affinity);
    this.spreadFirst = filters.indexOf(spread) < filters.indexOf(affinity);
    this.missing = table.code(spread, [MISSING_LABEL], true);
    this.skewed = table.code(spread, [SKEWED], false);
    this.notAttracted = table.code(affinity, [NOT_ATTRACTED], true);
    this.repelling = table.code(affinity, [REPELLING], false);
    this.repelled = table.code(affinity, [REPELLED], false);
  }

  /** Takes the counts as they are now. */
  prepare(rules: TopologyRules, kin: Kin): void {
    this.isNeeded = false;
    this.prepareSpread(rules);
    this.prepareAffinity(rules, kin.antiTerms);
  }

  /** PASSES, or the code of the first of the two plugins that rejects the node. */
  judge(slot: number): number {
    const first = this.spreadFirst ? this.judgeSpread(slot) : this.judgeAffinity(slot);
    if (first !== PASSES) return first;
    return this.spreadFirst ? this.judgeAffinity(slot) : this.judgeSpread(slot);
  }

  private prepareSpread({ hard }: TopologyRules): void {
    const count = this.spreadEnabled ? hard.length : 0;
    this.hardLimits.length = count;
    for (let k = 0; k < count; k++) {
      const { constraint, key, tally } = hard[k];
      tally.cover(key.valueCount);
      const least = tally.domains < constraint.minDomains ? 0 : tally.minimum();
      this.hardValues[k] = key.valueOf;
      this.hardCounts[k] = tally.counts;
      this.hardLimits[k] = constraint.maxSkew - (constraint.matchesSelf ? 1 : 0) + least;
      this.isNeeded = true;
    }
  }

  private prepareAffinity({ affinity, attractsItself, antiAffinity }: TopologyRules, carried: CarriedTerm[]): void {
    this.attractValues.length = 0;
    this.attractCounts.length = 0;
    this.antiValues.length = 0;
    this.antiCounts.length = 0;
    this.repelValues.length = 0;
    this.repelAmounts.length = 0;
    if (!this.affinityEnabled) return;
    let attracting = 0;
    for (const tally of affinity) {
      tally.cover(tally.key.valueCount);
      this.attractValues.push(tally.key.valueOf);
      this.attractCounts.push(tally.counts);
      attracting += tally.total;
    }
    this.isFirst = attracting === 0 && attractsItself;
    for (const tally of antiAffinity) {
      if (tally.total === 0) continue;
      tally.cover(tally.key.valueCount);
      this.antiValues.push(tally.key.valueOf);
      this.antiCounts.push(tally.counts);
    }
    for (const term of carried) {
      if (term.carriers === 0) continue;
      term.cover(term.key.valueCount);
      this.repelValues.push(term.key.valueOf);
      this.repelAmounts.push(term.amounts);
    }
    if (this.attractValues.length + this.antiValues.length + this.repelValues.length > 0) this.isNeeded = true;
  }

  private judgeSpread(slot: number): number {
    for (let k = 0; k < this.hardLimits.length; k++) {
      const value = this.hardValues[k][slot];
      if (value < 0) return this.missing;
      if (this.hardCounts[k][value] > this.hardLimits[k]) return this.skewed;
    }
    return PASSES;
  }

  private judgeAffinity(slot: number): number {
    let attracted = true;
    for (let k = 0; k < this.attractValues.length; k++) {
      const value = this.attractValues[k][slot];
      if (value < 0) return this.notAttracted;
      if (this.attractCounts[k][value] === 0) attracted = false;
    }
    if (!attracted && !this.isFirst) return this.notAttracted;
    for (let k = 0; k < this.antiValues.length; k++) {
      const value = this.antiValues[k][slot];
      if (value >= 0 && this.antiCounts[k][value] > 0) return this.repelling;
    }
    for (let k = 0; k < this.repelValues.length; k++) {
      const value = this.repelValues[k][slot];
      if (value >= 0 && this.repelAmounts[k][value] > 0) return this.repelled;
    }
    return PASSES;
  }
}

const SKEWED = "node(s) didn't match pod topology spread constraints";
const MISSING_LABEL = `${SKEWED} (missing required label)`;
const NOT_ATTRACTED = "node(s) didn't match pod affinity rules";
const REPELLING = "node(s) didn't match pod anti-affinity rules";
const REPELLED = "node(s) didn't satisfy existing pods anti-affinity rules";

/** The reasons of the two plugins, for those who judge in another way. */
export const TOPOLOGY_REASONS = { SKEWED, MISSING_LABEL, NOT_ATTRACTED, REPELLING, REPELLED };
