import { matchesNodeTerm, matchesNodeTerms } from '../../objects/node-selector.ts';
import { tolerates, UNSCHEDULABLE_TAINT, untoleratedPreferences, untoleratedTaint } from '../../objects/tolerations.ts';
import { matchesRequiredNodes, type PodInfo } from '../pod-info.ts';
import type { SchedulerProfile } from '../scheduler-profile.ts';
import { grown } from './grown.ts';
import type { NodeTable } from './node-table.ts';
import { ABSENT, PASSES, type VerdictTable } from './verdict-table.ts';

/** Filters that ask nothing of a node but what its object says. */
export const STATIC_FILTERS: ReadonlySet<string> = new Set([
  'NodeUnschedulable',
  'NodeName',
  'TaintToleration',
  'NodeAffinity',
]);

/**
 * What the nodes' own objects mean to pods with the same tolerations, node selector and node affinity: verdicts of the
 * filters that look at nothing else, and raw scores. Looked up again only for nodes whose object is another one.
 */
export class StaticVerdicts {
  /** PASSES, ABSENT or a code of the table. */
  codes: Uint16Array;
  /** Taints PreferNoSchedule that are not tolerated. */
  taints: Uint16Array;
  /** Sum of the weights of preferred terms that match. */
  preferences: Int32Array;
  /** Nodes that have such taints, or such a sum: without any, neither score tells nodes apart. */
  tainted = 0;
  preferred = 0;
  private readonly nodes: NodeTable;
  private readonly info: PodInfo;
  private readonly profile: SchedulerProfile;
  private readonly table: VerdictTable;
  private readonly filters: readonly string[];
  private readonly terms: PodInfo['preferredNodeTerms'];
  private readonly toleratesCordon: boolean;
  private seen = -1;

  constructor(nodes: NodeTable, info: PodInfo, profile: SchedulerProfile, table: VerdictTable) {
    this.nodes = nodes;
    this.info = info;
    this.profile = profile;
    this.table = table;
    this.codes = new Uint16Array(nodes.capacity).fill(ABSENT);
    this.taints = new Uint16Array(nodes.capacity);
    this.preferences = new Int32Array(nodes.capacity);
    this.filters = profile.filters.filter((name) => STATIC_FILTERS.has(name));
    const added = (profile.addedAffinity?.preferred ?? []).map(({ weight, preference: term }) => ({ weight, term }));
    this.terms = [...added, ...info.preferredNodeTerms];
    this.toleratesCordon = tolerates(info.spec.tolerations, UNSCHEDULABLE_TAINT);
  }

  /** Brings the columns up to date; others ask for this before they read. */
  mend(): void {
    const { replaced, capacity, slots } = this.nodes;
    if (this.codes.length < capacity) {
      this.codes = grown(this.codes, capacity, ABSENT);
      this.taints = grown(this.taints, capacity);
      this.preferences = grown(this.preferences, capacity);
    }
    if (this.seen === replaced.end) return;
    if (this.seen < 0 || replaced.hasLost(this.seen)) for (let slot = 0; slot < slots; slot++) this.look(slot);
    else for (let k = this.seen; k < replaced.end; k++) this.look(replaced.at(k));
    this.seen = replaced.end;
  }

  private look(slot: number): void {
    const node = this.nodes.nodes[slot];
    const { info } = this;
    if (this.taints[slot] !== 0) this.tainted--;
    if (this.preferences[slot] !== 0) this.preferred--;
    this.taints[slot] = 0;
    this.preferences[slot] = 0;
    if (node === undefined) {
      this.codes[slot] = ABSENT;
      return;
    }
    this.codes[slot] = this.verdict(slot);
    const { name, labels } = node.metadata;
    const taints = node.spec.taints.length === 0 ? 0 : untoleratedPreferences(node.spec.taints, info.spec.tolerations);
    let preferences = 0;
    for (const { weight, term } of this.terms) if (matchesNodeTerm(term, labels, name)) preferences += weight;
    this.taints[slot] = taints;
    this.preferences[slot] = preferences;
    if (taints !== 0) this.tainted++;
    if (preferences !== 0) this.preferred++;
  }

  private verdict(slot: number): number {
    const node = this.nodes.nodes[slot]!;
    const { info, profile, table } = this;
    const { name, labels } = node.metadata;
    for (const filter of this.filters)
      switch (filter) {
        case 'NodeUnschedulable':
          if (node.spec.unschedulable && !this.toleratesCordon)
            return table.code(filter, ['node(s) were unschedulable'], true);
          break;
        case 'NodeName': {
          const wanted = info.spec.nodeName ?? '';
          if (wanted !== '' && wanted !== name)
            return table.code(filter, ["node(s) didn't match the requested node name"], true);
          break;
        }
        case 'TaintToleration': {
          if (node.spec.taints.length === 0) break;
          const taint = untoleratedTaint(node.spec.taints, info.spec.tolerations);
          if (taint === undefined) break;
          const which = profile.version === '1.34' ? ` {${taint.key}: ${taint.value}}` : '(s)';
          return table.code(filter, [`node(s) had untolerated taint${which}`], true);
        }
        case 'NodeAffinity':
          if (!matchesNodeTerms(profile.addedAffinity?.required, labels, name))
            return table.code(filter, ["node(s) didn't match scheduler-enforced node affinity"], true);
          if (!matchesRequiredNodes(info.spec, labels, name)) return table.code(filter, [NOT_THIS_NODE], true);
          break;
      }
    return PASSES;
  }
}

export const NOT_THIS_NODE = "node(s) didn't match Pod's node affinity/selector";

/** Pods with the same text share their static verdicts. */
export function staticName({ spec, preferredNodeTerms }: PodInfo): string {
  const { nodeName, nodeSelector, nodeAffinity, tolerations } = spec;
  return JSON.stringify([
    nodeName ?? '',
    nodeSelector,
    nodeAffinity?.required ?? null,
    preferredNodeTerms,
    tolerations,
  ]);
}
