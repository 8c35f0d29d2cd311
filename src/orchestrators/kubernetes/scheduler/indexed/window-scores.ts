import { log } from '../../../../sim/exact-math.ts';
import type { SchedulerProfile } from '../scheduler-profile.ts';
import type { NodeTable } from './node-table.ts';
import type { OwnVerdicts } from './own-verdicts.ts';
import type { Kin } from './pod-shape.ts';
import { weightOf } from './resource-scorer.ts';
import type { TopologyKey } from './topology-keys.ts';
import type { SpreadRule, TopologyRules } from './topology-rules.ts';

const HOSTNAME = 'kubernetes.io/hostname';

/**
 * Total scores of the feasible nodes of one window: what every node has by itself, and what is normalised over these
 * nodes. The arithmetic is that of `reference/plugins/`, over columns.
 */
export class WindowScores {
  /** Total score by place in the list of feasible nodes. */
  totals = new Int32Array(128);
  private raws = new Float64Array(128);
  private terms = new Float64Array(128);
  /** By raw score or by value of a key: what it adds. */
  private table = new Int32Array(128);
  private readonly taintWeight: number;
  private readonly nodeAffinityWeight: number;
  private readonly spreadWeight: number;
  private readonly affinityWeight: number;
  private readonly ignoresOthersPreferences: boolean;
  /** Values met in this window, by their numbers, for each constraint. */
  private readonly met: Int32Array[] = [];
  private window = 0;

  private readonly nodes: NodeTable;

  constructor(profile: SchedulerProfile, nodes: NodeTable) {
    this.nodes = nodes;
    this.taintWeight = weightOf(profile, 'TaintToleration');
    this.nodeAffinityWeight = weightOf(profile, 'NodeAffinity');
    this.spreadWeight = weightOf(profile, 'PodTopologySpread');
    this.affinityWeight = weightOf(profile, 'InterPodAffinity');
    this.ignoresOthersPreferences = profile.ignorePreferredTermsOfExistingPods;
  }

  /** Whether the nodes' own scores are all there is to tell these pods' nodes apart. */
  areOwn(own: OwnVerdicts, rules: TopologyRules, kin: Kin): boolean {
    if (own.fixed.tainted > 0 && this.taintWeight !== 0) return false;
    if (own.fixed.preferred > 0 && this.nodeAffinityWeight !== 0) return false;
    if (rules.soft.length > 0 && this.spreadWeight !== 0) return false;
    return this.affinityWeight === 0 || !this.affinityCounts(rules, kin);
  }

  /** Fills `totals` for the first `count` of these nodes. */
  fill(own: OwnVerdicts, rules: TopologyRules, kin: Kin, feasible: Int32Array, count: number): void {
    if (this.totals.length < count) {
      this.totals = new Int32Array(2 * count);
      this.raws = new Float64Array(2 * count);
      this.terms = new Float64Array(2 * count);
      this.table = new Int32Array(2 * count);
    }
    const { totals } = this;
    const { scores, fixed } = own;
    for (let k = 0; k < count; k++) totals[k] = scores[feasible[k]];
    if (fixed.tainted > 0) this.addByMaximum(this.taintWeight, fixed.taints, true, feasible, count);
    if (fixed.preferred > 0) this.addByMaximum(this.nodeAffinityWeight, fixed.preferences, false, feasible, count);
    if (rules.soft.length > 0 && this.spreadWeight !== 0) this.addSpread(rules, feasible, count);
    if (this.affinityWeight !== 0 && this.affinityCounts(rules, kin)) this.addAffinity(rules, kin, feasible, count);
  }

  private addByMaximum(
    weight: number,
    raw: Uint16Array | Int32Array,
    reversed: boolean,
    feasible: Int32Array,
    count: number,
  ): void {
    const { totals } = this;
    let most = 0;
    for (let k = 0; k < count; k++) if (raw[feasible[k]] > most) most = raw[feasible[k]];
    if (most === 0) return;
    for (let k = 0; k < count; k++) {
      const share = Math.floor((100 * raw[feasible[k]]) / most);
      totals[k] += weight * (reversed ? 100 - share : share);
    }
  }

  private addSpread({ soft, softKeys }: TopologyRules, feasible: Int32Array, count: number): void {
    const { raws, totals, spreadWeight } = this;
    const scored = softKeys.every((key) => this.isEverywhere(key))
      ? count
      : this.scoredNodes(softKeys, feasible, count);
    if (soft.length === 1 && scored === count && soft[0].constraint.topologyKey !== HOSTNAME) {
      const domains = this.domains(soft[0], 0, softKeys, feasible, count);
      if (this.addOneSpread(soft[0], log(domains + 2), feasible, count)) return;
    }
    if (scored === count && this.canFuse(soft, count)) this.fillHostAndDomain(soft[0], soft[1], feasible, count);
    else
      soft.forEach((rule, k) => {
        const isHost = rule.constraint.topologyKey === HOSTNAME;
        const domains = isHost ? scored : this.domains(rule, k, softKeys, feasible, count);
        addConstraint(rule, isHost, log(domains + 2), raws, feasible, count, k === 0);
      });
    let most = 0;
    let least = Infinity;
    for (let k = 0; k < count; k++) {
      const raw = Math.round(raws[k]);
      raws[k] = raw;
      if (scored < count && !hasAll(softKeys, feasible[k])) continue;
      if (raw > most) most = raw;
      if (raw < least) least = raw;
    }
    const shares = most - least < count ? this.shares(most, least) : undefined;
    for (let k = 0; k < count; k++) {
      if (scored < count && !hasAll(softKeys, feasible[k])) continue;
      const raw = raws[k];
      totals[k] += spreadWeight * (shares === undefined ? spreadShare(raw, most, least) : shares[raw - least]);
    }
  }

  /** Whether the constraints are those of the system: hosts first, then a key of few values, which all nodes have. */
  private canFuse(soft: TopologyRules['soft'], count: number): boolean {
    if (soft.length !== 2 || soft[0].constraint.topologyKey !== HOSTNAME) return false;
    const { key, tally } = soft[1];
    const isSmall = key.name !== HOSTNAME && 4 * tally.key.valueCount <= count;
    return isSmall && this.isEverywhere(soft[0].key) && this.isEverywhere(key);
  }

  /** Raw scores of these two constraints in one pass. */
  private fillHostAndDomain(host: SpreadRule, domain: SpreadRule, feasible: Int32Array, count: number): void {
    const { raws, terms } = this;
    const { tally } = domain;
    tally.cover(tally.key.valueCount);
    const domains = this.domains(domain, 1, [], feasible, count);
    const weight = log(domains + 2);
    for (let value = 0; value < tally.key.valueCount; value++)
      terms[value] = tally.counts[value] * weight + (domain.constraint.maxSkew - 1);
    const hostWeight = log(count + 2);
    const hostMore = host.constraint.maxSkew - 1;
    const { onNode } = host.count;
    const { valueOf } = tally.key;
    for (let k = 0; k < count; k++) {
      const slot = feasible[k];
      raws[k] = onNode[slot] * hostWeight + hostMore + terms[valueOf[slot]];
    }
  }

  /** One constraint over a key of few values, which all these nodes have: every value's nodes score alike. */
  private addOneSpread(
    { constraint, key, tally }: SpreadRule,
    weight: number,
    feasible: Int32Array,
    count: number,
  ): boolean {
    if (tally.key !== key || 4 * key.valueCount > count || !this.isEverywhere(key)) return false;
    tally.cover(key.valueCount);
    const { totals, table, raws, spreadWeight } = this;
    const [met, window] = [this.met[0], this.window];
    let most = 0;
    let least = Infinity;
    for (let value = 0; value < key.valueCount; value++) {
      if (met[value] !== window) continue;
      const raw = Math.round(tally.counts[value] * weight + (constraint.maxSkew - 1));
      raws[value] = raw;
      if (raw > most) most = raw;
      if (raw < least) least = raw;
    }
    for (let value = 0; value < key.valueCount; value++)
      if (met[value] === window) table[value] = spreadWeight * spreadShare(raws[value], most, least);
    const { valueOf } = key;
    for (let k = 0; k < count; k++) totals[k] += table[valueOf[feasible[k]]];
    return true;
  }

  /** Whether all nodes have the key. */
  private isEverywhere(key: TopologyKey): boolean {
    return key.nodesHeld === this.nodes.count;
  }

  /** Whether a key tells no two nodes apart. */
  private isOneDomain(key: TopologyKey): boolean {
    return key.valuesHeld === 1 && this.isEverywhere(key);
  }

  /** `spreadShare` of every raw score there may be, where these are fewer than the nodes. */
  private shares(most: number, least: number): Int32Array {
    if (this.table.length <= most - least) this.table = new Int32Array(2 * (most - least + 1));
    for (let raw = least; raw <= most; raw++) this.table[raw - least] = spreadShare(raw, most, least);
    return this.table;
  }

  private scoredNodes(keys: TopologyRules['softKeys'], feasible: Int32Array, count: number): number {
    let scored = 0;
    for (let k = 0; k < count; k++) if (hasAll(keys, feasible[k])) scored++;
    return scored;
  }

  /** Different values among the nodes that are scored. */
  private domains(
    { tally, key }: SpreadRule,
    constraint: number,
    keys: TopologyRules['softKeys'],
    feasible: Int32Array,
    count: number,
  ): number {
    // With the system's constraints, nodes without the label are a domain of their own.
    const counted = keys.length === 0 ? tally.key : key;
    let met = this.met[constraint];
    if (met === undefined || met.length < counted.valueCount)
      this.met[constraint] = met = new Int32Array(2 * counted.valueCount);
    const window = ++this.window;
    const { valueOf, valuesHeld } = counted;
    let domains = 0;
    for (let k = 0; k < count && domains < valuesHeld; k++) {
      const value = valueOf[feasible[k]];
      if (met[value] === window || (keys.length > 1 && !hasAll(keys, feasible[k])) || value < 0) continue;
      met[value] = window;
      domains++;
    }
    return domains;
  }

  /** Whether preferences between pods tell nodes apart. */
  private affinityCounts({ preferred }: TopologyRules, { scoreTerms }: Kin): boolean {
    if (preferred.some(({ tally }) => tally.total > 0 && !this.isOneDomain(tally.key))) return true;
    // Without preferences of its own, the pod may be told to ignore those of others.
    if (this.ignoresOthersPreferences && preferred.length === 0) return false;
    return scoreTerms.some((term) => term.carriers > 0 && !this.isOneDomain(term.key));
  }

  private addAffinity({ preferred }: TopologyRules, { scoreTerms }: Kin, feasible: Int32Array, count: number): void {
    const { raws, totals, affinityWeight } = this;
    raws.fill(0, 0, count);
    for (const { tally, weight } of preferred) {
      if (tally.total === 0) continue;
      tally.cover(tally.key.valueCount);
      addByValue(tally.key.valueOf, tally.counts, weight, raws, feasible, count);
    }
    for (const term of scoreTerms) {
      if (term.carriers === 0) continue;
      term.cover(term.key.valueCount);
      addByValue(term.key.valueOf, term.amounts, 1, raws, feasible, count);
    }
    let least = Infinity;
    let most = -Infinity;
    for (let k = 0; k < count; k++) {
      const raw = raws[k];
      if (raw < least) least = raw;
      if (raw > most) most = raw;
    }
    const range = most - least;
    if (range === 0) return;
    if (range >= count) {
      for (let k = 0; k < count; k++) totals[k] += affinityWeight * Math.trunc(100 * ((raws[k] - least) / range));
      return;
    }
    if (this.table.length <= range) this.table = new Int32Array(2 * (range + 1));
    const { table } = this;
    for (let above = 0; above <= range; above++) table[above] = affinityWeight * Math.trunc(100 * (above / range));
    for (let k = 0; k < count; k++) totals[k] += table[raws[k] - least];
  }
}

/** The normalised score of a raw one: fewer is better. */
function spreadShare(raw: number, most: number, least: number): number {
  return most === 0 ? 100 : Math.trunc((100 * (most + least - raw)) / most);
}

/** Puts (the first) or adds a constraint's scores. */
function addConstraint(
  { constraint, key, count: pods, tally }: SpreadRule,
  isHost: boolean,
  weight: number,
  raws: Float64Array,
  feasible: Int32Array,
  count: number,
  isFirst: boolean,
): void {
  const { valueOf } = key;
  tally.cover(tally.key.valueCount);
  const counts = isHost ? pods.onNode : tally.counts;
  const more = constraint.maxSkew - 1;
  // Where a missing label has a number too, values have other numbers than in the key itself.
  const domainOf = tally.key.valueOf;
  for (let k = 0; k < count; k++) {
    const slot = feasible[k];
    const before = isFirst ? 0 : raws[k];
    raws[k] = valueOf[slot] < 0 ? before : before + (counts[isHost ? slot : domainOf[slot]] * weight + more);
  }
}

function addByValue(
  valueOf: Int32Array,
  amounts: Int32Array,
  weight: number,
  raws: Float64Array,
  feasible: Int32Array,
  count: number,
): void {
  for (let k = 0; k < count; k++) {
    const value = valueOf[feasible[k]];
    if (value >= 0) raws[k] += weight * amounts[value];
  }
}

function hasAll(keys: TopologyRules['softKeys'], slot: number): boolean {
  for (const key of keys) if (key.valueOf[slot] < 0) return false;
  return true;
}
