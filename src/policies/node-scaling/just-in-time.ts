import type { FleetView, NodeDecision, NodePolicy, NodeScaler } from '../../sim/scaling/node-policy.ts';
import { minutes, seconds } from '../../sim/time.ts';
import type { PolicyFamily, PolicyOptions } from '../policy-family.ts';
import { buyClaims, buyingOrder, openClaims, type SpotRule } from './claims.ts';
import { consolidate, disruptionsAllowed, type ConsolidationRule } from './consolidation.ts';
import { FleetSketch } from './fleet-sketch.ts';
import { GroupCount } from './group-count.ts';
import { restoreMinimum } from './minimum.ts';
import { podKinds, type PodKind } from './pod-kinds.ts';

/** A fleet in which nothing could be saved and nothing has changed since is looked at again after so long. */
const LOOK_AGAIN_US = minutes(5);
/** Registration timeout: a replacement that has not come by then is forgotten. */
const REPLACEMENT_LIMIT_US = minutes(15);
const PERIOD_US = seconds(10);

/**
 * Buys the cheapest machines for the pods of one short window, whatever their kind, and keeps looking for cheaper
 * ways to hold what runs: empty nodes go at once, others are packed together or replaced. Node groups serve as its
 * instance types. Cheap, at the price of moving pods often.
 */
export const justInTime: PolicyFamily<NodePolicy> = {
  name: 'just-in-time',
  summary: 'buys the cheapest nodes for a batch of pods, consolidates all the time',
  source: 'kubernetes-sigs/karpenter, August 2026 (defaults)',
  options: [
    {
      name: 'consolidate',
      kind: 'choice',
      default: 'when-empty-or-underutilised',
      choices: ['when-empty-or-underutilised', 'when-empty', 'never'],
      meaning: 'Which nodes may be given back.',
    },
    {
      name: 'consolidateAfter',
      kind: 'duration',
      default: 0,
      minimum: 0,
      meaning: 'How long no pod must have come to a node before it is touched.',
    },
    {
      name: 'budget',
      kind: 'share',
      default: 0.1,
      minimum: 0,
      maximum: 1,
      meaning: 'Share of the nodes that may be disrupted at once, rounded up.',
    },
    {
      name: 'budgetNodes',
      kind: 'count',
      default: 0,
      minimum: 0,
      meaning: 'Most nodes that may be disrupted at once; 0: only the share counts.',
    },
    {
      name: 'spot',
      kind: 'choice',
      default: 'prefer',
      choices: ['prefer', 'cheapest', 'never'],
      meaning: 'Whether spot groups come first, compete by price, or are not used.',
    },
    {
      name: 'spotToSpot',
      kind: 'switch',
      default: false,
      meaning: 'Whether spot nodes may be replaced by cheaper spot nodes.',
    },
    {
      name: 'batchIdle',
      kind: 'duration',
      default: seconds(1),
      minimum: 0,
      meaning: 'The window of a batch closes when no pod has come for this time.',
    },
    {
      name: 'batchMax',
      kind: 'duration',
      default: seconds(10),
      minimum: 0,
      meaning: 'The window of a batch closes at the latest after this time.',
    },
    {
      name: 'validation',
      kind: 'duration',
      default: seconds(15),
      minimum: 0,
      meaning: 'A consolidation is done only if it is still right after this time.',
    },
  ],
  make: (options, name) => ({
    name,
    summary: 'the cheapest nodes for a batch of pods, consolidated all the time',
    source: 'kubernetes-sigs/karpenter',
    periodUs: PERIOD_US,
    onPendingUs: Math.max(1, options.batchIdle as number),
    make: () => new JustInTime(options),
  }),
};

class JustInTime implements NodeScaler {
  private readonly options: PolicyOptions;
  private readonly rule: ConsolidationRule;
  private wakesUs = Infinity;
  /** When the last batch was dealt with. */
  private lastBatchUs = -Infinity;
  private planned: { readonly text: string; readonly atUs: number } | undefined;
  private quiet: { readonly state: number; readonly sinceUs: number } | undefined;

  /** Nodes whose replacement was ordered, and when. */
  private readonly replaced = new Map<number, number>();

  constructor(options: PolicyOptions) {
    this.options = options;
    this.rule = {
      policy: options.consolidate as ConsolidationRule['policy'],
      afterUs: options.consolidateAfter as number,
      spot: options.spot as SpotRule,
      spotToSpot: options.spotToSpot as boolean,
    };
  }

  decide(view: FleetView): readonly NodeDecision[] {
    this.wakesUs = Infinity;
    const counts = new GroupCount(view);
    const minimum = restoreMinimum(view, counts);
    if (minimum.length > 0) return minimum;
    const waiting = view.pending.length > 0 ? new FleetSketch(view).seat(podKinds(view.pending)) : [];
    if (waiting.length > 0) {
      if (!this.batchIsClosed(view, waiting)) return [];
      const inStock = buyingOrder(view, this.rule.spot).filter((group) => counts.canAdd(group) > 0);
      const { claims } = openClaims(view, waiting, inStock);
      const bought = buyClaims(view, claims, counts);
      if (bought.length > 0) return bought;
    }
    return this.consolidation(view);
  }

  wakeUs(): number {
    return this.wakesUs;
  }

  /** Whether the window that the first of these pods opened has closed; if not, when it will is noted. */
  private batchIsClosed(view: FleetView, waiting: readonly PodKind[]): boolean {
    let oldestUs = Infinity;
    let newestUs = -Infinity;
    for (const { pods } of waiting)
      for (const { sinceUs } of pods) {
        oldestUs = Math.min(oldestUs, sinceUs);
        newestUs = Math.max(newestUs, sinceUs);
      }
    // Pods left over from an earlier batch open the next one when that has been dealt with.
    const openedUs = Math.max(oldestUs, this.lastBatchUs);
    const closesUs = Math.min(
      Math.max(newestUs, openedUs) + (this.options.batchIdle as number),
      openedUs + (this.options.batchMax as number),
    );
    if (view.nowUs < closesUs) {
      this.wakesUs = closesUs;
      return false;
    }
    this.lastBatchUs = view.nowUs;
    return true;
  }

  /** Whether nodes still wait for the machine that is to replace them; nothing else is consolidated meanwhile. */
  private replacementIsUnderWay(view: FleetView): boolean {
    const states = new Map(view.nodes.map((node) => [node.id, node.state]));
    for (const [node, sinceUs] of this.replaced)
      if (states.get(node) !== 'ready' || view.nowUs - sinceUs > REPLACEMENT_LIMIT_US) this.replaced.delete(node);
    return this.replaced.size > 0;
  }

  /** Finds a command, waits for the validation time, and gives it only if it is found again. */
  private consolidation(view: FleetView): readonly NodeDecision[] {
    if (this.replacementIsUnderWay(view)) return [];
    const state = stateOf(view);
    const { quiet, planned } = this;
    if (quiet && quiet.state === state && view.nowUs - quiet.sinceUs < LOOK_AGAIN_US) return [];
    const validationUs = this.options.validation as number;
    if (planned && view.nowUs < planned.atUs + validationUs) {
      this.wakesUs = planned.atUs + validationUs;
      return [];
    }
    const most = (this.options.budgetNodes as number) || Infinity;
    const command = consolidate(view, disruptionsAllowed(view, this.options.budget as number, most), this.rule);
    this.planned = undefined;
    this.quiet = undefined;
    if (command.length === 0) {
      // A node that is too young now may be old enough at the next look, though nothing changes.
      if (this.rule.afterUs === 0) this.quiet = { state, sinceUs: view.nowUs };
      return [];
    }
    const text = textOf(command);
    if (validationUs === 0 || planned?.text === text) {
      for (const decision of command)
        if (decision.kind === 'replace') for (const node of decision.nodes) this.replaced.set(node, view.nowUs);
      return command;
    }
    this.planned = { text, atUs: view.nowUs };
    this.wakesUs = view.nowUs + validationUs;
    return [];
  }
}

/** What a command does, without its reasons. */
function textOf(command: readonly NodeDecision[]): string {
  return JSON.stringify(command.map((decision) => ({ ...decision, why: '' })));
}

/** A number that nearly always changes when a node or a pod comes, goes or moves; a miss costs one look's delay. */
function stateOf(view: FleetView): number {
  let hash = view.pending.length;
  const mix = (value: number): void => {
    hash = (Math.imul(hash ^ value, 0x01000193) + 0x9e3779b9) | 0;
  };
  for (const node of view.nodes) {
    mix(node.id);
    mix(node.state.length);
    for (const pod of node.pods) mix(pod.id);
  }
  for (const group of view.groups) mix(Math.min(group.available, 0x7fffffff));
  return hash;
}
