import { matchesSelector } from '../../objects/label-selector.ts';
import type { Wanted } from './own-verdicts.ts';
import { PORTS_TAKEN, portsConflict } from './own-verdicts.ts';
import { CPU, EPHEMERAL, MEMORY, type NodeTable } from './node-table.ts';
import type { PodRecord, PodShape } from './pod-shape.ts';
import type { PodTally } from './pod-tally.ts';
import { TOPOLOGY_REASONS as REASONS } from './topology-judge.ts';
import { NOT_THIS_NODE } from './static-verdicts.ts';
import type { TopologyRegistry } from './topology-registry.ts';
import type { TopologyRules } from './topology-rules.ts';
import { ABSENT, PASSES, type Verdict, type VerdictTable } from './verdict-table.ts';
import type { VolumeFilters } from './volume-filters.ts';

/** A pod that is asked about, with what is known of its kind; the columns of `shape.own` are up to date. */
export interface Asked {
  readonly shape: PodShape;
  readonly rules: TopologyRules;
  readonly volumes: VolumeFilters | undefined;
}

/** A node with other pods than it has: what nominated pods and preemption ask about. */
interface Supposed {
  readonly slot: number;
  readonly more: readonly PodRecord[];
  readonly less: readonly PodRecord[];
}

/**
 * All filters on one node in the profile's order, exactly, and with some pods thought there or gone: counts are those
 * that are kept, changed by these pods alone.
 */
export class NodeCheck {
  private readonly nodes: NodeTable;
  private readonly registry: TopologyRegistry;
  private readonly filters: readonly string[];
  private readonly table: VerdictTable;

  constructor(nodes: NodeTable, registry: TopologyRegistry, filters: readonly string[], table: VerdictTable) {
    this.nodes = nodes;
    this.registry = registry;
    this.filters = filters;
    this.table = table;
  }

  /** The first plugin's verdict; undefined: the pod fits. `less` are pods of that node. */
  verdict(asked: Asked, slot: number, more: readonly PodRecord[], less: readonly PodRecord[]): Verdict | undefined {
    const supposed = { slot, more, less };
    for (const filter of this.filters) {
      const verdict = this.one(filter, asked, supposed);
      if (verdict !== undefined) return verdict;
    }
    return undefined;
  }

  private one(filter: string, asked: Asked, supposed: Supposed): Verdict | undefined {
    switch (filter) {
      case 'NodePorts':
        return this.ports(asked, supposed);
      case 'NodeResourcesFit':
        return this.fit(asked, supposed);
      case 'PodTopologySpread':
        return this.spread(asked, supposed);
      case 'InterPodAffinity':
        return this.affinity(asked, supposed);
      case 'VolumeRestrictions':
      case 'VolumeBinding':
      case 'VolumeZone':
        return asked.volumes?.verdictOf(filter, supposed.slot, supposed.more, supposed.less);
      default: {
        const { shape } = asked;
        const code = shape.own!.fixed.codes[supposed.slot];
        if (code === ABSENT) return undefined;
        if (code === PASSES) {
          const isElsewhere =
            filter === 'NodeAffinity' &&
            shape.leavesOutNames &&
            !shape.onlyNodes!.has(this.nodes.nodes[supposed.slot]!.metadata.name);
          return isElsewhere ? { plugin: filter, reasons: [NOT_THIS_NODE], unresolvable: true } : undefined;
        }
        const verdict = this.table.at(code);
        return verdict.plugin === filter ? verdict : undefined;
      }
    }
  }

  private ports({ shape }: Asked, { slot, more, less }: Supposed): Verdict | undefined {
    const wanted = shape.info.hostPorts;
    if (wanted.length === 0) return undefined;
    const isTaken = (record: PodRecord): boolean => portsConflict(wanted, record.info.hostPorts);
    const taken = more.some(isTaken) || this.nodes.pods[slot].some((pod) => !less.includes(pod) && isTaken(pod));
    return taken ? { plugin: 'NodePorts', reasons: [PORTS_TAKEN], unresolvable: false } : undefined;
  }

  private fit({ shape }: Asked, { slot, more, less }: Supposed): Verdict | undefined {
    const { nodes } = this;
    const reasons: string[] = [];
    let unresolvable = false;
    const pods = nodes.pods[slot].length + more.length - less.length;
    if (pods + 1 > nodes.podLimit[slot]) reasons.push('Too many pods');
    for (const wanted of shape.own!.wanted) {
      const has = nodes.allocatable[wanted.resource][slot];
      let used = nodes.requested[wanted.resource][slot];
      for (const { info } of more) used += amountOf(wanted, info);
      for (const { info } of less) used -= amountOf(wanted, info);
      if (wanted.amount <= has - used) continue;
      reasons.push(`Insufficient ${wanted.name}`);
      if (wanted.amount > has) unresolvable = true;
    }
    return reasons.length === 0 ? undefined : { plugin: 'NodeResourcesFit', reasons, unresolvable };
  }

  private spread({ shape, rules }: Asked, { slot, more, less }: Supposed): Verdict | undefined {
    const plugin = 'PodTopologySpread';
    for (const { constraint, key, tally } of rules.hard) {
      const value = key.valueOf[slot];
      if (value < 0) return { plugin, reasons: [REASONS.MISSING_LABEL], unresolvable: true };
      // Terminating pods and empty selectors match here, unlike where pods are counted. [as upstream]
      const counts = ({ info }: PodRecord): boolean =>
        info.namespace === shape.info.namespace && matchesSelector(constraint.selector, info.labels);
      const change = tally.valueAt(slot) < 0 ? 0 : difference(more, less, counts);
      const least =
        tally.domains < constraint.minDomains ? 0 : change === 0 ? tally.minimum() : tally.minimumWith(value, change);
      const after = tally.at(value) + change + (constraint.matchesSelf ? 1 : 0);
      if (after - least > constraint.maxSkew) return { plugin, reasons: [REASONS.SKEWED], unresolvable: false };
    }
    return undefined;
  }

  private affinity({ shape, rules }: Asked, { slot, more, less }: Supposed): Verdict | undefined {
    const { registry } = this;
    const { info, kin } = shape;
    registry.bringUpToDate(kin);
    // Where nothing of this kind is there, the plugin is not asked at all, whoever is thought there. [as upstream]
    const hasOwn = info.requiredAffinity.length + info.requiredAntiAffinity.length > 0;
    if (!hasOwn && kin.antiTerms.every((term) => term.carriers === 0)) return undefined;
    const verdict = (reason: string, unresolvable: boolean): Verdict => ({
      plugin: 'InterPodAffinity',
      reasons: [reason],
      unresolvable,
    });
    const attracts = ({ shape: { kin: other } }: PodRecord): boolean =>
      info.requiredAffinity.every((term) => registry.ownMeans(term, other));
    const change = rules.affinity.length === 0 ? 0 : difference(more, less, attracts);
    let attracted = true;
    let attracting = 0;
    for (const tally of rules.affinity) {
      const value = tally.key.valueOf[slot];
      if (value < 0) return verdict(REASONS.NOT_ATTRACTED, true);
      if (tally.at(value) + change <= 0) attracted = false;
      attracting += tally.total + change;
    }
    if (!attracted && !(attracting === 0 && rules.attractsItself)) return verdict(REASONS.NOT_ATTRACTED, true);
    for (const [k, tally] of rules.antiAffinity.entries()) {
      const repels = (record: PodRecord): boolean => registry.ownMeans(info.requiredAntiAffinity[k], record.shape.kin);
      if (countAt(tally, slot, () => difference(more, less, repels)) > 0) return verdict(REASONS.REPELLING, false);
    }
    for (const term of kin.antiTerms) {
      const value = term.key.valueOf[slot];
      if (value < 0) continue;
      const carries = ({ shape: { carried } }: PodRecord): number => carried.filter((one) => one.term === term).length;
      let carriers = term.at(value);
      for (const record of more) carriers += carries(record);
      for (const record of less) carriers -= carries(record);
      if (carriers > 0) return verdict(REASONS.REPELLED, false);
    }
    return undefined;
  }
}

function countAt(tally: PodTally, slot: number, change: () => number): number {
  const value = tally.key.valueOf[slot];
  return value < 0 ? 0 : tally.at(value) + change();
}

function difference(
  more: readonly PodRecord[],
  less: readonly PodRecord[],
  counts: (record: PodRecord) => boolean,
): number {
  let change = 0;
  for (const record of more) if (counts(record)) change++;
  for (const record of less) if (counts(record)) change--;
  return change;
}

function amountOf({ name, resource }: Wanted, { resources }: PodRecord['info']): number {
  if (resource === CPU) return resources.cpuMilli;
  if (resource === MEMORY) return resources.memBytes;
  if (resource === EPHEMERAL) return resources.ephemeralBytes;
  return resources.scalars.find((scalar) => scalar.name === name)?.amount ?? 0;
}
