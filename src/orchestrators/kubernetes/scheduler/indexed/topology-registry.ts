import { isEmptySelector, matchesSelector } from '../../objects/label-selector.ts';
import type { LabelSelector, Labels } from '../../objects/meta.ts';
import { type PodInfo, type PodTerm, termMatches } from '../pod-info.ts';
import type { SchedulerProfile } from '../scheduler-profile.ts';
import { CarriedTerm } from './carried-term.ts';
import type { NodeTable } from './node-table.ts';
import { PodCount } from './pod-count.ts';
import { PodTally } from './pod-tally.ts';
import type { Kin, PodRecord, PodShape } from './pod-shape.ts';
import type { TopologyKey } from './topology-keys.ts';

/** Kins found again by their labels; beyond, those of before are still good, but new pods get new ones. */
const MOST_KINS = 100_000;
const NO_LABELS: Labels = {};

/**
 * Everything that is counted about existing pods for affinity and spreading. A count is made when a pod asks for it the
 * first time, from all pods that are there; from then on it is kept.
 */
export class TopologyRegistry {
  /** Raised whenever counts and lists of before are no longer valid. */
  epoch = 0;
  /** Whether any term that was asked selects namespaces by their labels. */
  private selectsNamespaces = false;
  /** Numbers by node that all counts together may hold; beyond, they begin anew with those that are asked for. */
  private readonly mostNumbers: number;
  private readonly nodes: NodeTable;
  private readonly profile: SchedulerProfile;
  private readonly namespaces = new Map<string, Labels>();
  private counts: PodCount[] = [];
  private countsByName = new Map<string, PodCount>();
  /** Counts of pods that all have one label, by that, and all others under ''. */
  private countsByLabel = new Map<string, PodCount[]>();
  /** Counts by domain without any pods, by their nodes. */
  private readonly blanks = new Map<string, PodTally>();
  private terms: CarriedTerm[] = [];
  private readonly termsByName = new Map<string, CarriedTerm>();
  private readonly kins = new Map<string, Kin>();
  /** Kins with pods on nodes. */
  private readonly placed = new Set<Kin>();
  private readonly placedByLabel = new Map<string, Set<Kin>>();

  constructor(nodes: NodeTable, profile: SchedulerProfile, mostNumbers: number) {
    this.mostNumbers = mostNumbers;
    this.nodes = nodes;
    this.profile = profile;
    nodes.onGrowth((capacity) => {
      for (const count of this.counts) count.grow(capacity);
      for (const blank of this.blanks.values()) blank.grow(capacity);
    });
  }

  setNamespace(name: string, labels: Labels): void {
    const before = this.namespaces.get(name);
    this.namespaces.set(name, labels);
    const isSame = before !== undefined && textOfLabels(before) === textOfLabels(labels);
    if (this.selectsNamespaces && !isSame) this.forget();
  }

  /** Whether a term that an existing pod carries means pods of this kin. */
  means(term: PodTerm, kin: Kin): boolean {
    if (term.namespaceSelector !== undefined) this.selectsNamespaces = true;
    return termMatches(term, kin.labels, kin.namespace, this.namespaces.get(kin.namespace) ?? NO_LABELS);
  }

  /** Whether a term of the pod that is placed means pods of this kin: it selects among namespaces that are known. */
  ownMeans(term: PodTerm, kin: Kin): boolean {
    const { namespaceSelector: selector, namespaces } = term;
    if (selector === undefined || isEmptySelector(selector) || namespaces.has(kin.namespace))
      return termMatches(term, kin.labels, kin.namespace, NO_LABELS);
    this.selectsNamespaces = true;
    const labels = this.namespaces.get(kin.namespace);
    return labels !== undefined && matchesSelector(selector, labels) && matchesSelector(term.selector, kin.labels);
  }

  /** Before counts are asked for: when there are too many, all begin anew. */
  makeRoom(): void {
    if (this.counts.length * this.nodes.capacity > this.mostNumbers) this.forget();
  }

  /**
   * The pods that `matches` picks, counted; the same name means the same pods. `label` is one that they all have
   * (`labelOf`), if there is any: others need not be held against them.
   */
  count(name: string, skipsTerminating: boolean, matches: (kin: Kin) => boolean, label = ''): PodCount {
    const known = this.countsByName.get(name);
    if (known !== undefined) return known;
    const count = new PodCount(matches, skipsTerminating, this.nodes.capacity);
    for (const kin of label === '' ? this.placed : (this.placedByLabel.get(label) ?? [])) {
      if (!matches(kin)) continue;
      for (const [slot, pods] of kin.staying) count.onNode[slot] += pods;
      if (!skipsTerminating) for (const [slot, pods] of kin.leaving) count.onNode[slot] += pods;
    }
    this.counts.push(count);
    this.countsByName.set(name, count);
    listIn(this.countsByLabel, label).push(count);
    return count;
  }

  /** What is counted, by domains of a key over the nodes that take part, which `who` names: the same text means the same nodes. */
  tally(count: PodCount, key: TopologyKey, who: string, takesPart: (slot: number) => boolean): PodTally {
    const name = `${key.name}\n${key.fillsIn ? 1 : 0}\n${who}`;
    return count.tally(name, () => {
      let blank = this.blanks.get(name);
      if (blank === undefined) {
        blank = new PodTally(key, takesPart, this.nodes.capacity);
        for (const slot of this.nodes.present()) blank.look(slot);
        this.blanks.set(name, blank);
      }
      return blank.another();
    });
  }

  /** Counts a pod in, or out. */
  pod({ shape, slot, terminating }: PodRecord, sign: 1 | -1): void {
    const { kin } = shape;
    this.note(kin, terminating ? kin.leaving : kin.staying, slot, sign);
    this.bringUpToDate(kin);
    for (const count of kin.counts) if (!(terminating && count.skipsTerminating)) count.add(slot, sign);
    for (const { term, amount } of shape.carried) term.add(slot, amount, sign);
  }

  private note(kin: Kin, pods: Map<number, number>, slot: number, sign: 1 | -1): void {
    const after = (pods.get(slot) ?? 0) + sign;
    if (after === 0) pods.delete(slot);
    else pods.set(slot, after);
    const isPlaced = kin.staying.size + kin.leaving.size > 0;
    if (isPlaced === this.placed.has(kin)) return;
    if (isPlaced) this.placed.add(kin);
    else this.placed.delete(kin);
    for (const label of kin.labelNames) {
      if (label === '') continue;
      let placed = this.placedByLabel.get(label);
      if (placed === undefined) this.placedByLabel.set(label, (placed = new Set()));
      if (isPlaced) placed.add(kin);
      else if (placed.delete(kin) && placed.size === 0) this.placedByLabel.delete(label);
    }
  }

  /** The node's labels and taints are about to change: it and its pods count nowhere until `nodeIs`. */
  nodeLeaves(slot: number): void {
    for (const record of this.nodes.pods[slot]) this.pod(record, -1);
    for (const { tallies } of this.counts) for (const tally of tallies) tally.leave(slot);
    for (const blank of this.blanks.values()) blank.leave(slot);
  }

  /** The node has its labels and taints, and counts with its pods. */
  nodeIs(slot: number): void {
    for (const { tallies } of this.counts) for (const tally of tallies) tally.look(slot);
    for (const blank of this.blanks.values()) blank.look(slot);
    for (const record of this.nodes.pods[slot]) this.pod(record, 1);
  }

  /** Brings a kin's lists up to what is counted and carried by now. */
  bringUpToDate(kin: Kin): void {
    if (kin.epoch !== this.epoch) {
      kin.epoch = this.epoch;
      kin.counts = [];
      kin.antiTerms = [];
      kin.scoreTerms = [];
      kin.countsSeen = 0;
      kin.seenByLabel.fill(0);
      kin.termsSeen = 0;
    }
    if (kin.countsSeen < this.counts.length) {
      kin.countsSeen = this.counts.length;
      // fast: most counts are of pods with some label, and need not be held against pods without it.
      kin.labelNames.forEach((label, k) => {
        const counts = this.countsByLabel.get(label);
        if (counts === undefined) return;
        for (; kin.seenByLabel[k] < counts.length; kin.seenByLabel[k]++) {
          const count = counts[kin.seenByLabel[k]];
          if (count.matches(kin)) kin.counts.push(count);
        }
      });
    }
    for (; kin.termsSeen < this.terms.length; kin.termsSeen++) {
      const term = this.terms[kin.termsSeen];
      if (this.means(term.term, kin)) (term.kind === 'anti' ? kin.antiTerms : kin.scoreTerms).push(term);
    }
  }

  /** Counts are made anew when they are next asked for. */
  private forget(): void {
    this.epoch++;
    this.counts = [];
    this.countsByName = new Map();
    this.countsByLabel = new Map();
    this.blanks.clear();
  }

  kinOf({ namespace, labels }: PodInfo): Kin {
    const name = `${namespace}\n${textOfLabels(labels)}`;
    let kin = this.kins.get(name);
    if (kin === undefined) {
      if (this.kins.size >= MOST_KINS) this.kins.clear();
      const labelNames = ['', ...Object.entries(labels).map(([key, value]) => labelOf(namespace, key, value))];
      const lists = { counts: [], countsSeen: 0, antiTerms: [], scoreTerms: [], termsSeen: 0, epoch: this.epoch };
      kin = {
        namespace,
        labels,
        labelNames,
        seenByLabel: labelNames.map(() => 0),
        staying: new Map(),
        leaving: new Map(),
        ...lists,
      };
      this.kins.set(name, kin);
    }
    return kin;
  }

  /** The terms that pods of this kind carry, and how much of each. */
  carriedBy(info: PodInfo): PodShape['carried'] {
    const carried: { term: CarriedTerm; amount: number }[] = [];
    const add = (kind: CarriedTerm['kind'], term: PodTerm, amount: number): void => {
      if (amount !== 0) carried.push({ term: this.termOf(kind, term), amount });
    };
    for (const term of info.requiredAntiAffinity) add('anti', term, 1);
    for (const term of info.requiredAffinity) add('score', term, this.profile.hardPodAffinityWeight);
    for (const { weight, term } of info.preferredAffinity) add('score', term, weight);
    for (const { weight, term } of info.preferredAntiAffinity) add('score', term, -weight);
    return carried;
  }

  private termOf(kind: CarriedTerm['kind'], term: PodTerm): CarriedTerm {
    const name = `${kind}\n${term.topologyKey}\n${textOfTerm(term)}`;
    let carried = this.termsByName.get(name);
    if (carried === undefined) {
      carried = new CarriedTerm(kind, term, this.nodes.key(term.topologyKey));
      this.termsByName.set(name, carried);
      this.terms.push(carried);
    }
    return carried;
  }
}

/** The pods that a term means, in one text. */
export function textOfTerm({ selector, namespaces, namespaceSelector }: PodTerm): string {
  return JSON.stringify([selector ?? null, [...namespaces].sort(), namespaceSelector ?? null]);
}

/** A label of the pods of a namespace, in one text. */
export function labelOf(namespace: string, key: string, value: string): string {
  return `${namespace}\n${key}\n${value}`;
}

/** A label that all pods have which a selector picks in a namespace; empty: none is known. */
export function labelPicked(namespace: string, selector: LabelSelector | undefined): string {
  for (const [key, value] of Object.entries(selector?.matchLabels ?? {})) return labelOf(namespace, key, value);
  return '';
}

function listIn<T>(lists: Map<string, T[]>, name: string): T[] {
  let list = lists.get(name);
  if (list === undefined) lists.set(name, (list = []));
  return list;
}

function textOfLabels(labels: Labels): string {
  const keys = Object.keys(labels);
  if (keys.length > 1) keys.sort();
  return JSON.stringify(keys.map((key) => [key, labels[key]]));
}
