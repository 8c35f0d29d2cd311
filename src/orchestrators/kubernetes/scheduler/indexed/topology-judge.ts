import type { SchedulerProfile } from '../scheduler-profile.ts';
import type { CarriedTerm } from './carried-term.ts';
import type { Kin } from './pod-shape.ts';
import type { TopologyKey } from './topology-keys.ts';
import type { TopologyRules } from './topology-rules.ts';
import { PASSES, type VerdictTable } from './verdict-table.ts';

/** Up to so many values of a key it is looked up whether all of them pass. */
const FEW_VALUES = 16;
/** Above what any count is. */
const NO_LIMIT = 2_147_483_647;

/**
 * PodTopologySpread and InterPodAffinity as filters for one decision. All they ask comes down to checks of one form,
 * worked out once: how many there are in the node's domain of some key must lie between two numbers.
 */
export class TopologyJudge {
  /** How many checks there are; none: no node is rejected. */
  count = 0;
  /** By check: the node's value of the key, the count by value, the least and the most that it may be. */
  readonly values: Int32Array[] = [];
  readonly amounts: Int32Array[] = [];
  readonly least: number[] = [];
  readonly most: number[] = [];
  /** The code of a node without the key; PASSES: it passes the check. */
  readonly missing: number[] = [];
  private nodeCount = 0;
  private readonly codes: number[] = [];
  private readonly spreadEnabled: boolean;
  private readonly affinityEnabled: boolean;
  private readonly spreadFirst: boolean;
  private readonly isMissing: number;
  private readonly isSkewed: number;
  private readonly isNotAttracted: number;
  private readonly isRepelling: number;
  private readonly isRepelled: number;

  constructor({ filters }: SchedulerProfile, table: VerdictTable) {
    const [spread, affinity] = ['PodTopologySpread', 'InterPodAffinity'];
    this.spreadEnabled = filters.includes(spread);
    this.affinityEnabled = filters.includes(affinity);
    this.spreadFirst = filters.indexOf(spread) < filters.indexOf(affinity);
    this.isMissing = table.code(spread, [MISSING_LABEL], true);
    this.isSkewed = table.code(spread, [SKEWED], false);
    this.isNotAttracted = table.code(affinity, [NOT_ATTRACTED], true);
    this.isRepelling = table.code(affinity, [REPELLING], false);
    this.isRepelled = table.code(affinity, [REPELLED], false);
  }

  /** Takes the counts as they are now, in a cluster of so many nodes. */
  prepare(rules: TopologyRules, kin: Kin, nodeCount: number): void {
    this.count = 0;
    this.nodeCount = nodeCount;
    if (this.spreadEnabled && this.spreadFirst) this.prepareSpread(rules);
    if (this.affinityEnabled) this.prepareAffinity(rules, kin.antiTerms);
    if (this.spreadEnabled && !this.spreadFirst) this.prepareSpread(rules);
  }

  /** PASSES, or the code of the first check that the node fails. */
  judge(slot: number): number {
    for (let k = 0; k < this.count; k++) {
      const value = this.values[k][slot];
      if (value < 0) {
        if (this.missing[k] !== PASSES) return this.missing[k];
        continue;
      }
      const amount = this.amounts[k][value];
      if (amount < this.least[k] || amount > this.most[k]) return this.codes[k];
    }
    return PASSES;
  }

  private prepareSpread({ hard }: TopologyRules): void {
    for (const { constraint, key, tally } of hard) {
      tally.cover(key.valueCount);
      const fewest = tally.domains < constraint.minDomains ? 0 : tally.minimum();
      const most = constraint.maxSkew - (constraint.matchesSelf ? 1 : 0) + fewest;
      this.check(key, tally.counts, 0, most, this.isSkewed, this.isMissing);
    }
  }

  private prepareAffinity({ affinity, attractsItself, antiAffinity }: TopologyRules, carried: CarriedTerm[]): void {
    let attracting = 0;
    for (const tally of affinity) attracting += tally.total;
    // Nobody attracts the pod but itself: any node with the keys will do.
    const least = attracting === 0 && attractsItself ? 0 : 1;
    for (const tally of affinity) {
      tally.cover(tally.key.valueCount);
      this.check(tally.key, tally.counts, least, NO_LIMIT, this.isNotAttracted, this.isNotAttracted);
    }
    for (const tally of antiAffinity) {
      if (tally.total === 0) continue;
      tally.cover(tally.key.valueCount);
      this.check(tally.key, tally.counts, 0, 0, this.isRepelling, PASSES);
    }
    for (const term of carried) {
      if (term.carriers === 0) continue;
      term.cover(term.key.valueCount);
      this.check(term.key, term.amounts, 0, 0, this.isRepelled, PASSES);
    }
  }

  /** Adds a check, unless all nodes pass it. */
  private check(
    key: TopologyKey,
    amounts: Int32Array,
    least: number,
    most: number,
    code: number,
    missing: number,
  ): void {
    const allHaveIt = missing === PASSES || key.nodesHeld === this.nodeCount;
    if (allHaveIt && key.valuesHeld <= FEW_VALUES && allPass(key, amounts, least, most)) return;
    const k = this.count++;
    this.values[k] = key.valueOf;
    this.amounts[k] = amounts;
    this.least[k] = least;
    this.most[k] = most;
    this.codes[k] = code;
    this.missing[k] = missing;
  }
}

/** Whether every value that some node has passes. */
function allPass(key: TopologyKey, amounts: Int32Array, least: number, most: number): boolean {
  for (let value = 0; value < key.valueCount; value++)
    if (key.isHeld(value) && (amounts[value] < least || amounts[value] > most)) return false;
  return true;
}

const SKEWED = "node(s) didn't match pod topology spread constraints";
const MISSING_LABEL = `${SKEWED} (missing required label)`;
const NOT_ATTRACTED = "node(s) didn't match pod affinity rules";
const REPELLING = "node(s) didn't match pod anti-affinity rules";
const REPELLED = "node(s) didn't satisfy existing pods anti-affinity rules";

/** The reasons of the two plugins, for those who judge in another way. */
export const TOPOLOGY_REASONS = { SKEWED, MISSING_LABEL, NOT_ATTRACTED, REPELLING, REPELLED };
