import type { Labels } from '../../objects/meta.ts';
import type { Pod } from '../../objects/pod.ts';
import type { PodInfo } from '../pod-info.ts';
import type { CarriedTerm } from './carried-term.ts';
import type { OwnVerdicts } from './own-verdicts.ts';
import type { PodCount } from './pod-count.ts';
import type { TopologyRules } from './topology-rules.ts';

/** Pods of one namespace with the same labels: all alike to a selector. */
export interface Kin {
  readonly namespace: string;
  readonly labels: Labels;
  /** Its labels one by one (`labelOf`), '' before them, and how many of the counts of each it has been held against. */
  readonly labelNames: readonly string[];
  readonly seenByLabel: number[];
  /** Its pods that are on a node, by slot: those that are not being deleted, and those that are. */
  readonly staying: Map<number, number>;
  readonly leaving: Map<number, number>;
  /** The counts that these pods are counted in, of the first `countsSeen` there are, and terms of existing pods that mean them. */
  counts: PodCount[];
  countsSeen: number;
  antiTerms: CarriedTerm[];
  scoreTerms: CarriedTerm[];
  termsSeen: number;
  /** Which beginning of the registry these lists belong to. */
  epoch: number;
}

/** Pods alike in all the scheduler looks at, but for their owners and priorities. */
export interface PodShape {
  readonly info: PodInfo;
  readonly kin: Kin;
  /** Terms that such a pod holds against or for pods that come later. */
  readonly carried: readonly { readonly term: CarriedTerm; readonly amount: number }[];
  /** The only nodes that it may go to; undefined: any; empty: it names nodes that cannot all be meant. */
  readonly onlyNodes: ReadonlySet<string> | undefined;
  /** Whether the columns leave out that only `onlyNodes` are allowed, so that all pods of a DaemonSet share theirs. */
  readonly leavesOutNames: boolean;
  readonly claimsVolumes: boolean;
  /** What pods like this meet on every node; undefined: not known yet. */
  own: OwnVerdicts | undefined;
  /** By owner, since the default spreading goes by it. */
  readonly rules: Map<string, KnownRules>;
}

/** The rules of a shape and owner, and what they were made for. */
export interface KnownRules {
  /** Of the namespace's selectors. */
  selectorsSeen: number;
  /** The default selector in one text; empty: none was asked for. */
  readonly selector: string;
  readonly rules: TopologyRules;
}

/** A pod that is on a node, or nominated to it. */
export interface PodRecord {
  readonly pod: Pod;
  readonly info: PodInfo;
  readonly shape: PodShape;
  readonly slot: number;
  readonly terminating: boolean;
}
